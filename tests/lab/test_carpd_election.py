# SPDX-License-Identifier: BSD-2-Clause
"""carpd against carpd and against real ucarp, in both roles: who has the address, and when."""
import signal
import time

import pytest

import carpd
import carpd_scenes
from carpd_scenes import CLIENT, duration, is_state
from probes import PingProbe
from stage import Condition

# The address answers no later than this after the protocol's bound, on two busy cores.
SLACK = 0.4
DEAD = 3 + 100 / 256        # of a backup with advskew 100


def is_ucarp(peer, state, timeout=10.0):
    """The condition that ucarp has announced a state."""
    return Condition("ucarp on %s is %s" % (peer.host, state), lambda: peer.state() == state,
                     timeout)


def has(scene, side, timeout=10.0):
    """The condition that a host holds the virtual address."""
    return Condition("%s has %s" % (side, scene.vip), lambda: scene.has(side), timeout)


def pair(scene):
    """Two carpds: the better one is elected, killed, comes back, preempts, bows out."""
    a = scene.carpd("a", 0, preempt="true")
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(a, "MASTER")
    yield 1.5
    assert a.show()["master"] == scene.addresses[scene.a]
    assert b.show()["master"] == scene.addresses[scene.a]
    assert scene.has("a") and not scene.has("b")
    probe = PingProbe(scene.lab, CLIENT, scene.vip)
    yield 1
    killed = time.time()
    a.kill()
    scene.lab.run(scene.a, "ip", "link", "del", "carp%d-eth0" % scene.vhid)
    yield is_state(b, "MASTER", 6)
    yield 0.5
    assert probe.gap(killed, time.time()) < DEAD + SLACK
    assert b.transitions()[-1] == "BACKUP -> MASTER (master timed out)"
    a.start()
    returned = time.time()
    yield is_state(a, "MASTER", 6)
    yield is_state(b, "BACKUP", 2)
    yield 0.5
    assert a.transitions()[-1] == "BACKUP -> MASTER (preempting a slower master)"
    assert probe.gap(returned, time.time()) < SLACK
    stopped = time.time()
    assert a.stop() == 0
    yield is_state(b, "MASTER", 1)
    yield 0.5
    assert probe.gap(stopped, time.time()) < SLACK
    assert not scene.has("a")
    assert "carp%d" % scene.vhid not in scene.lab.run(scene.a, "ip", "-o", "link")
    assert b.stop() == 0
    assert not scene.has("b")
    probe.stop()


def ucarp_master(scene):
    """carpd waits behind ucarp, takes over from it, yields to it."""
    u = scene.ucarp("a", 0)
    yield is_ucarp(u, "MASTER", 12)
    c = scene.carpd("b", 100, vmac="off")
    yield is_state(c, "BACKUP", 2)
    yield 4
    assert c.state() == "BACKUP"
    assert c.show()["peers"][0]["counter"] == "moving"
    killed = time.time()
    u.crash()
    yield is_state(c, "MASTER", 6)
    assert duration(killed) < DEAD + 1 + SLACK      # its last advert may be a second old
    u = scene.ucarp("a", 0, preempt=True)
    yield is_ucarp(u, "MASTER", 8)
    yield is_state(c, "BACKUP", 3)
    assert not scene.has("b")
    c.stop()
    u.kill()


def ucarp_backup(scene):
    """carpd is MASTER, ucarp waits: a bow-out hands over, a demotion does."""
    c = scene.carpd("a", 0, vmac="off", preempt="true")
    yield is_state(c, "MASTER")
    u = scene.ucarp("b", 100, preempt=True)
    yield 5
    assert c.state() == "MASTER" and u.state() == "BACKUP"
    c.ask("demote", amount=150)
    yield is_ucarp(u, "MASTER", 5)
    yield is_state(c, "BACKUP", 3)
    c.ask("demote", amount=0)
    yield is_state(c, "MASTER", 4)
    yield is_ucarp(u, "BACKUP", 4)
    c.stop()
    yield is_ucarp(u, "MASTER", 2.5)        # it reads frames once a second
    assert not scene.has("a")
    u.kill()


def tie(scene):
    """Equal ones: the lower address stays, and somebody always does."""
    b = scene.carpd("b", 50)
    a = scene.carpd("a", 50)
    # Until b has heard its master stay: else it stays itself at the next tie.
    yield 8.5
    assert sorted((a.state(), b.state())) == ["BACKUP", "MASTER"]
    scene.lab.cut_both(scene.a, scene.b)
    yield Condition("both are MASTER", lambda: a.state() == b.state() == "MASTER", 6)
    scene.lab.heal(scene.a, scene.b)
    scene.lab.heal(scene.b, scene.a)
    yield is_state(b, "BACKUP", 3)
    yield 1.5
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    a.stop()
    b.stop()


def split(scene):
    """After a healed split one yields and no client is left with the wrong MAC for a second."""
    a = scene.carpd("a", 0, vmac="off")
    yield is_state(a, "MASTER")
    b = scene.carpd("b", 100, vmac="off")
    probe = PingProbe(scene.lab, CLIENT, scene.vip)
    yield 2
    scene.lab.cut_both(scene.a, scene.b)
    yield is_state(b, "MASTER", 6)
    yield 3
    healed = time.time()
    scene.lab.heal(scene.a, scene.b)
    scene.lab.heal(scene.b, scene.a)
    yield is_state(b, "BACKUP", 3)
    yield 3
    assert a.state() == "MASTER"
    assert probe.gap(healed, time.time()) < 1
    probe.stop()
    a.stop()
    b.stop()


def unicast(scene):
    """Adverts go from host to host; others' are not listened to."""
    peer_a, peer_b = scene.addresses[scene.a], scene.addresses[scene.b]
    a = scene.carpd("a", 0, peer=peer_b)
    b = scene.carpd("b", 100, peer=peer_a)
    yield is_state(a, "MASTER")
    yield 2
    assert b.state() == "BACKUP" and b.show()["master"] == peer_a
    assert b.counts()["ipackets"] > 0
    stranger = carpd.Carpd(scene.lab, CLIENT, scene.keys(advskew=0, vmac="off", peer=peer_b))
    yield is_state(stranger, "MASTER")
    yield Condition("its adverts are dropped", lambda: b.counts()["not_peer"] > 0, 4)
    assert b.show()["master"] == peer_a
    assert b.output().count("not the peer that carp.conf names") == 1
    stranger.stop()
    a.stop()
    b.stop()


def link(scene):
    """Without a carrier: INIT, and the other one serves; afterwards all is as before."""
    a = scene.carpd("a", 0, preempt="true")
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(a, "MASTER")
    yield 1
    scene.lab.unplug(scene.a)
    yield is_state(a, "INIT", 1)
    assert not scene.has("a")
    assert "no carrier" in a.show()["faults"][0]
    yield is_state(b, "MASTER", 6)
    scene.lab.unplug(scene.a, on=False)
    yield is_state(a, "MASTER", 6)
    yield is_state(b, "BACKUP", 2)
    scene.lab.detach(scene.a)
    yield is_state(a, "INIT", 1)
    scene.lab.attach(scene.a)
    yield is_state(a, "MASTER", 6)
    assert scene.has("a")
    a.stop()
    b.stop()


def paused(scene):
    """A master that was stopped for long listens before it speaks."""
    a = scene.carpd("a", 0)
    b = scene.carpd("b", 100)
    yield is_state(a, "MASTER")
    yield 1
    a.process.send_signal(signal.SIGSTOP)
    yield is_state(b, "MASTER", 6)
    yield 3
    a.process.send_signal(signal.SIGCONT)
    yield 1.5
    # The better one came back late; no preemption: the one that serves goes on.
    assert (a.state(), b.state()) == ("BACKUP", "MASTER")
    assert "woke" in a.output()
    a.stop()
    b.stop()


SCENES = [pair, ucarp_master, ucarp_backup, tie, split, unicast, link, paused]


play = carpd_scenes.played_once(SCENES)


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
