# SPDX-License-Identifier: BSD-2-Clause
"""carpd and ucarp under the same attacks and faults, in one run. What ucarp does is shown for
comparison; what carpd does is held against the protocol's own bounds.

With CARP_LONG=1 floods have 50 000 frames and attacks last 20 s.
"""
import os
import signal
import time

import pytest

import attack
import netlab
from attack import VIP
from probes import ArpProbe

LONG = bool(os.environ.get("CARP_LONG"))
FLOOD = 50000 if LONG else 5000
LASTS = 20 if LONG else 6           # of replays, in seconds and so in adverts
HANG = 8 if LONG else 5
PAUSE = 10 if LONG else 6
DEAD = 3 + 100 / 256                # b's patience
SOON = 0.35                         # a sanitized build on a busy machine
HOUR = 3600


def bad_frames(scene):
    """Adverts with a wrong digest, at 10 000/s, while it serves."""
    scene.start("a")
    scene.wait_master("a")
    client = scene.service()
    start = time.time()
    lines, cpu = scene.usage("a")
    scene.flood(FLOOD, "guessed", 0)
    time.sleep(0.5)
    after, spent = scene.usage("a")
    return {"lines": after - lines, "us/frame": (spent - cpu) / FLOOD * 1e6,
            "lost": client.lost(start), "master": scene.is_master("a")}


def one_replay(scene):
    """An advert of each of the two, once, as of advskew 0 and from its sender's address."""
    recordings = scene.pair()
    client = scene.service()
    start = time.time()
    for recording in recordings:
        scene.replay(recording, 0.05, 1, 1, 0)
        time.sleep(2.5)
    time.sleep(1.5)
    return {"lost": client.lost(start), "master": scene.is_master("a")}


def replay_when_dead(scene):
    """The dead master's adverts again, as of advskew 0, each second."""
    recording, _old = scene.pair()
    client = scene.service()
    start = time.time()
    scene.die("a")
    scene.replay(recording, 1, LASTS, 1, 0)
    return {"lost": client.lost(start), "master": scene.is_master("b")}


def replay_when_alive(scene):
    """Both members' adverts again, as of advskew 0, each second, against the live pair."""
    recordings = scene.pair()
    both = os.path.join(scene.lab.dir, "both")
    with open(both, "wb") as file:
        for recording in recordings:
            with open(recording, "rb") as part:
                file.write(part.read(70))
    client = scene.service()
    start = time.time()
    scene.replay(both, 0.5, 2 * LASTS, 1, 0)
    return {"lost": client.lost(start), "asked": time.time() - start,
            "master": scene.is_master("a")}


def hanging_script(scene):
    """a's up-script has put the address up and hangs."""
    path = os.path.join(scene.lab.dir, "hangs")
    with open(path, "w", encoding="ascii") as file:
        file.write('#!/bin/sh\n[ %s = carpd ] || ip addr replace "$2/32" dev "$1"\nsleep %d\n'
                   % (scene.kind, HANG))
    os.chmod(path, 0o755)
    probe = ArpProbe(scene.lab, "c", VIP)
    start = time.time()
    scene.start("a", script=path)
    scene.start("b")
    netlab.wait_for("the address is up", lambda: probe.answers(), 10)
    time.sleep(HANG + 1.5)
    return {"two owners": probe.doubles(start), "master": scene.is_master("a")}


def clock_set(scene):
    """a's clock is set back by an hour, b's forward."""
    recorded = {}
    library = os.path.join(scene.lab.dir, "clockshift.so")
    netlab.sh("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
              os.path.join(attack.HERE, "clockshift.c"), "-ldl")
    for host in "ab":
        recorded[host] = os.path.join(scene.lab.dir, host + ".shift")
        set_clock(recorded[host], 0)
        # A sanitizer wants to be the first library.
        scene.start(host, env={"LD_PRELOAD": library, "CLOCKSHIFT": recorded[host],
                               "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})
    scene.wait_master("a")
    scene.wait_master("b", False)
    client, probe = scene.service(), ArpProbe(scene.lab, "c", VIP)
    time.sleep(1)
    start = time.time()
    set_clock(recorded["a"], -HOUR)
    set_clock(recorded["b"], HOUR)
    time.sleep(LASTS + 2)
    return {"two owners": probe.doubles(start), "lost": client.lost(start),
            "master": scene.is_master("a"), "both": scene.is_master("b")}


def set_clock(path, seconds):
    """In one step, for clockshift.c."""
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write("%d 0" % (seconds * 10**9))
    os.rename(path + ".new", path)


def interface_removed(scene):
    """a's card is pulled out and put in again."""
    scene.pair()
    client = scene.service()
    start = time.time()
    scene.lab.detach("a")
    time.sleep(1)
    scene.lab.attach("a")
    time.sleep(DEAD + 4)
    daemon = scene.daemons["a"]
    return {"lost": client.lost(start), "runs": daemon.process.poll() is None,
            "master": scene.is_master("a") and scene.holds("a")}


def address_deleted(scene):
    """An administrator deletes the address of the master."""
    scene.start("a")
    scene.wait_master("a")
    client = scene.service()
    where = scene.lab.run("a", "ip", "-o", "-4", "addr", "show", "to", VIP).split()
    probe = ArpProbe(scene.lab, "c", VIP)
    time.sleep(0.5)
    start = time.time()
    scene.lab.run("a", "ip", "addr", "del", where[3], "dev", where[1])
    time.sleep(4)
    return {"lost": client.lost(start), "unanswered": probe.gap(start),
            "master": scene.is_master("a")}


def paused(scene):
    """The master is stopped for some time and goes on."""
    scene.pair()
    client, probe = scene.service(), ArpProbe(scene.lab, "c", VIP)
    time.sleep(0.5)
    process = scene.daemons["a"].process
    start = time.time()
    process.send_signal(signal.SIGSTOP)
    time.sleep(PAUSE)
    woken = time.time()
    process.send_signal(signal.SIGCONT)
    time.sleep(4)
    return {"two owners": probe.doubles(woken), "lost": client.lost(start),
            "lost after": client.lost(woken)}


def better_frames(scene):
    """Good adverts of a better master, at 10 000/s."""
    scene.start("b")
    scene.wait_master("b")
    lines, cpu = scene.usage("b")
    took = scene.flood(FLOOD, attack.PASSWORD, 0)
    after, spent = scene.usage("b")
    end = time.time()
    yielded = not scene.is_master("b")
    scene.wait_master("b")
    return {"lines": after - lines, "us/frame": (spent - cpu) / FLOOD * 1e6, "yielded": yielded,
            "back": time.time() - end, "took": took}


ROWS = [one_replay, replay_when_dead, replay_when_alive, hanging_script, clock_set,
        interface_removed, address_deleted, paused]
FLOODS = [bad_frames, better_frames]


@pytest.fixture(scope="module", name="played")
def play_all():
    """Every row with carpd and with ucarp."""
    if attack.missing():
        pytest.skip(attack.missing())
    return attack.play(ROWS, FLOODS)


@pytest.fixture(name="look")
def look_at(played, record_property):
    """What carpd did in a row; both are shown."""
    def look(row):
        for kind in attack.KINDS:
            if isinstance(played[row, kind], Exception):
                raise played[row, kind]
            record_property("%-17s %s" % (row.__name__, kind), ", ".join(
                "%s %s" % (name, "%.3g" % value if isinstance(value, float) else value)
                for name, value in played[row, kind].items()))
        return played[row, "carpd"], played[row, "ucarp"]
    return look


def test_bad_frames(look):
    ours, theirs = look(bad_frames)
    assert 1 <= ours["lines"] < 20 and ours["master"] and ours["lost"] == 0
    assert theirs["lines"] > FLOOD / 2, "the flood came through"


def test_one_replay(look):
    ours, _theirs = look(one_replay)
    assert ours == {"lost": 0, "master": True}


def test_replay_when_dead(look):
    ours, theirs = look(replay_when_dead)
    assert ours["master"] and ours["lost"] < DEAD + SOON
    assert theirs["lost"] > LASTS - 1.5, "the recording was good"


def test_replay_when_alive(look):
    ours, theirs = look(replay_when_alive)
    assert ours["lost"] == 0 and ours["master"]
    assert theirs["lost"] > 1, "the recording was good"


def test_hanging_script(look):
    ours, _theirs = look(hanging_script)
    assert ours == {"two owners": 0, "master": True}


def test_clock_set(look):
    ours, theirs = look(clock_set)
    assert ours == {"two owners": 0, "lost": 0, "master": True, "both": False}
    assert theirs["both"] or theirs["lost"], "the clock was set"


def test_interface_removed(look):
    ours, _theirs = look(interface_removed)
    assert ours["runs"] and ours["master"] and ours["lost"] < DEAD + SOON


def test_address_deleted(look):
    ours, _theirs = look(address_deleted)
    assert ours["master"] and ours["unanswered"] < SOON


def test_paused(look):
    ours, _theirs = look(paused)
    assert ours["two owners"] == 0 and ours["lost after"] < 1
    assert ours["lost"] < DEAD + SOON


def test_better_frames(look):
    ours, _theirs = look(better_frames)
    assert ours["lines"] < 20 and ours["yielded"] and ours["back"] < DEAD + SOON
