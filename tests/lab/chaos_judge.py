# SPDX-License-Identifier: BSD-2-Clause
"""What the records of chaos.py say: who owned an address when, and was that within the bounds.

Bounds come from the protocol; SLACK and the lateness that the client saw are the machine's share.
"""
import chaos

SLACK = 0.5
BLACK_HOLE = 1.0        # the promise
ROBBED = 0.1            # the promise
START = 1.0             # a carpd that starts; a sanitized one on a busy machine
TWO_ALLOWED = {"kill", "freeze", "cut", "split"}    # nobody is there to give it up, or to hear
UNREACHABLE = {"isolate", "unplug", "down"}
ABSENT = {"kill", "stop", "freeze"} | UNREACHABLE   # cannot take over


class Worst:
    """The longest times, each with its bound; failures are those beyond it."""

    def __init__(self):
        self.longest, self.failures = {}, []

    def add(self, what, pair, start, length, bound):
        """Note one."""
        kind = "%s, advbase %d" % (what, pair.advbase)
        if length > self.longest.get(kind, (0, 0))[0]:
            self.longest[kind] = (length, bound, pair, start)
        if length > bound:
            self.failures.append((pair, start, "%s for %.2f s, bound %.2f s" % (what, length, bound)))


def _merged(spans):
    """Spans without those that touch."""
    merged = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        elif end > start:
            merged.append([start, end])
    return merged


def _and(one, other):
    """Where both are."""
    return _merged((max(a, c), min(b, d)) for a, b in one for c, d in other
                   if max(a, c) < min(b, d))


def _not(spans, start, end):
    """The rest of start..end."""
    rest = []
    for a, b in _merged(spans):
        if a > start:
            rest.append((start, min(a, end)))
        start = max(start, b)
    return _merged([*rest, (start, end)] if start < end else rest)


class Story:
    """One pair's times as spans."""

    def __init__(self, pair, answers, late):
        self.pair, self.late = pair, late
        self.whole = (pair.begin, pair.over)
        self.owns = [_and(_and(host.held(), [self.whole]),
                          _not(self.windows(UNREACHABLE, host), *self.whole))
                     for host in pair.hosts]
        self.answers = [pair.begin, *(t for t in answers if pair.begin < t < pair.over), pair.over]

    def windows(self, kinds, host=None):
        """When something of these kinds was going on."""
        return _merged((window.start, window.end) for window in self.pair.windows
                       if window.kind in kinds and host in (None, window.host))

    def slack(self, start, end):
        """For a busy machine."""
        return SLACK + max([late for when, late in self.late if start - 1 < when < end + 1],
                           default=0)

    def two_owners(self):
        """Times with two, but where that cannot be helped."""
        return _and(_and(*self.owns), _not(self.windows(TWO_ALLOWED), *self.whole))

    def no_owner(self):
        """Times without a reachable one."""
        return _not(self.owns[0] + self.owns[1], *self.whole)

    def able(self, host):
        """When a host could take over."""
        return _not(self.windows(ABSENT, host), *self.whole)

    def served(self):
        """Times with an owner whose carpd runs, so can announce."""
        return _merged(span for host, owned in zip(self.pair.hosts, self.owns)
                       for span in _and(owned, self.able(host)))

    def silences(self):
        """Times between two answers."""
        return [span for span in zip(self.answers, self.answers[1:]) if span[1] - span[0] > 0.1]

    def started(self, start, end):
        """What a carpd that starts in these times may take longer."""
        return START if any(window.kind in ("kill", "stop") and start - 1 < window.end < end
                            for window in self.pair.windows) else 0

    def judge(self, worst):
        """Hold all against the bounds."""
        pair = self.pair
        for start, end in self.two_owners():
            worst.add("two owners", pair, start, end - start, 2 * pair.interval()
                      + self.slack(start, end) + self.started(start, end))
        for what, spans in (("no owner", self.no_owner()), ("no answer", self.silences())):
            for start, end in spans:
                self._judge_gap(worst, what, start, end)
        for start, end in _and(self.silences(), self.served()):
            worst.add("black hole", pair, start, end - start, BLACK_HOLE + chaos.EVERY
                      + self.slack(start, end) - SLACK)
        for window in pair.windows:
            if window.kind == "rob":
                for start, end in self.no_owner():
                    if window.start - 0.1 < start < window.end:
                        worst.add("robbed", pair, start, end - start,
                                  ROBBED + self.slack(start, end))

    def _judge_gap(self, worst, what, start, end):
        """The client counts on any host that could have taken over."""
        pair = self.pair
        for host in pair.hosts:
            for a, b in _and(self.able(host), [(start, end)]):
                worst.add(what, pair, a, b - a, max(pair.dead(host.advskew), pair.advbase + 1)
                          + pair.interval() + self.slack(a, b) + self.started(a, b))

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
