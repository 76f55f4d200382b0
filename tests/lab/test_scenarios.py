# SPDX-License-Identifier: BSD-2-Clause
"""The scenarios of carpsim, and random ones of it, with real daemons: what the simulator promises
must hold in the lab.

Takes minutes: with CARP_LONG=1. SCENARIO_SEED repeats the random ones, SCENARIO_COUNT is how many.
"""
import contextlib
import os
import random
import subprocess

import pytest

import carpd
import peers
import scenario
import switchlab
from watch import ROOT

CARPSIM = os.environ.get("CARPSIM") or os.path.join(ROOT, "build", "release", "bin", "carpsim")
SEED = int(os.environ.get("SCENARIO_SEED") or random.randrange(2 ** 31))
COUNT = int(os.environ.get("SCENARIO_COUNT") or 8)
FILES = scenario.read(os.path.join(ROOT, "tests", "scenarios"))

# Who of several answers a bow-out first is a matter of milliseconds, which a busy machine has not.
FILES["bow-out"].expected = [
    [*words[:2], "masters", "1"] if words[2:3] == ["master"] else words
    for words in FILES["bow-out"].expected]


def made_up():
    """{name: scenario}: random ones that the lab can play."""
    found, seed = {}, SEED
    while len(found) < COUNT:
        done = subprocess.run([CARPSIM, "--random", "1", "--seed", str(seed), "--print"],
                              capture_output=True, text=True, timeout=30, check=True,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        one = scenario.Scenario(done.stdout)
        if not one.missing():
            found["seed-%d" % seed] = one
        seed += 1
    return found


class Played:
    """All that can be played, side by side, each in a lab of its own."""

    def __init__(self):
        playable = {name: one for name, one in FILES.items() if not one.missing()}
        playable.update(made_up())
        self.casts = {name: scenario.Cast(n, one) for n, (name, one) in enumerate(playable.items())}
        self._labs = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as labs:
            scenario.play({cast: labs.enter_context(switchlab.SwitchLab(
                list(cast.hosts.values()), ipv6=True, seed=SEED)) for cast in self.casts.values()})
            self._labs = labs.pop_all()
        return self

    def __exit__(self, *_exc):
        self._labs.close()


@pytest.fixture(scope="module", name="played")
def play_all():
    """Everything, once."""
    reason = carpd.missing() or switchlab.missing() or peers.Ucarp.missing()
    if not reason and not os.access(CARPSIM, os.X_OK):
        reason = "%s is not built" % CARPSIM
    if not reason and "CARP_LONG" not in os.environ:
        reason = "takes minutes: CARP_LONG=1"
    if reason:
        pytest.skip(reason)
    with Played() as played:
        yield played


def told(cast):
    """What to look at after a failure."""
    return "".join("== %s\n%s" % (name, actor.output[-2000:])
                   for name, actor in cast.actors.items())


@pytest.mark.parametrize("name", FILES)
def test_file(played, name, record_property):
    if name not in played.casts:
        pytest.skip(FILES[name].missing())
    cast = played.casts[name]
    record_property(name, "two owners %.2f s, none %.2f s" % (cast.together(), cast.unserved()))
    wrong = cast.wrong()
    assert not wrong, "%s\n%s" % (wrong, told(cast))


def test_random(played, record_property):
    for name, cast in played.casts.items():
        if name in FILES:
            continue
        record_property(name, "%d nodes, %d events, two owners %.2f s, none %.2f s" % (
            len(cast.hosts), len(cast.scenario.events), cast.together(), cast.unserved()))
    wrong = {name: cast.wrong() for name, cast in played.casts.items() if name not in FILES}
    assert not any(wrong.values()), "SCENARIO_SEED=%d: %s\n%s" % (
        SEED, wrong, "".join(told(played.casts[name]) for name in wrong if wrong[name]))
