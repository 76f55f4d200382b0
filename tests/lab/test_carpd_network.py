# SPDX-License-Identifier: BSD-2-Clause
"""carpd with carpd and with ucarp on a network that loses, delays, doubles, reorders and returns
adverts.

netswitch tells which advert reached whom and when; the kernel tells who had the address. From the
two follows what each must have done (docs/PROTOCOL.md 3.2, 3.5), whatever the network did:

  early     the worse one takes over only when it has not heard the better one for its dead time
  late      it takes over when it has not
  together  two have the address no longer than until the worse one hears the better one; behind
            a ucarp, its fourth advert

and each scene says more. CARP_SEED repeats what the network does; CARP_LONG=1 plays for longer.
"""
import functools
import os
import random
import time

import pytest

import carpd
import carpd_scenes
import peers
import spans
import switchlab
from carpd_scenes import CLIENT, is_state
from probes import PingProbe
from stage import Condition

LONG = bool(os.environ.get("CARP_LONG"))
LASTS = 90 if LONG else 9          # seconds of bad network
SEED = int(os.environ.get("CARP_SEED") or random.randrange(2 ** 32))
TICK = 0.02
BUSY = 0.4                          # a sanitized build on a busy machine
BLACK_HOLE = 1.0                    # the promise


class Habits:
    """What a daemon with advbase 1, advskew 100 adds to the protocol's numbers."""

    def __init__(self, dead, patience, reaction, told=1):
        self.dead = dead            # it never waits less
        self.patience = patience    # nor more
        self.reaction = reaction    # to an advert
        self.told = told            # it yields to the nth that it hears


CARPD = Habits(3 + 100 / 256, 3 + 100 / 256 + BUSY, BUSY)
# ucarp goes on from carpd's counters and reads them late: what it sends until then carpd may have
# sent itself (docs/SECURITY-MODEL.md 6.9).
BEHIND_UCARP = Habits(CARPD.dead, CARPD.patience, BUSY, 4)
# It rounds its wait up to whole intervals, and reads once a second (docs/PROTOCOL.md 3.2, 5.5).
UCARP = Habits(3 + 100 / 256, 3 * (1 + 100 / 256) + 1 + BUSY, 1 + BUSY)
# Below a second: three of the longer interval (docs/tuning.md).
FAST = Habits(3 * 30 / 256, 3 * 30 / 256 + BUSY, BUSY)


class Contest:
    """Who had the address while a, the better one, was MASTER and b might not hear it."""

    def __init__(self, scene, habits):
        self.scene, self.habits = scene, habits
        self.ledgers = [spans.Ledger(scene.lab, host, scene.vip) for host in (scene.a, scene.b)]
        self.begin = None

    def start(self):
        """From here on it counts: a is MASTER, b has heard it."""
        assert self.ledgers[0].holds() and not self.ledgers[1].holds()
        self.begin = time.time()

    def heard(self, moment="when"):
        """When b was given an advert of a."""
        return [getattr(advert, moment)
                for advert in self.scene.lab.adverts(self.scene.a, self.scene.b)]

    def silences(self, until):
        """Times in which b was given none."""
        times = [when for when in self.heard() if when <= until] + [until]
        return list(zip(times, times[1:]))

    def is_early(self, start):
        """Whether b, that took over then, had been given an advert too shortly before."""
        dead = self.habits.dead - TICK
        began = self.heard() + [start]
        over = self.heard("done") + [start]
        return not any(start >= first + dead and last - first >= dead
                       and start <= last + self.habits.reaction
                       for first, last in zip(began, over[1:]))

    def check(self, until=None):
        """Hold all against the bounds; how often b took over."""
        until = until or time.time()
        held = [ledger.held() for ledger in self.ledgers]
        silences = self.silences(until)
        took = [start for start, _end in held[1] if self.begin < start < until]
        for start in took:
            assert not self.is_early(start), "early: %s, heard %s" % (start, self.heard())
        for first, last in silences:
            if last > self.begin and last - first > self.habits.patience:
                mine = (first + self.habits.patience, last)
                assert not spans.without(held[1], *mine), "late: %s of %s" % (held[1], mine)
        for start, end in spans.both(*held):
            told = [when for when in self.heard() if start < when]
            if start > self.begin and len(told) >= self.habits.told:
                last = told[self.habits.told - 1]
                assert end < last + self.habits.reaction, "together: %s to %s, heard %s" % (
                    start, end, last)
        return len(took)


def carpds(scene, **keys):
    """a with advskew 0, then b with 100."""
    a = scene.carpd("a", 0, **keys)
    yield is_state(a, "MASTER", 6)
    b = scene.carpd("b", 100, **keys)
    yield is_state(b, "BACKUP", 4)
    yield 1.5
    return a, b


def with_ucarp(scene, ucarp):
    """The same with ucarp on one side."""
    def side(name, advskew):
        if name == ucarp:
            return scene.ucarp(name, advskew)
        return scene.carpd(name, advskew, vmac="off")

    a = side("a", 0)
    yield Condition("a is MASTER", lambda: a.state() == "MASTER", 12)
    b = side("b", 100)
    yield 2.5
    return a, b


def ends_well(scene, contest, a, b):
    """On a good network again a alone serves; what b did was within bounds."""
    scene.lab.heal(scene.a, scene.b)
    scene.lab.heal(scene.b, scene.a)
    yield Condition("b is BACKUP", lambda: b.state() == "BACKUP", 6)
    yield 0.5
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    scene.said = "b took over %d times, %d adverts lost" % (
        contest.check(), len(scene.lab.adverts(scene.a, scene.b, contest.begin, switchlab.LOST)))


def lossy(scene, start, habits, per_mille, *, client=False):
    """Adverts are lost at random in both directions."""
    contest = Contest(scene, habits)
    a, b = yield from start
    probe = PingProbe(scene.lab, CLIENT, scene.vip) if client else None
    yield 1
    contest.start()
    scene.lab.spoil(scene.a, scene.b, loss=per_mille)
    scene.lab.spoil(scene.b, scene.a, loss=per_mille)
    yield LASTS
    yield from ends_well(scene, contest, a, b)
    if probe:
        assert probe.gap(contest.begin) < BLACK_HOLE
        probe.stop()
    for peer in (a, b):
        peer.stop()


def loss_10(scene):
    """Every tenth: three in a row are a takeover, fewer are none."""
    yield from lossy(scene, carpds(scene), CARPD, 100)


def loss_30(scene):
    """Every third; the address is on the interface itself, and a client keeps finding it."""
    yield from lossy(scene, carpds(scene, vmac="off"), CARPD, 300, client=True)


def fast_loss_30(scene):
    """The same ten times as fast: b takes over again and again."""
    def start():
        a = scene.carpd("a", 25, advbase=0)
        yield is_state(a, "MASTER", 6)
        b = scene.carpd("b", 30, advbase=0)
        yield is_state(b, "BACKUP", 4)
        yield 1
        return a, b

    yield from lossy(scene, start(), FAST, 300)


def loss_30_ucarp_serves(scene):
    """carpd behind ucarp."""
    yield from lossy(scene, with_ucarp(scene, "a"), BEHIND_UCARP, 300)


def loss_30_ucarp_waits(scene):
    """ucarp behind carpd."""
    yield from lossy(scene, with_ucarp(scene, "b"), UCARP, 300)


def one_way(scene, start, habits):
    """What b says is lost: nothing moves. What a says is lost: b takes over once and stays until
    it hears a."""
    contest = Contest(scene, habits)
    a, b = yield from start
    contest.start()
    scene.lab.cut(scene.b, scene.a)
    yield 3.5       # longer than the dead time of a
    assert contest.check() == 0 and (a.state(), b.state()) == ("MASTER", "BACKUP")
    scene.lab.heal(scene.b, scene.a)
    scene.lab.cut(scene.a, scene.b)
    yield Condition("b is MASTER", lambda: b.state() == "MASTER", habits.patience + 1)
    yield 1.5
    assert contest.check() == 1
    assert a.state() == "MASTER"        # it hears a worse one
    healed = time.time()
    yield from ends_well(scene, contest, a, b)
    assert scene.lab.adverts(scene.a, scene.b, healed)
    for peer in (a, b):
        peer.stop()


def one_way_loss(scene):
    """Between two carpds."""
    yield from one_way(scene, carpds(scene), CARPD)


def one_way_loss_ucarp_serves(scene):
    """carpd behind ucarp."""
    yield from one_way(scene, with_ucarp(scene, "a"), BEHIND_UCARP)


def one_way_loss_ucarp_waits(scene):
    """ucarp behind carpd."""
    yield from one_way(scene, with_ucarp(scene, "b"), UCARP)


def delayed(scene, start, habits):
    """Adverts take 0.8 to 1.1 s, about their interval: nobody moves, and a dead master is missed
    by that later and no more."""
    contest = Contest(scene, habits)
    a, b = yield from start
    contest.start()
    for path in ((scene.a, scene.b), (scene.b, scene.a)):
        scene.lab.spoil(*path, delay=0.8, jitter=0.3)
    yield LASTS / 2
    assert contest.check() == 0 and (a.state(), b.state()) == ("MASTER", "BACKUP")
    scene.lab.isolate(scene.a)
    yield Condition("b is MASTER", lambda: b.state() == "MASTER", habits.patience + 2)
    yield 0.5
    scene.lab.isolate(scene.a, on=False)
    yield from ends_well(scene, contest, a, b)
    for peer in (a, b):
        peer.stop()


def delay(scene):
    """Between two carpds."""
    yield from delayed(scene, carpds(scene), CARPD)


def delay_ucarp_serves(scene):
    """carpd behind ucarp."""
    yield from delayed(scene, with_ucarp(scene, "a"), BEHIND_UCARP)


def delay_ucarp_waits(scene):
    """ucarp behind carpd."""
    yield from delayed(scene, with_ucarp(scene, "b"), UCARP)


def doubled(scene):
    """Every advert twice within 50 ms: counted, no replay, nothing moves; the hand-over is as
    fast as ever."""
    contest = Contest(scene, CARPD)
    a, b = yield from carpds(scene, replay="strict")
    contest.start()
    for path in ((scene.a, scene.b), (scene.b, scene.a)):
        scene.lab.spoil(*path, duplicate=1000, jitter=0.05)
    yield LASTS / 2
    assert contest.check() == 0
    counts = b.counts()
    assert counts["duplicate"] >= LASTS / 2 - 2 and counts["replayed"] == 0
    assert len(b.transitions()) == 1 and len(a.transitions()) == 2
    stopped = time.time()
    a.stop()
    yield is_state(b, "MASTER", BUSY + 1)
    bow_out = [advert.when for advert in scene.lab.adverts(scene.a, scene.b, stopped)
               if advert.advbase == 255]
    taken = contest.ledgers[1].held()[-1][0]
    assert taken - bow_out[0] < BUSY
    b.stop()


def reordered(scene):
    """Every second advert behind its successor: the older one is no news, and nobody moves."""
    contest = Contest(scene, CARPD)
    a, b = yield from carpds(scene, replay="strict")
    contest.start()
    for path in ((scene.a, scene.b), (scene.b, scene.a)):
        scene.lab.spoil(*path, reorder=500)
    yield LASTS
    assert contest.check() == 0
    assert len(b.transitions()) == 1 and len(a.transitions()) == 2
    a.stop()
    b.stop()


def returned(scene):
    """Both get all they send back, at once and then 1.5 s late: neither yields, neither waits for
    itself, and a hand-over is as ever."""
    contest = Contest(scene, CARPD)
    a, b = yield from carpds(scene, preempt="true", replay="alert")
    contest.start()
    for host in (scene.a, scene.b):
        scene.lab.reflect(host)
    yield LASTS / 3
    for host in (scene.a, scene.b):
        scene.lab.reflect(host, delay=1.5)
    yield LASTS / 3
    assert contest.check() == 0
    assert len(b.transitions()) == 1 and len(a.transitions()) == 2
    assert a.counts()["echo"] >= LASTS / 3 and a.counts()["replayed"] == 0
    # Its own better adverts reach a when it is BACKUP.
    a.ask("demote", amount=150)
    yield is_state(b, "MASTER", 2 + BUSY)
    yield is_state(a, "BACKUP", 2 + BUSY)
    yield 2
    assert (a.state(), b.state()) == ("BACKUP", "MASTER")
    moved = len(a.transitions())
    b.kill()
    scene.lab.isolate(scene.b)
    last = scene.lab.adverts(scene.b, scene.a)[-1].when
    yield is_state(a, "MASTER", 6)
    taken = contest.ledgers[0].held()[-1][0]
    # 3 s of silence, nothing added by the demotion.
    assert taken - last < 3 + BUSY and len(a.transitions()) == moved + 1
    a.stop()


def returned_to_ucarp(scene):
    """ucarp gets its own back; the carpd behind it does not notice."""
    contest = Contest(scene, CARPD)
    u, c = yield from with_ucarp(scene, "a")
    contest.start()
    scene.lab.reflect(scene.a, delay=0.2)
    yield LASTS / 2
    assert contest.check() == 0 and len(c.transitions()) == 1
    scene.said = "ucarp %s" % u.state()
    u.kill()
    c.stop()


SCENES = [loss_10, loss_30, fast_loss_30, loss_30_ucarp_serves, loss_30_ucarp_waits, one_way_loss,
          one_way_loss_ucarp_serves, one_way_loss_ucarp_waits, delay, delay_ucarp_serves,
          delay_ucarp_waits, doubled, reordered, returned, returned_to_ucarp]


@pytest.fixture(scope="module", name="play")
def play_all():
    """Everything, once."""
    reason = carpd.missing() or switchlab.missing() or peers.Ucarp.missing()
    if reason:
        pytest.skip(reason)
    with carpd_scenes.Play(SCENES, lab=functools.partial(switchlab.SwitchLab, seed=SEED)) as played:
        yield played


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name, record_property):
    """Each scene came to its end."""
    record_property(name, "%s; CARP_SEED=%d" % (getattr(play.scenes[name], "said", "-"), SEED))
    play.check(name)
