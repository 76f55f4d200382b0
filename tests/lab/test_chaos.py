# SPDX-License-Identifier: BSD-2-Clause
"""Random failovers: never two owners, never none, never a black hole longer than it must be.

CHAOS_SEED repeats a run, CHAOS_COUNT is the number of failures (1000 with CARP_LONG=1),
CHAOS_PAIRS that of the pairs they befall side by side. CHAOS_SHOW=1 prints what led to the longest
times.
"""
import os
import random

import pytest

import carpd_scenes
import chaos
import chaos_judge

LONG = bool(os.environ.get("CARP_LONG"))
COUNT = int(os.environ.get("CHAOS_COUNT") or (1000 if LONG else 24))
PAIRS = int(os.environ.get("CHAOS_PAIRS") or (12 if LONG else 6))


def story(pair, adverts, when):
    """What to look at after a failure."""
    logs = "".join("--- carpd on %s\n%s" % (host.name, host.carpd.output()[-3000:])
                   for host in pair.hosts)
    history = " ".join("%s-%s" % (window.kind, window.host.name) for window in pair.windows)
    return "\n".join([pair.describe(), history, chaos_judge.timeline(pair, adverts, when), logs])


def test_random_failovers(record_property, capfd):
    if carpd_scenes.missing():
        pytest.skip(carpd_scenes.missing())
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(2 ** 32))
    with capfd.disabled():      # whatever becomes of the run, its seed is told
        print("CHAOS_SEED=%d CHAOS_COUNT=%d CHAOS_PAIRS=%d" % (seed, COUNT, PAIRS), flush=True)
    with chaos.Chaos(PAIRS, seed) as play:
        play.play(COUNT)
        answers, adverts, late = chaos.echoes(play)
        worst, takeovers = chaos_judge.Worst(), 0
        for pair in play.pairs:
            if pair.error:
                worst.failures.append((pair, pair.over, repr(pair.error)))
            if pair.begin:
                told = chaos_judge.Story(pair, answers.get(pair.vip, []), late)
                told.judge(worst)
                takeovers += told.takeovers()
            for host in pair.hosts:
                if host.carpd.process.poll() is not None or "Sanitizer" in host.carpd.output():
                    worst.failures.append((pair, pair.over, "carpd on %s has died" % host.name))
        record_property("random failovers", "%d failures, %d changes of owner" % (
            sum(len(pair.windows) for pair in play.pairs), takeovers))
        for what, (length, bound, pair, when) in sorted(worst.longest.items()):
            record_property("longest " + what, "%.2f s, bound %.2f s" % (length, bound))
            if "CHAOS_SHOW" in os.environ:
                with capfd.disabled():
                    print("==", what, pair.describe())
                    print(chaos_judge.timeline(pair, adverts.get(pair.vhid, []), when))
        for pair, when, why in worst.failures[:5]:
            print("==", why)
            print(story(pair, adverts.get(pair.vhid, []), when))
        assert not worst.failures, "CHAOS_SEED=%d: %s" % (
            seed, [(pair.number, why) for pair, _when, why in worst.failures])


class Told:
    """A host of which only the times with the address are known."""

    def __init__(self, name, advskew, held):
        self.name, self.advskew, self._held = name, advskew, held

    def held(self):
        """As chaos.Host."""
        return [list(span) for span in self._held]


EVER = float("inf")
JUDGED = {      # times of a and of b, time without answers, failures, what must be said
    "all is well": ([(-1, EVER)], [], (0, 0), [], set()),
    "two owners": ([(-1, EVER)], [(5, 8)], (0, 0), [], {"two owners"}),
    "two owners, cut": ([(-1, EVER)], [(5, 8)], (0, 0), [("cut", 0, 4, 7.9)], set()),
    "no owner": ([(-1, 5), (9, EVER)], [], (5, 9), [], {"no owner", "no answer"}),
    "nobody could": ([(-1, 5), (9, EVER)], [], (5, 9), [("stop", 0, 5, 8), ("stop", 1, 1, 8)],
                     set()),
    "black hole": ([(-1, EVER)], [], (5, 7), [], {"black hole"}),
    "frozen": ([(-1, EVER)], [], (5, 7), [("freeze", 0, 5, 6.5)], set()),
    "isolated": ([(-1, EVER)], [(6, EVER)], (5, 6), [("isolate", 0, 5, 30)], set()),
    "robbed": ([(-1, 5), (6, EVER)], [], (5, 6), [("rob", 0, 4.99, 5.01)], {"robbed"}),
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_judge(name):
    a, b, silent, failures, expected = JUDGED[name]
    pair = chaos.Pair(0, 1)
    pair.hosts, pair.begin, pair.over = [Told("a", 25, a), Told("b", 100, b)], 0, 30
    for kind, side, start, end in failures:
        window = chaos.Window(kind, pair.hosts[side])
        window.start, window.end = start, end
        pair.windows.append(window)
    answers = [n * chaos.EVERY for n in range(750)
               if not silent[0] < n * chaos.EVERY < silent[1]]
    worst = chaos_judge.Worst()
    chaos_judge.Story(pair, answers, []).judge(worst)
    assert {why.split(" for ")[0] for _pair, _when, why in worst.failures} == expected
