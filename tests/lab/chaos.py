# SPDX-License-Identifier: BSD-2-Clause
"""Random failures of many pairs side by side, a client pinging all their addresses.

A pair has a vhid, an address, two hosts and a random sequence of its own, so that seed and pair
repeat what befalls it.  Everything is written down with its time; chaos_judge.py decides.  Pairs of
ucarp and of keepalived, if asked for, are beside those of carpd: what they do is told, not judged.
"""
import os
import random
import sys
import threading
import time

import netlab
from chaos_hosts import DEMOTION, HOSTS, LOSS

CLIENT, CLIENT_ADDRESS = "client", "10.79.0.99"
EVERY = 0.04        # between two pings of one address
# advbase, the advskews of the two hosts, vmac, preempt, IPv6 too
SETTINGS = [(0, (25, 100), "off", True, False), (0, (25, 100), "on", True, True),
            (1, (0, 100), "off", True, False), (0, (25, 100), "off", False, True),
            (0, (25, 100), "on", False, False), (1, (0, 100), "on", False, False)]
BESIDE = ("ucarp", "keepalived")
ERRORS = 5          # of a pair, until it gives up
GIVES_UP = 20       # seconds until daemons beside that do not settle are started anew


class Window:
    """A failure: what, which host, from when to when."""

    def __init__(self, kind, host):
        self.kind, self.host, self.start, self.end = kind, host, time.time(), float("inf")


class Pair:
    """Two hosts and their story."""

    def __init__(self, number, seed, daemon="carpd"):
        self.number, self.rng = number, random.Random("%d/%d" % (seed, number))
        settings = SETTINGS[number % len(SETTINGS)]
        self.daemon = daemon
        if daemon != "carpd":
            settings = (1, (0, 100), "off", True, False)
        self.advbase, self.advskews, self.vmac, self.preempt, self.is_dual = settings
        self.vhid, self.vip = 10 + number, "10.79.0.%d" % (150 + number)
        self.names = ["a%d" % number, "b%d" % number]
        self.hosts, self.windows, self.errors = [], [], []
        self.begin, self.over = None, None

    def addresses(self):
        """The virtual ones, the judged one first."""
        return [self.vip] + (["fd79::%d" % (150 + self.number)] if self.is_dual else [])

    def describe(self):
        """For a failure's report."""
        return "pair %d: %s vhid %d %s advbase %d advskews %s vmac %s preempt %s" % (
            self.number, self.daemon, self.vhid, " ".join(self.addresses()), self.advbase,
            self.advskews, self.vmac, self.preempt)

    def interval(self):
        """The longer one of the two hosts' advert intervals."""
        return self.advbase + max(self.advskews) / 256

    def dead(self, advskew):
        """How long a host waits for a silent master: docs/tuning.md; below a second carpd waits
        three of the longer interval."""
        return 3 * self.interval() if self.advbase == 0 else 3 * self.advbase + advskew / 256

    def settled(self):
        """One owner, the other one ready to follow it."""
        return (sorted(str(host.state()) for host in self.hosts) == ["BACKUP", "MASTER"]
                and sorted(str(host.holds()) for host in self.hosts) == ["False", "True"])

    def scenario(self, since=0.0):
        """What befell it (since then), for carpsim."""
        lines = ["# %s" % self.describe(), "vhid %d" % self.vhid]
        options = " preempt" * self.preempt + " dual" * self.is_dual
        for host in self.hosts:
            lines.append("node %s carpd %d/%d%s" % (host.name, self.advbase, host.advskew, options))
        lines += ["at 0 start %s" % host.name for host in self.hosts]
        start = self.begin - 10     # to settle
        for window in self.windows:
            if window.start < since:
                continue
            ended = window.end - start
            told = self._statement(window)
            if told:
                lines.append("at %.3f %s" % (window.start - start, told[0]))
                if told[1]:
                    lines.append("at %.3f %s" % (ended, told[1]))
            else:
                lines.append("# at %.3f %s %s until %.3f" % (
                    window.start - start, window.kind, window.host.name, ended))
        return "\n".join([*lines, "end %d" % (self.over - start + 60)]) + "\n"

    def _statement(self, window):
        """How a failure begins and ends in carpsim's words; None: it has none."""
        name, other = window.host.name, next(h.name for h in self.hosts if h is not window.host)
        kind = {"set-down": "link-down", "pull": "link-down", "isolate": "cut"}.get(
            window.kind, window.kind)
        if kind not in window.host.WORDS:
            return None
        end = window.host.WORDS[kind]
        subject = {"cut": " %s %s" % (name, other), "cut-from": " %s %s" % (name, other),
                   "demote": " %s %d" % (name, DEMOTION), "loss": " %d" % (10 * LOSS)}
        undone = {"heal": "", "demote": " %s 0" % name, "loss": " 0"}
        return (kind + subject.get(kind, " " + name), end and end + undone.get(end, " " + name))


class ChaosLab(netlab.Lab):
    """Its switch learns addresses, as real ones do: only so can there be black holes."""

    def __enter__(self):
        super().__enter__()
        for host in self.hosts:
            self.learn(host)
        netlab.sh("ip", "-n", self.switch, "link", "set", "br0", "type", "bridge",
                  "ageing_time", "30000")
        return self

    def learn(self, host):
        """Let the switch learn what is at a port."""
        netlab.sh("bridge", "-n", self.switch, "link", "set", "dev", host, "learning", "on",
                  "flood", "on")


class Chaos:
    """The lab, the pairs, the client; use with `with`."""

    def __init__(self, pairs, seed, beside=()):
        self.pairs = [Pair(number, seed) for number in range(pairs)]
        self.pairs += [Pair(pairs + number, seed, daemon) for number, daemon in enumerate(beside)]
        addresses = {name: "10.79.0.%d" % (10 + 2 * pair.number + side)
                     for pair in self.pairs for side, name in enumerate(pair.names)}
        self.lab = ChaosLab({**addresses, CLIENT: CLIENT_ADDRESS}, ipv6=True)
        self._faults = threading.Lock()     # the lab's list of faults
        self._lock = threading.Lock()
        self._left, self._until = 0, 0

    def __enter__(self):
        self.lab.__enter__()
        try:
            self.probe = self.lab.spawn(
                CLIENT, sys.executable, os.path.join(os.path.dirname(__file__), "chaos_probe.py"),
                "eth0", str(EVERY), *(pair.vip for pair in self.pairs))
            for pair in self.pairs:
                pair.hosts = [HOSTS[pair.daemon](self.lab, self._faults, name, pair, advskew)
                              for name, advskew in zip(pair.names, pair.advskews)]
        except BaseException:
            self.lab.close()
            raise
        return self

    def __exit__(self, *_exc):
        self.lab.close()

    def play(self, failures, seconds):
        """All pairs at once, until there were so many failures of carpd, or for so long."""
        self._left, self._until = failures, time.monotonic() + seconds
        threads = [threading.Thread(target=self._live, args=(pair,)) for pair in self.pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _live(self, pair):
        self._survive(pair, self._settle)
        pair.begin = time.time()
        while self._take(pair) and len(pair.errors) < ERRORS:
            time.sleep(pair.rng.uniform(0.2, 0.5))
            self._survive(pair, self._fail)
            self._survive(pair, self._settle)
        time.sleep(0.5)
        pair.over = time.time()

    @staticmethod
    def _survive(pair, step):
        """An error is kept; the pair goes on, with daemons that were started anew."""
        try:
            step(pair)
        except Exception as error:      # pylint: disable=broad-except
            pair.errors.append((time.time(), error))
            for host in pair.hosts:
                host.crash(None)()

    def _take(self, pair):
        with self._lock:
            self._left -= pair.daemon == "carpd"
            return self._left >= 0 and time.monotonic() < self._until

    def _settle(self, pair):
        if pair.daemon == "carpd":
            netlab.wait_for("one owner, one backup", pair.settled,
                            2 * max(map(pair.dead, pair.advskews)) + 5, every=0.1)
            return
        while True:
            try:
                netlab.wait_for("one owner, one backup", pair.settled, GIVES_UP, every=0.1)
                return
            except netlab.LabError:
                for host in pair.hosts:
                    host.revive()
                    host.crash(None)()

    def _fail(self, pair):
        """One failure; mostly of the owner."""
        kind = pair.rng.choice(pair.hosts[0].KINDS)
        hit_owner, some = pair.rng.random() < 0.8, pair.rng.choice(pair.hosts)
        length = pair.rng.uniform(0.05, 1.5 * max(map(pair.dead, pair.advskews)))
        # In a hand-over nobody may be it right now.
        host = next((h for h in pair.hosts if h.holds()), some) if hit_owner else some
        other = next(h for h in pair.hosts if h is not host)
        window = Window(kind, host)
        pair.windows.append(window)
        undo = getattr(host, kind.replace("-", "_"))(other)
        if undo:
            time.sleep(length)
            if kind in ("stop", "crash"):
                window.end = time.time()    # its own start-up counts
            undo()
        if window.end == float("inf"):
            window.end = time.time()


def echoes(chaos):
    """What the client saw: {address: times}, {address: adverts}, [(time, lateness)]."""
    answers, adverts, late = {}, {}, []
    with open(chaos.probe.log_path, encoding="ascii") as f:
        for line in f:
            words = line.split()
            if words[0] == "echo":
                answers.setdefault(words[2], []).append(float(words[1]))
            elif words[0] == "advert" and len(words) == 6:
                adverts.setdefault(int(words[3]), []).append((float(words[1]), line.strip()))
            elif words[0] == "late":
                late.append((float(words[1]), float(words[2])))
    return answers, adverts, late
