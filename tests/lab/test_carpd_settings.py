# SPDX-License-Identifier: BSD-2-Clause
"""Settings of carpd, seen from outside: delays, announcements, who is told, what is tracked, the
ways ucarp's adverts can go; and a keepalived with the same id on the segment."""
import os
import re
import signal
import time

import pytest

import carpd
import carpd_scenes
import peers
import spans
import switchlab
import watch
from carpd import PASSWORD
from carpd_scenes import CLIENT, is_state
from listener import JOURNAL, OWN_JOURNAL, Listener
from probes import PingProbe
from stage import Condition

TICK = 0.02
BUSY = 0.4          # a sanitized build on a busy machine
START = 1.5         # the same that starts
DEAD = 3 + 100 / 256


def start_delay(scene):
    """It waits longer than for a dead master, after the start and after the link has come."""
    ledger = spans.Ledger(scene.lab, scene.a, scene.vip)
    since = time.time()
    a = scene.carpd("a", 0, **{"start-delay": 5})
    for times in range(2):
        yield is_state(a, "MASTER", 5 + START + 2)
        yield Condition("it is in the ledger", lambda n=times: len(ledger.held()) > n, 2)
        assert 5 - TICK < ledger.held()[-1][0] - since < 5 + START
        scene.lab.unplug(scene.a)
        yield is_state(a, "INIT", 2)
        since = time.time()
        scene.lab.unplug(scene.a, on=False)
    a.stop()


def preempt_delay(scene):
    """A better one that returns listens for so long, then takes over."""
    b = scene.carpd("b", 100)
    yield is_state(b, "MASTER", 6)
    ledger = spans.Ledger(scene.lab, scene.a, scene.vip)
    since = time.time()
    a = scene.carpd("a", 0, preempt="true", **{"preempt-delay": 4})
    yield is_state(a, "MASTER", 4 + 1.4 + START + 2)
    heard = [advert.when for advert in scene.lab.adverts(scene.b, scene.a, since)]
    began = ledger.held()[0][0]
    # It was there for the first one, or still starting.
    assert heard[0] + 4 - TICK < began < since + START + 1.4 + 4 + 1.4 + BUSY
    yield is_state(b, "BACKUP", 2)
    a.stop()
    b.stop()


def announce_refresh(scene):
    """Announcements of both families for ever, that far apart."""
    wire = carpd.Wire(scene.lab, CLIENT)
    a = scene.carpd("a", 0, addresses="%s/24; %s/64" % (scene.vip, scene.vip6),
                    **{"announce-repeat": 0, "announce-refresh": 2})
    yield is_state(a, "MASTER", 6)
    since = time.time()
    yield 8
    for pattern in ("who-has %s .*tell %s" % (scene.vip, scene.vip), "tgt is %s" % scene.vip6):
        times = [when for when, _line in wire.lines(pattern, since - 1)]
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        assert len(gaps) >= 3 and all(2 - TICK < gap < 2 + BUSY for gap in gaps), (gaps, wire.lines(pattern, since - 1))
    a.ask("state", state="backup")
    stopped = time.time() + BUSY
    yield 2.5
    assert not wire.lines("who-has %s .*tell %s" % (scene.vip, scene.vip), stopped)
    wire.stop()
    a.stop()


def told_as_keepalived_does(scene):
    """notify's arguments for every state."""
    told = os.path.join(scene.lab.dir, scene.name + ".told")
    notify = scene.lab.write_script(scene.name + ".notify", 'echo "$@" >> %s\n' % told)
    a = scene.carpd("a", 20, name="lan", notify=notify)
    yield is_state(a, "MASTER", 6)
    scene.lab.unplug(scene.a)
    yield is_state(a, "INIT", 2)
    scene.lab.unplug(scene.a, on=False)
    yield is_state(a, "BACKUP", 2)
    expected = ["INSTANCE lan %s 234" % state for state in ("BACKUP", "MASTER", "FAULT", "BACKUP")]

    def lines():
        with open(told, encoding="ascii") as f:
            return f.read().splitlines()

    yield Condition("%s was told" % expected, lambda: len(lines()) >= len(expected), 3)
    assert lines() == expected
    a.stop()


def tracked_interface(scene):
    """Another interface that loses its link, or is gone, demotes; its return ends that."""
    def up0(*words):
        scene.lab.run(scene.a, "ip", "link", *words)

    up0("add", "name", "up0", "type", "veth", "peer", "name", "up1")
    for name in ("up0", "up1"):
        up0("set", name, "up")
    a = scene.carpd("a", 0, preempt="true", **{"track-interface": "up0 150"})
    yield is_state(a, "MASTER", 6)
    assert a.show()["demotion"] == 0
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(b, "BACKUP", 4)
    yield 1.2
    up0("set", "up1", "down")           # up0 loses its carrier
    yield is_state(b, "MASTER", 1.4 + 2)
    yield is_state(a, "BACKUP", 2)
    assert a.show()["demotion"] == 150
    assert "up0" in a.show()["demotions"][0]["by"]
    up0("set", "up1", "up")
    yield is_state(a, "MASTER", 1.4 + 2)
    yield is_state(b, "BACKUP", 2)
    up0("del", "up0")
    yield Condition("demoted", lambda: a.show()["demotion"] == 150, 2)
    yield is_state(b, "MASTER", 1.4 + 2)
    a.stop()
    b.stop()


def drop_in(scene, side, advskew, *more):
    """carpd with ucarp's options."""
    up, down = (peers._script(scene.lab, name, text)       # pylint: disable=protected-access
                for name, text in (("up", peers._UP), ("down", peers._DOWN)))
    host = getattr(scene, side)
    words = ["--ucarp", "-i", "eth0", "-s", scene.addresses[host], "-v", str(scene.vhid), "-p",
             PASSWORD, "-a", scene.vip, "-k", str(advskew), "-u", up, "-d", down, "-z", "-n",
             "-f", "none", *more]
    return carpd.Carpd(scene.lab, host, scene.keys(), argv=words)


def in_both_roles(scene, option, target, joined="inet  224.0.0.18"):
    """carpd serves and ucarp waits; carpd stops; ucarp serves and carpd waits; ucarp dies."""
    wire = carpd.Wire(scene.lab, CLIENT)
    a = drop_in(scene, "a", 0, option)
    yield is_state(a, "MASTER", 6)
    u = scene.ucarp("b", 100, options=(option,))
    yield 4.5
    assert (a.state(), u.state()) == ("MASTER", "BACKUP")
    stopped = time.time()
    a.stop()
    yield Condition("ucarp takes over at the bow-out", lambda: u.state() == "MASTER", 1 + BUSY)
    a = drop_in(scene, "a", 200, option)
    yield is_state(a, "BACKUP", 4)
    assert joined + "\n" in scene.lab.run(scene.a, "ip", "maddr", "show", "dev", "eth0")
    yield 5
    assert (a.state(), u.state()) == ("BACKUP", "MASTER")
    u.crash()
    died = time.time()
    yield is_state(a, "MASTER", 6)
    assert time.time() - died < 3 + 200 / 256 + 1 + BUSY
    for host in (scene.a, scene.b):
        lines = [line for _when, line in wire.adverts(scene.addresses[host], stopped - 4)]
        assert lines and all(target in line for line in lines), (host, lines)
    wire.stop()
    a.stop()


def broadcast(scene):
    """-M: to everybody's MAC address."""
    yield from in_both_roles(scene, "-M", "> ff:ff:ff:ff:ff:ff,")


def other_group(scene):
    """Another multicast group; switches and cards let it pass, for it is joined."""
    yield from in_both_roles(scene, "--mcast=224.0.0.66", " > 224.0.0.66: ", "inet  224.0.0.66")


def beside_keepalived(scene):
    """VRRP with the same id on the segment: neither side moves, and both are told."""
    monitor = watch.Carpmon(scene.lab, CLIENT)
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER", 6)
    b = scene.carpd("b", 100)
    probe = PingProbe(scene.lab, CLIENT, scene.vip)
    yield 1.5
    since = time.time()
    k = peers.Keepalived(scene.lab, scene.c, scene.vhid, [scene.vip2], vmac=True)
    yield Condition("keepalived is MASTER", lambda: k.state() == "MASTER", 12)
    other = PingProbe(scene.lab, CLIENT, scene.vip2)
    yield 4
    assert (a.state(), b.state(), k.state()) == ("MASTER", "BACKUP", "MASTER")
    assert len(a.transitions()) == 2 and len(b.transitions()) == 1
    assert probe.gap(since) < BUSY and other.gap(other.answers()[0]) < BUSY
    found = watch.pick(monitor.events, vhid=scene.vhid, event="finding", code="VHID_COLLISION")
    assert [(one["cause"], one["severity"]) for one in found] == [("VRRP", "critical")]
    killed = time.time()
    a.kill()
    scene.lab.isolate(scene.a)
    yield is_state(b, "MASTER", 6)
    assert time.time() - killed < DEAD + BUSY
    yield 1
    assert k.state() == "MASTER" and k.output().count("Entering") == 2, k.output()
    # Priority 0, VRRP's bow-out, is octet for octet a better advert's beginning.
    k.stop()
    yield 1.5
    assert b.state() == "MASTER" and len(b.transitions()) == 2
    assert "VHID_COLLISION" in b.output() and b.output().count("\n") < 12, b.output()
    monitor.stop()
    b.stop()


beside_keepalived.has_third = True


class Service(carpd.Carpd):
    """carpd as systemd starts it: what it says goes to the journal."""

    def start(self):
        self.manager = Listener(os.path.join(self.base, "notify"))
        options = [word for word in self.options if word != "--foreground"]
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        self.process = self.lab.spawn(
            self.host, "sh", "-c", OWN_JOURNAL.format(self.base), "sh", carpd.PROGRAM, *options,
            *self.argv, log=self.log, env=env)


def journal(scene):
    """Fields as journalctl wants them; the service manager is told of start, signs of life, end."""
    if os.path.exists(JOURNAL):
        return      # the scene would write to it
    entries = Listener(JOURNAL)
    a = Service(scene.lab, scene.a, scene.keys(name="lan", advskew=0))
    try:
        yield is_state(a, "MASTER", 6)
        yield 2.2
        a.process.send_signal(signal.SIGHUP)
        yield 0.5
        assert a.stop() == 0
        told = [entry for entry in entries.entries() if "CARP_STATE" in entry]
        assert [(entry["CARP_OLD_STATE"], entry["CARP_STATE"]) for entry in told] == [
            ("INIT", "BACKUP"), ("BACKUP", "MASTER"), ("MASTER", "INIT")]
        master = told[1]
        assert (master["CARP_VHID"], master["CARP_IFACE"], master["CARP_NAME"]) == (
            str(scene.vhid), "eth0", "lan")
        assert master["CARP_REASON"] == "master timed out"
        assert (master["SYSLOG_IDENTIFIER"], master["PRIORITY"]) == ("carpd", "5")
        assert re.fullmatch("[0-9a-f]{32}", master["MESSAGE_ID"])
        assert "%d@eth0: BACKUP -> MASTER" % scene.vhid in master["MESSAGE"]
        assert not any(PASSWORD in text for text in entries.lines)
        assert a.output() == "", "nothing is said twice"
        notices = a.manager.lines
        assert notices[0].startswith("READY=1") and notices[-1].startswith("STOPPING=1")
        assert sum("WATCHDOG=1" in text for text in notices) >= 3
        assert any("RELOADING=1" in text for text in notices)
    finally:
        entries.close()
        a.manager.close()


SCENES = [start_delay, preempt_delay, announce_refresh, told_as_keepalived_does, tracked_interface,
          broadcast, other_group, beside_keepalived, journal]


@pytest.fixture(scope="module", name="play")
def play_all():
    """Everything, once."""
    reason = (carpd.missing() or switchlab.missing() or peers.Ucarp.missing()
              or peers.Keepalived.missing() or watch.missing())
    if reason:
        pytest.skip(reason)
    with carpd_scenes.Play(SCENES, ipv6=True, lab=switchlab.SwitchLab) as played:
        yield played


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
