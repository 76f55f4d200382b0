# SPDX-License-Identifier: BSD-2-Clause
"""DUAL_MASTER and its causes, from real ucarp pairs that are broken apart and healed."""
import datetime
import re
import time

import pytest

import readers
import stage
import watch
from stage import is_state

MONITORS = ("keys", "no-keys")
SINCE = 0.2     # ucarp writes its log line before its first advert; two busy cores


def orderly(scene):
    """Election, the master dies, returns, preempts, is stopped."""
    a, b = yield from scene.settled_pair()
    scene.mark("died")
    a.crash()
    yield is_state(b, "MASTER")
    yield 2
    a = scene.ucarp("a", 0)
    yield 4
    scene.returned_as = a.state()
    a.stop()
    yield 0.5
    a = scene.ucarp("a", 0, preempt=True)
    yield is_state(a, "MASTER")
    yield is_state(b, "BACKUP")
    yield 4
    scene.mark("stopped")
    a.stop()
    yield is_state(b, "MASTER")
    yield 2


def one_way(scene):
    """B, the worse one, stops hearing A."""
    _a, b = yield from scene.settled_pair()
    scene.mark("cut")
    scene.lab.cut(scene.a, scene.b)
    yield is_state(b, "MASTER")
    yield 7
    scene.mark("healed")
    scene.lab.heal(scene.a, scene.b)
    yield is_state(b, "BACKUP")


def other_way(scene):
    """A, the worse one, stops hearing B; B hears A again after a while."""
    b = scene.ucarp("b", 0)
    yield is_state(b, "MASTER")
    a = scene.ucarp("a", 100)
    yield 4
    scene.mark("cut")
    scene.lab.cut_both(scene.a, scene.b)
    yield is_state(a, "MASTER")
    yield 3
    scene.mark("half")
    scene.lab.heal(scene.a, scene.b)
    yield 10
    scene.mark("healed")
    scene.lab.heal(scene.b, scene.a)
    yield is_state(a, "BACKUP")


def both_ways(scene):
    """Nothing passes between A and B; the observer hears both."""
    _a, b = yield from scene.settled_pair()
    scene.mark("cut")
    scene.lab.cut_both(scene.a, scene.b)
    yield is_state(b, "MASTER")
    yield 7
    scene.mark("healed")
    scene.lab.heal(scene.a, scene.b)
    scene.lab.heal(scene.b, scene.a)
    yield is_state(b, "BACKUP")


def _wrong_then_right(scene, **wrong):
    a = scene.ucarp("a", 0)
    b = scene.ucarp("b", 100, **wrong)
    yield is_state(a, "MASTER")
    yield is_state(b, "MASTER")
    yield 8
    b.stop()
    scene.mark("healed")
    scene.ucarp("b", 100)
    yield 5


def wrong_password(scene):
    """B has another password, until it is corrected."""
    yield from _wrong_then_right(scene, password="other-secret")


def wrong_address(scene):
    """B has another address, until it is corrected."""
    yield from _wrong_then_right(scene, vip=scene.other_vip)


def wrong_ttl(scene):
    """Something on A's way sets the TTL to 254."""
    _a, b = yield from scene.settled_pair()
    scene.mark("cut")
    scene.lab.rewrite_ttl(scene.a, 254)
    yield is_state(b, "MASTER")
    yield 7
    scene.mark("healed")
    scene.lab.heal(scene.a)
    yield is_state(b, "BACKUP")


SCENARIOS = (orderly, one_way, other_way, both_ways, wrong_password, wrong_address, wrong_ttl)


@pytest.fixture(scope="module")
def show():
    """All of the above in one lab, watched with and without keys."""
    with stage.Stage("dual", SCENARIOS) as played:
        played.play()
        yield played


def duals(show, monitor, name):
    """onset, updates, and the end of the one DUAL_MASTER above info."""
    found = [event for event in show.events(monitor, name, code="DUAL_MASTER")
             if event["severity"] != "info"]
    assert [e["event"] for e in found[:1]] == ["finding"], found
    assert found[-1]["event"] == "resolved", found
    assert {e["id"] for e in found} == {found[0]["id"]}, found
    return found[0], found[1:-1], found[-1]


def close_to(stamp, truth, tolerance=SINCE):
    """Whether carpmon's time is the one of the log."""
    difference = watch.seconds(stamp) - truth
    assert abs(difference) < tolerance, "%s is %+.3f s from the truth" % (stamp, difference)


def last_heard(event):
    """The time that a text names as the last accepted advert's; of which day, if it says so."""
    told = re.search(r"last accepted the advert of (\d{4}-\d\d-\d\d)? ?(\d\d:\d\d:\d\d\.\d{3})",
                     event["detail"])
    assert told, event["detail"]
    day = told[1] or datetime.date.fromtimestamp(watch.seconds(event["time"])).isoformat()
    return datetime.datetime.fromisoformat("%sT%s" % (day, told[2])).timestamp()


@pytest.mark.parametrize("told, truth", [
    ("00:00:01.500", "2026-01-01T00:00:01.500Z"),
    ("2025-12-31 23:59:59.250", "2025-12-31T23:59:59.250Z")])
def test_a_moment_of_another_day_is_read(told, truth, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    event = {"time": "2026-01-01T00:00:02.600000Z",
             "detail": "it last accepted the advert of %s (frame 8)." % told}
    assert last_heard(event) == watch.seconds(truth)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("monitor", MONITORS)
def test_orderly_hand_overs_are_no_trouble(show, monitor):
    scene = show.scene("orderly")
    assert scene.returned_as == "BACKUP"
    findings = show.events(monitor, "orderly", event=("finding", "update"))
    assert [f for f in findings if f["severity"] != "info"] == []
    causes = {(f["code"], f["cause"]) for f in findings}
    assert causes == {("DUAL_MASTER", "TRANSITION")}
    told = show.events(monitor, "orderly", event="transition", role="MASTER")
    a, b = scene.address_a, scene.address_b
    assert [(t["previous"], t["sender"]) for t in told] == [
        (None, a), (a, b), (b, a), (a, b)]
    assert [t["reason"] for t in told[1:]] == [
        "master timed out", "preempting a slower master", "master timed out"]
    for transition, truth in zip(told, [scene.became("a", "MASTER"), scene.became("b", "MASTER"),
                                        scene.became("a", "MASTER", 1),
                                        scene.became("b", "MASTER", 1)]):
        close_to(transition["since"], truth)
    yields = show.events(monitor, "orderly", event="transition", role="BACKUP")
    assert [t["sender"] for t in yields] == [b]


@pytest.mark.parametrize("monitor", MONITORS)
def test_one_direction_lost(show, monitor):
    scene = show.scene("one_way")
    onset, updates, end = duals(show, monitor, "one_way")
    assert {e["cause"] for e in (onset, *updates, end)} == {"NO_DELIVERY_A_TO_B"}
    assert onset["senders"] == [scene.address_a, scene.address_b]
    assert (onset["severity"], onset["confidence"]) == ("critical", "high")
    close_to(onset["since"], scene.became("b", "MASTER"))
    assert -1.05 < last_heard(onset) - scene.marks["cut"] < 0.05
    close_to(end["time"], scene.became("b", "BACKUP", 1), 2.2 * 1.4 + 0.3)
    assert "%s yielded" % scene.address_b in end["text"]


@pytest.mark.parametrize("monitor", MONITORS)
def test_other_direction_lost(show, monitor):
    scene = show.scene("other_way")
    onset, updates, end = duals(show, monitor, "other_way")
    assert onset["cause"] == "NO_DELIVERY_BOTH"
    assert [u["cause"] for u in updates] == ["NO_DELIVERY_A_TO_B"]
    assert end["cause"] == "NO_DELIVERY_A_TO_B"
    # The first does not reach the second: B is the better one here.
    assert end["senders"] == [scene.address_b, scene.address_a]
    assert scene.marks["half"] < watch.seconds(updates[0]["time"]) < scene.marks["half"] + 10
    close_to(onset["since"], scene.became("a", "MASTER"))
    assert -1.05 < last_heard(updates[0]) - scene.marks["cut"] < 0.05


@pytest.mark.parametrize("monitor", MONITORS)
def test_both_directions_lost(show, monitor):
    scene = show.scene("both_ways")
    onset, updates, end = duals(show, monitor, "both_ways")
    assert onset["cause"] == "NO_DELIVERY_BOTH"
    assert onset["confidence"] == ("high" if monitor == "keys" else "medium")
    assert onset["senders"] == [scene.address_a, scene.address_b]
    # Once healed, the directions are heard again one after the other.
    assert all(watch.seconds(u["time"]) > scene.marks["healed"] for u in updates)
    close_to(onset["since"], scene.became("b", "MASTER"))
    assert watch.seconds(end["time"]) > scene.marks["healed"]


@pytest.mark.parametrize("name, cause, words", [
    ("wrong_password", "HASH_KEY", "another password"),
    ("wrong_address", "HASH_ADDRESSES", "also hashes {0.other_vip}"),
])
def test_wrong_digest(show, name, cause, words):
    scene = show.scene(name)
    for monitor, wanted in (("keys", cause), ("no-keys", "UNKNOWN")):
        onset, updates, end = duals(show, monitor, name)
        assert {e["cause"] for e in (onset, *updates, end)} == {wanted}
        assert onset["severity"] == "critical"
        assert onset["senders"] == [scene.address_a, scene.address_b]
        close_to(onset["since"], scene.became("b", "MASTER"))
        close_to(end["time"], scene.marks["healed"], 2.2 * 1.4 + 0.3)
        if monitor == "keys":
            assert words.format(scene) in onset["detail"]
    bad = show.events("keys", name, event="finding", code="BAD_HMAC")
    assert [(f["cause"], f["senders"]) for f in bad] == [(cause, [scene.address_b])]


@pytest.mark.parametrize("monitor", MONITORS)
def test_wrong_ttl(show, monitor):
    scene = show.scene("wrong_ttl")
    onset, updates, end = duals(show, monitor, "wrong_ttl")
    assert {e["cause"] for e in (onset, *updates)} == {"TTL"}
    assert onset["senders"] == [scene.address_a, scene.address_b]
    assert "TTL 254" in onset["detail"]
    close_to(onset["since"], scene.became("b", "MASTER"))
    assert watch.seconds(end["time"]) > scene.marks["healed"]
    dropped = show.events(monitor, "wrong_ttl", event="finding", code="TTL_NOT_255")
    assert [f["senders"] for f in dropped] == [[scene.address_a]]


@pytest.mark.parametrize("monitor", MONITORS)
def test_nothing_else_is_found(show, monitor):
    meant = {"one_way": {"DUAL_MASTER"}, "other_way": {"DUAL_MASTER"},
             "both_ways": {"DUAL_MASTER"},
             # The one that announced last is the one that ends, and the other never does.
             "wrong_password": {"DUAL_MASTER", "BAD_HMAC", "STALE_ARP"},
             "wrong_address": {"DUAL_MASTER", "BAD_HMAC", "STALE_ARP"},
             "wrong_ttl": {"DUAL_MASTER", "TTL_NOT_255"}, "orderly": set()}
    for name, codes in meant.items():
        found = {f["code"] for f in show.events(monitor, name, event="finding")
                 if f["severity"] != "info"}
        assert found <= codes, (name, found)
    assert show.status[monitor] == 2


@pytest.mark.parametrize("monitor", MONITORS)
def test_readers_agree(show, monitor, record_property):
    readers.check(show, monitor, record_property)
