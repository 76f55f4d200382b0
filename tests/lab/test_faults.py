# SPDX-License-Identifier: BSD-2-Clause
"""Masters unseen and missing, shared ids and loops, from real daemons."""
import sys
import time

import pytest

import carpd
import peers
import readers
import stage
import watch
from stage import Condition, is_state

MONITORS = ("keys", "no-keys")
INTERVAL = 1 + 100 / 256    # B's
BEAT = (-0.1, 0.3)         # the observer allows a ucarp more
NO_MASTER_AFTER = 7.0   # docs/ALERTS.md 3, advbase 1


class Beats:
    """When the two of a scene advertised, on their own hosts."""

    def __init__(self, scene):
        self.scene = scene
        self.wires = {host: carpd.Wire(scene.lab, host) for host in (scene.a, scene.b)}

    def adverts(self, host, since=0.0):
        """The times of one's own adverts."""
        return [when for when, _line in self.wires[host].adverts(self.scene.addresses[host], since)]

    def is_b_next(self):
        """Whether B, hidden for a while, advertises before it would hear A: when it hears A it
        gives up, with an advert that keeps no beat."""
        ours = self.adverts(self.scene.a)[-1] + 1
        theirs = self.adverts(self.scene.b, self.scene.marks["cut"])
        return len(theirs) > 3 and time.time() + 0.1 < theirs[-1] + INTERVAL < ours - 0.1

    def were_kept(self):
        """Whether B, on a busy machine, did as a ucarp does: the observer has to go by that. It
        waits three whole intervals for a dead master (docs/PROTOCOL.md 3.2)."""
        marks = self.scene.marks
        heard = [when for when in self.adverts(self.scene.a) if when < marks["cut"]][-1]
        number, seen = next((n, when) for n, when in enumerate(
            self.adverts(self.scene.b, marks["cut"])) if when > marks["healed"])
        return BEAT[0] < seen - heard - (3 + number) * INTERVAL < BEAT[1]


def hidden(scene):
    """B's port carries nothing for a while: the observer sits on A's side."""
    beats = Beats(scene) if peers.tcpdump_works() else None
    _a, b = yield from scene.settled_pair()
    scene.mark("cut")
    scene.lab.isolate(scene.b)
    yield is_state(b, "MASTER")
    if beats:
        yield Condition("B advertises next", beats.is_b_next, 30)
    else:
        yield 8
    scene.mark("healed")
    scene.lab.isolate(scene.b, on=False)
    yield is_state(b, "BACKUP")
    scene.is_good = not beats or beats.were_kept()


def hidden_too(scene):
    """The same again, as one B may be late on a busy machine."""
    yield from hidden(scene)


def hidden_as_well(scene):
    """The same again."""
    yield from hidden(scene)


def all_gone(scene):
    """Every member stops; one returns after 9 s."""
    a, b = yield from scene.settled_pair()
    b.stop()
    a.stop()
    scene.mark("gone")
    yield 9
    a = scene.ucarp("a", 0)
    scene.mark("back")
    yield is_state(a, "MASTER")
    yield 3


def same_id(scene):
    """ucarp and keepalived with one id."""
    a = scene.ucarp("a", 100)
    yield is_state(a, "MASTER")
    scene.mark("keepalived")
    k = scene.keepalived("b", scene.vhid, vmac=True)
    yield is_state(k, "MASTER")
    yield 4


def other_id(scene):
    """A ucarp pair and a keepalived with another id on the same hosts."""
    yield from scene.settled_pair()
    k = scene.keepalived("b", 10)
    yield is_state(k, "MASTER")
    yield 4
    k.stop()
    yield 2


def looped(scene):
    """The switch returns A's frames; only A itself can see that."""
    yield from scene.settled_pair()
    scene.watcher = watch.Carpmon(scene.lab, scene.a)
    yield 2
    scene.mark("loop")
    scene.lab.reflect(scene.a)
    yield 4
    scene.lab.reflect(scene.a, on=False)
    scene.mark("no loop")
    yield 4
    scene.status = scene.watcher.stop()


# "address is at the MAC of eth0", to all.
ANNOUNCE = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0x0806))
mac, ip = s.getsockname()[4], socket.inet_aton(sys.argv[1])
s.send(b"\\xff" * 6 + mac + bytes.fromhex("0806000108000604" "0001") + mac + ip + bytes(6) + ip)
"""


def announced_last(scene):
    """B announces the address although A is MASTER; A announces it again 6 s later."""
    yield from scene.settled_pair()
    yield 2
    scene.mark("B announces")
    scene.lab.run(scene.b, sys.executable, "-c", ANNOUNCE, scene.vip)
    yield 6
    scene.mark("A announces")
    scene.lab.run(scene.a, sys.executable, "-c", ANNOUNCE, scene.vip)
    yield 5


def wrong_group(scene):
    """A's adverts go to another group's MAC for 4 s."""
    yield from scene.settled_pair()
    scene.mark("rewritten")
    scene.lab.rewrite_group_mac(scene.a, "01:00:5e:00:00:d7")
    yield 4
    scene.lab.heal(scene.a)
    yield 1


def undisturbed(scene):
    """A pair without any fault beside all the others."""
    yield from scene.settled_pair()
    yield Condition("the others are over", lambda: "back" in scene.others["all_gone"].marks, 40)


SCENARIOS = (hidden, hidden_too, hidden_as_well, all_gone, same_id, other_id, looped,
             announced_last, wrong_group, undisturbed)


@pytest.fixture(scope="module")
def show():
    """All of the above in one lab, watched with and without keys."""
    reason = peers.Keepalived.missing()
    if reason:
        pytest.skip(reason)
    with stage.Stage("faults", SCENARIOS) as played:
        played.scenes["undisturbed"].others = played.scenes
        played.play()
        yield played


def loud(show, monitor, name):
    """Codes of the findings above info."""
    return {f["code"] for f in show.events(monitor, name, event=("finding", "update"))
            if f["severity"] != "info"}


@pytest.mark.parametrize("monitor", MONITORS)
def test_unseen_master(show, monitor, record_property):
    names = [name for name in ("hidden", "hidden_too", "hidden_as_well")
             if show.scene(name).is_good]
    assert names, "no B kept the beat of a ucarp: the machine is too busy"
    for name in names:
        scene = show.scene(name)
        found = show.events(monitor, name, code="UNSEEN_MASTER")
        assert [e["event"] for e in found] == ["finding", "resolved"]
        onset = found[0]
        assert (onset["severity"], onset["confidence"]) == ("critical", "high")
        assert onset["senders"] == [scene.address_b, scene.address_a]
        assert watch.seconds(onset["time"]) > scene.marks["healed"]
        error = watch.seconds(onset["since"]) - scene.became("b", "MASTER")
        assert abs(error) < 0.2
        record_property("UNSEEN_MASTER (%s): since is off by, ms" % monitor,
                        "%+.0f" % (1000 * error))
        assert loud(show, monitor, name) == {"UNSEEN_MASTER"}


@pytest.mark.parametrize("monitor", MONITORS)
def test_no_master(show, monitor):
    scene = show.scene("all_gone")
    found = show.events(monitor, "all_gone", code="NO_MASTER")
    assert [e["event"] for e in found] == ["finding", "resolved"]
    onset, end = found
    assert onset["severity"] == "critical"
    waited = watch.seconds(onset["time"]) - scene.marks["gone"]
    assert NO_MASTER_AFTER - 1.2 < waited < NO_MASTER_AFTER + 0.5
    # At the latest with the third advert of the one that returned.
    back = watch.seconds(end["time"]) - scene.became("a", "MASTER", 1)
    assert 0 < back < 2.5
    assert loud(show, monitor, "all_gone") == {"NO_MASTER"}


@pytest.mark.parametrize("monitor", MONITORS)
def test_one_id_for_two_protocols(show, monitor):
    scene = show.scene("same_id")
    found = show.events(monitor, "same_id", event="finding", code="VHID_COLLISION")
    assert [(f["cause"], f["severity"]) for f in found] == [("VRRP", "critical")]
    assert sorted(found[0]["senders"]) == sorted([scene.address_a, scene.address_b])
    assert watch.seconds(found[0]["time"]) > scene.marks["keepalived"]
    assert loud(show, monitor, "same_id") == {"VHID_COLLISION"}


@pytest.mark.parametrize("monitor", MONITORS)
def test_stale_arp(show, monitor):
    scene = show.scene("announced_last")
    found = show.events(monitor, "announced_last", code="STALE_ARP")
    assert [e["event"] for e in found] == ["finding", "resolved"]
    onset, end = found
    assert (onset["severity"], onset["cause"]) == ("critical", "ANNOUNCED_BY_OTHER")
    assert onset["senders"] == [scene.address_a]
    assert 2.9 < watch.seconds(onset["time"]) - scene.marks["B announces"] < 4.5
    assert 0 < watch.seconds(end["time"]) - scene.marks["A announces"] < 4.5
    assert loud(show, monitor, "announced_last") == {"STALE_ARP"}


@pytest.mark.parametrize("monitor", MONITORS)
def test_wrong_group_mac(show, monitor):
    scene = show.scene("wrong_group")
    found = show.events(monitor, "wrong_group", event="finding")
    assert [(f["code"], f["severity"]) for f in found] == [("WRONG_GROUP_MAC", "warning")]
    assert found[0]["senders"] == [scene.address_a]
    assert 0 < watch.seconds(found[0]["time"]) - scene.marks["rewritten"] < 1.5


@pytest.mark.parametrize("monitor", MONITORS)
@pytest.mark.parametrize("name", ["other_id", "undisturbed", "looped"])
def test_no_trouble(show, monitor, name):
    assert show.events(monitor, name, event="finding") == []
    told = show.events(monitor, name, event="transition")
    assert [(t["role"], t["sender"]) for t in told] == [("MASTER", show.scene(name).address_a)]


def test_loop(show):
    scene = show.scene("looped")
    events = scene.watcher.events
    watch.check_schema(events)
    found = watch.pick(events, code="LOOPED")
    assert [f["event"] for f in found][:1] == ["finding"]
    assert {(f["vhid"], *f["senders"]) for f in found} == {(scene.vhid, scene.address_a)}
    assert 0 < watch.seconds(found[0]["time"]) - scene.marks["loop"] < 1.5
    assert watch.pick(events, vhid=scene.vhid, event="finding") == found[:1]


@pytest.mark.parametrize("monitor", MONITORS)
def test_readers_agree(show, monitor, record_property):
    readers.check(show, monitor, record_property)
