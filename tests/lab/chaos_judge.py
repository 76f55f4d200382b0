# SPDX-License-Identifier: BSD-2-Clause
"""What the records of chaos.py say: who owned an address when, and was that within the bounds.

Bounds come from the protocol; SLACK and the lateness that the client saw are the machine's share.
"""
import chaos
from chaos_hosts import DEMOTION
from spans import both, merged, without

SLACK = 0.5
BLACK_HOLE = 1.0        # the promise
TIMER = 0.05            # later than this no timer of a busy machine is, mostly
ROBBED = 0.1            # the promise
START = 1.0             # a carpd that starts; a sanitized one on a busy machine
# Nobody is there to give it up, or to hear.
TWO_ALLOWED = {"crash", "pause", "cut-from", "cut", "loss"}
UNREACHABLE = {"isolate", "link-down", "set-down", "pull"}
ABSENT = {"crash", "stop", "pause"} | UNREACHABLE   # cannot take over
ROBBERIES = {"rob", "remove"}


class Worst:
    """The longest times, each with its bound; failures are those beyond it."""

    def __init__(self):
        self.longest, self.failures = {}, []

    def add(self, what, pair, start, length, bound):
        """Note one."""
        kind = "%s, %s, advbase %d" % (what, pair.daemon, pair.advbase)
        if length > self.longest.get(kind, (0, 0))[0]:
            self.longest[kind] = (length, bound, pair, start)
        if length > bound:
            self.failures.append((pair, start, "%s for %.2f s, bound %.2f s" % (what, length, bound)))


class Story:
    """One pair's times as spans."""

    def __init__(self, pair, answers, late):
        self.pair, self.late = pair, late
        self.whole = (pair.begin, pair.over)
        self.owns = [both(both(host.held(), [self.whole]),
                          without(self.windows(UNREACHABLE, host), *self.whole))
                     for host in pair.hosts]
        self.answers = [pair.begin, *(t for t in answers if pair.begin < t < pair.over), pair.over]

    def windows(self, kinds, host=None):
        """When something of these kinds was going on."""
        return merged((window.start, window.end) for window in self.pair.windows
                       if window.kind in kinds and host in (None, window.host))

    def slack(self, start, end):
        """For a busy machine."""
        return SLACK + max([late for when, late in self.late if start - 1 < when < end + 1],
                           default=0)

    def two_owners(self):
        """Times with two, but where that cannot be helped."""
        return both(both(*self.owns), without(self.windows(TWO_ALLOWED), *self.whole))

    def no_owner(self):
        """Times without a reachable one."""
        return without(self.owns[0] + self.owns[1], *self.whole)

    def able(self, host):
        """When a host could take over."""
        return without(self.windows(ABSENT, host), *self.whole)

    def served(self):
        """Times with an owner whose carpd runs, so can announce."""
        return merged(span for host, owned in zip(self.pair.hosts, self.owns)
                       for span in both(owned, self.able(host)))

    def silences(self):
        """Times between two answers."""
        return [span for span in zip(self.answers, self.answers[1:]) if span[1] - span[0] > 0.1]

    def started(self, start, end):
        """What a carpd that starts in these times may take longer."""
        return START if any(window.kind in ("crash", "stop") and start - 1 < window.end < end
                            for window in self.pair.windows) else 0

    def demoted(self, start, end):
        """What a demotion adds to the interval of these times."""
        return DEMOTION / 256 if any(
            window.kind == "demote" and window.start < end and start < window.end + 3
            for window in self.pair.windows) else 0

    def judge(self, worst):
        """Hold all against the bounds."""
        pair = self.pair
        for start, end in self.two_owners():
            interval = pair.interval() + self.demoted(start, end)
            worst.add("two owners", pair, start, end - start, 2 * interval
                      + self.slack(start, end) + self.started(start, end))
        for what, spans in (("no owner", self.no_owner()), ("no answer", self.silences())):
            for start, end in spans:
                self._judge_gap(worst, what, start, end)
        for start, end in both(self.silences(), self.served()):
            worst.add("black hole", pair, start, end - start, BLACK_HOLE + chaos.EVERY + TIMER
                      + self.slack(start, end) - SLACK)
        for window in pair.windows:
            if window.kind in ROBBERIES:
                for start, end in self.no_owner():
                    if window.start - 0.1 < start < window.end:
                        worst.add("robbed", pair, start, end - start,
                                  ROBBED + self.slack(start, end))

    def _judge_gap(self, worst, what, start, end):
        """The client counts on any host that could have taken over."""
        pair = self.pair
        for host in pair.hosts:
            for a, b in both(self.able(host), [(start, end)]):
                worst.add(what, pair, a, b - a, max(pair.dead(host.advskew), pair.advbase + 1)
                          + pair.interval() + 4 * self.demoted(a, b) + self.slack(a, b)
                          + self.started(a, b))

    def takeovers(self):
        """How often the owner changed."""
        order = sorted((start, n) for n, owned in enumerate(self.pair.hosts)
                       for start, _end in owned.held() if start > self.whole[0])
        first = next((n for n, owned in enumerate(self.owns)
                      if owned and owned[0][0] <= self.whole[0]), None)
        owners = [first, *(n for _start, n in order)]
        return sum(a != b for a, b in zip(owners, owners[1:]))


def timeline(pair, adverts, when, before=6.0, after=5.0):
    """All that happened around an instant, one line each."""
    lines = [(w.start, "## %s %s" % (w.kind, w.host.name)) for w in pair.windows]
    lines += [(w.end, "## %s %s ends" % (w.kind, w.host.name)) for w in pair.windows]
    for host in pair.hosts:
        for start, end in host.held():
            lines += [(start, "%s has the address" % host.name), (end, "%s lost it" % host.name)]
    last = None
    for stamp, advert in adverts:
        if advert.split()[2:] != last:
            lines.append((stamp, advert))
        last = advert.split()[2:]
    return "\n".join("%8.3f %s" % (stamp - when, text) for stamp, text in sorted(lines)
                     if when - before < stamp < when + after)
