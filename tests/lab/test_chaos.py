# SPDX-License-Identifier: BSD-2-Clause
"""Random failovers: never two owners, never none, never a black hole longer than it must be.

CHAOS_SEED repeats a run, CHAOS_COUNT is the number of failures (1000 with CARP_LONG=1),
CHAOS_PAIRS that of the pairs they befall side by side; CHAOS_SECONDS=3600 goes on for an hour.
CHAOS_BESIDE=1 (as with CARP_LONG=1) puts a pair of ucarp and one of keepalived beside them.
CHAOS_SHOW=1 prints what led to the longest times. A failure prints what befell the pair as a
scenario; carpsim plays the same scenarios of all pairs.
"""
import collections
import os
import random
import subprocess

import pytest

import carpd
import chaos
import chaos_judge
import peers
from spans import EVER

LONG = bool(os.environ.get("CARP_LONG"))
SECONDS = float(os.environ.get("CHAOS_SECONDS") or "inf")
COUNT = float(os.environ.get("CHAOS_COUNT")
              or ("inf" if SECONDS < float("inf") else 1000 if LONG else 24))
PAIRS = int(os.environ.get("CHAOS_PAIRS") or (12 if LONG else 6))
BESIDE = bool(LONG or os.environ.get("CHAOS_BESIDE"))
CARPSIM = os.environ.get("CARPSIM")


def story(pair, adverts, when):
    """What to look at after a failure."""
    logs = "".join("--- %s on %s\n%s" % (pair.daemon, host.name, host.output())
                   for host in pair.hosts)
    return "\n".join([pair.scenario(when - 60), chaos_judge.timeline(pair, adverts, when), logs])


def beside():
    """The daemons that are here."""
    if not BESIDE:
        return []
    reasons = {"ucarp": peers.Ucarp.missing(), "keepalived": peers.Keepalived.missing()}
    return [daemon for daemon in chaos.BESIDE if not reasons[daemon]]


def judge(play, answers, late):
    """What was worst, of carpd and of those beside."""
    ours, theirs, takeovers = chaos_judge.Worst(), chaos_judge.Worst(), 0
    for pair in play.pairs:
        worst = ours if pair.daemon == "carpd" else theirs
        worst.failures += [(pair, when, repr(error)) for when, error in pair.errors]
        if pair.begin:
            told = chaos_judge.Story(pair, answers.get(pair.vip, []), late)
            told.judge(worst)
            takeovers += told.takeovers() if worst is ours else 0
        for host in pair.hosts:
            if worst is ours and (host.daemon.process.poll() is not None
                                  or "Sanitizer" in host.daemon.output()):
                worst.failures.append((pair, pair.over, "carpd on %s has died" % host.name))
    return ours, theirs, takeovers


def simulated(pair):
    """What carpsim says of the same failures; None: all is well."""
    done = subprocess.run([CARPSIM, "/dev/stdin"], input=pair.scenario(), capture_output=True,
                          text=True, timeout=60, check=False,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    return (done.stdout + done.stderr)[-2000:] if done.returncode else None


def test_random_failovers(record_property, capfd):
    if carpd.missing():
        pytest.skip(carpd.missing())
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(2 ** 32))
    with capfd.disabled():      # whatever becomes of the run, its seed is told
        print("CHAOS_SEED=%d CHAOS_COUNT=%s CHAOS_PAIRS=%d" % (seed, COUNT, PAIRS), flush=True)
    with chaos.Chaos(PAIRS, seed, beside()) as play:
        play.play(COUNT, SECONDS)
        answers, adverts, late = chaos.echoes(play)
        ours, theirs, takeovers = judge(play, answers, late)
        kinds = collections.Counter(window.kind for pair in play.pairs if pair.daemon == "carpd"
                                    for window in pair.windows)
        record_property("random failovers", "%d failures, %d changes of owner" % (
            sum(kinds.values()), takeovers))
        record_property("failures", ", ".join("%s %d" % kind for kind in sorted(kinds.items())))
        for worst in (ours, theirs):
            for what, (length, bound, pair, when) in sorted(worst.longest.items()):
                record_property("longest " + what, "%.2f s, bound %.2f s" % (length, bound))
                if "CHAOS_SHOW" in os.environ:
                    with capfd.disabled():
                        print("==", what, pair.describe())
                        print(chaos_judge.timeline(pair, adverts.get(pair.vhid, []), when))
        for pair in play.pairs:
            if pair.daemon != "carpd":
                record_property("beside, " + pair.daemon, "%d failures, %d times beyond a bound, "
                                "ended by itself %d times" % (
                                    len(pair.windows),
                                    sum(p is pair for p, _when, _why in theirs.failures),
                                    sum(host.deaths for host in pair.hosts)))
        for pair, when, why in ours.failures[:5]:
            print("==", why)
            print(story(pair, adverts.get(pair.vhid, []), when))
        assert not ours.failures, "CHAOS_SEED=%d: %s" % (
            seed, [(pair.number, why) for pair, _when, why in ours.failures])
        for pair in play.pairs:
            wrong = simulated(pair) if CARPSIM else None
            assert not wrong, "%s\n%s" % (pair.scenario(), wrong)


class Told:
    """A host of which only the times with the address are known."""

    def __init__(self, name, advskew, held):
        self.name, self.advskew, self._held = name, advskew, held

    def held(self):
        """As chaos.Host."""
        return [list(span) for span in self._held]


JUDGED = {      # times of a and of b, time without answers, failures, what must be said
    "all is well": ([(-1, EVER)], [], (0, 0), [], set()),
    "two owners": ([(-1, EVER)], [(5, 8)], (0, 0), [], {"two owners"}),
    "two owners, cut": ([(-1, EVER)], [(5, 8)], (0, 0), [("cut-from", 0, 4, 7.9)], set()),
    "no owner": ([(-1, 5), (9, EVER)], [], (5, 9), [], {"no owner", "no answer"}),
    "nobody could": ([(-1, 5), (9, EVER)], [], (5, 9), [("stop", 0, 5, 8), ("stop", 1, 1, 8)],
                     set()),
    "black hole": ([(-1, EVER)], [], (5, 7), [], {"black hole"}),
    "frozen": ([(-1, EVER)], [], (5, 7), [("pause", 0, 5, 6.5)], set()),
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
