# SPDX-License-Identifier: BSD-2-Clause
"""Times as lists of (start, end), and who had an address when."""
import datetime
import os
import re

EVER = float("inf")


def merged(spans):
    """Spans without those that touch."""
    result = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1][1] = max(end, result[-1][1])
        elif end > start:
            result.append([start, end])
    return result


def both(one, other):
    """Where both are."""
    return merged((max(a, c), min(b, d)) for a, b in one for c, d in other
                  if max(a, c) < min(b, d))


def without(spans, start, end):
    """The rest of start..end."""
    rest = []
    for a, b in merged(spans):
        if a > start:
            rest.append((start, min(a, end)))
        start = max(start, b)
    return merged([*rest, (start, end)] if start < end else rest)


class Ledger:
    """When a host had an address, on whatever interface, as its kernel told."""

    def __init__(self, lab, host, address):
        self.host, self.address = host, address
        self._log = lab.spawn(host, "ip", "-ts", "-o", "monitor", "address",
                              env={**os.environ, "TZ": "UTC"}).log_path

    def held(self):
        """[start, end] of each time, the end EVER while it has it."""
        times, places = [], set()
        with open(self._log, encoding="ascii", errors="replace") as f:
            for line in f:
                found = re.match(r"\[(\S+)\] (Deleted )?(\d+: \S+\s+inet6? %s/\d+)"
                                 % re.escape(self.address), line)
                if not found:
                    continue
                when = datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp()
                had = bool(places)
                (places.discard if found[2] else places.add)(found[3])
                if places and not had:
                    times.append([when, EVER])
                elif had and not places:
                    times[-1][1] = when
        return times

    def holds(self):
        """Whether it has the address now."""
        times = self.held()
        return bool(times) and times[-1][1] == EVER
