# SPDX-License-Identifier: BSD-2-Clause
"""What attackers without the key, administrators and hanging hooks can do to carpd."""
import os
import time

import pytest

import carpd
import carpd_scenes
import spans
from carpd_scenes import CLIENT, duration, is_state
from probes import PingProbe
from stage import Condition

SLACK = 0.4
DEAD = 3 + 100 / 256


def ended(process):
    """The condition that a process has ended."""
    return Condition("%s ends" % process.args, lambda: process.poll() is not None, 30)


def record(scene, count=3):
    """Record adverts of the scene's vhid."""
    path = os.path.join(scene.lab.dir, "%s.frames" % scene.name)
    recorder = scene.replayer("record", scene.vhid, count, path)
    yield ended(recorder)
    return path


def replay_on_master(scene):
    """strict: a recording of a better master does not unseat the one that serves."""
    a = scene.carpd("a", 0, replay="strict", preempt="true")
    b = scene.carpd("b", 100, replay="strict", preempt="true",
                    senders=scene.addresses[scene.b])
    yield is_state(a, "MASTER")
    yield Condition("b names a, which is none of its senders",
                    lambda: "ROGUE_SENDER" in b.output(), 5)
    path = yield from record(scene)
    a.stop()
    yield is_state(b, "MASTER", 2)
    probe = PingProbe(scene.lab, CLIENT, scene.vip)
    yield 0.5
    since = time.time()
    # As they were, and as 0/0 and bow-out from the address of the dead host.
    for words in ((), (0, 1), (255, 255)):
        attack = scene.replayer("play", path, 0.2, 10, *words)
        yield ended(attack)
    assert b.state() == "MASTER" and scene.has("b")
    assert probe.gap(since, time.time()) < SLACK
    def dropped():
        counts = b.counts()
        return counts["replayed"] + counts["rewritten"]

    yield Condition("all were dropped", lambda: dropped() >= 30, 2)
    assert b.output().count("seen before") < 6
    probe.stop()
    b.stop()


def replay_on_backup(scene):
    """strict: a recording does not keep the backup from serving when the master dies."""
    a = scene.carpd("a", 0, replay="strict")
    b = scene.carpd("b", 100, replay="strict")
    yield is_state(a, "MASTER")
    yield 1
    path = yield from record(scene)
    ledger = spans.Ledger(scene.lab, scene.b, scene.vip)
    killed = time.time()
    a.kill()
    scene.lab.run(scene.a, "ip", "link", "set", "eth0", "down")
    attack = scene.replayer("play", path, 0.5, 20)
    yield is_state(b, "MASTER")
    assert ledger.held()[0][0] - killed < DEAD + SLACK
    yield ended(attack)
    assert b.state() == "MASTER"
    b.stop()


def strict_and_honest(scene):
    """strict locks no honest member out: restarts, one-way losses, ucarp's random counters."""
    u = scene.ucarp("a", 0)
    yield Condition("ucarp is MASTER", lambda: u.state() == "MASTER", 12)
    c = scene.carpd("b", 100, replay="strict", vmac="off")
    yield is_state(c, "BACKUP", 3)
    yield 2
    for _ in range(2):      # c does not hear u; u hears c and goes on from its counter
        scene.lab.cut(scene.a, scene.b)
        yield is_state(c, "MASTER", 6)
        yield 2.5
        scene.lab.heal(scene.a, scene.b)
        yield is_state(c, "BACKUP", 3)
    u.crash()
    yield is_state(c, "MASTER", 6)
    u = scene.ucarp("a", 0, preempt=True)
    yield is_state(c, "BACKUP", 12)
    yield 2
    assert c.state() == "BACKUP"
    c.stop()
    u.kill()


def replay_alert(scene):
    """alert, the default, acts as every CARP does, and says so once."""
    a = scene.carpd("a", 0)
    b = scene.carpd("b", 100)
    yield is_state(a, "MASTER")
    path = yield from record(scene, 2)
    a.stop()
    yield is_state(b, "MASTER", 2)
    attack = scene.replayer("play", path, 0.3, 10)
    yield Condition("the first one was heard", lambda: b.counts()["replayed"] > 0, 10)
    yield is_state(b, "BACKUP", 2)
    yield ended(attack)
    yield Condition("all were heard", lambda: b.counts()["replayed"] >= 10, 2)
    assert 1 <= b.output().count("seen before") <= 2
    yield is_state(b, "MASTER", 6)
    b.stop()


def reflection(scene):
    """Own adverts that come back change nothing."""
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER")
    scene.lab.reflect(scene.a)
    yield 3
    assert a.state() == "MASTER" and len(a.transitions()) == 2
    path = yield from record(scene, 2)
    attack = scene.replayer("play", path, 0.05, 10, 1, 0, "10.79.0.200")
    yield ended(attack)
    assert a.state() == "MASTER" and len(a.transitions()) == 2
    scene.lab.reflect(scene.a, on=False)
    a.stop()


def flood(scene):
    """50 000 bad frames make fewer than 20 lines, and the election goes on."""
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER")
    lines = a.output().count("\n")
    for n in range(2):
        attack = scene.replayer("bad", scene.vhid, 25000, "10.79.0.%d" % (201 + n))
        yield ended(attack)
    yield 1
    assert a.state() == "MASTER" and len(a.transitions()) == 2
    assert a.counts()["badauth"] > 40000
    said = a.output().count("\n") - lines
    assert 1 <= said < 20
    assert "BAD_HMAC" in a.output()
    a.stop()


def administrator(scene):
    """An address or macvlan that somebody removes is back at once."""
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER")
    b = scene.carpd("b", 100)
    device = "carp%d-eth0" % scene.vhid
    for words in (("addr", "del", scene.vip + "/24", "dev", device),
                  ("link", "set", device, "down"), ("link", "del", device)):
        scene.lab.run(scene.a, "ip", *words)
        since = time.time()
        yield Condition("%s is back" % scene.vip, lambda: scene.has("a"), 2)
        assert duration(since) < 0.5, words
        yield 0.3
    assert a.state() == "MASTER" and len(a.transitions()) == 2
    yield 2.5           # a has announced it as often as it does
    wire = carpd.Wire(scene.lab, CLIENT)
    scene.lab.run(scene.b, "ip", "link", "del", device)
    yield Condition("b noticed", lambda: "made anew" in b.output(), 2)
    yield 1.5
    assert not wire.lines("who-has %s .*tell %s" % (scene.vip, scene.vip)), "a BACKUP announces"
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    wire.stop()
    a.stop()
    b.stop()


def hanging_hooks(scene):
    """Hooks that hang change nothing on the wire; the latest state wins."""
    told = os.path.join(scene.lab.dir, "%s.told" % scene.name)
    hook = os.path.join(scene.lab.dir, "%s.hook" % scene.name)
    with open(hook, "w", encoding="ascii") as f:
        f.write('#!/bin/sh\necho "$1 $2 $CARP_OLD_STATE $CARP_REASON" >> %s\n'
                'echo said\n[ "$2" = MASTER ] && sleep 60\nexit 3\n' % told)
    os.chmod(hook, 0o755)
    a = carpd.Carpd(scene.lab, scene.a, scene.keys(advskew=0, hook=hook),
                    daemon={"hook-time-limit": 2})
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(a, "MASTER")
    watcher = carpd.Watcher(a)
    yield 3
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    a.ask("state", state="backup")
    yield is_state(b, "MASTER", 3)
    yield Condition("the hook was told", lambda: "BACKUP MASTER" in open(told).read(), 4)
    with open(told, encoding="ascii") as f:
        lines = f.read().splitlines()
    ident = "%d@eth0" % scene.vhid
    assert lines == [ident + " BACKUP INIT initialization complete",
                     ident + " MASTER BACKUP master timed out",
                     ident + " BACKUP MASTER user requested via ifconfig"]
    yield 0.5
    assert "timed out" in a.output() or "time limit" in a.output()
    assert "said" in a.output()
    assert a.counts()["hooks_timed_out"] == 1 and a.counts()["hooks"] == 3
    ends = [event for event in watcher.events if event["event"] == "hook"]
    assert [event["end"] for event in ends] == ["timed out", "exited"]
    watcher.close()
    a.stop()
    b.stop()


SCENES = [replay_on_master, replay_on_backup, strict_and_honest, replay_alert, reflection, flood,
          administrator, hanging_hooks]


play = carpd_scenes.played_once(SCENES)


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
