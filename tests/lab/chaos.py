# SPDX-License-Identifier: BSD-2-Clause
"""Random failures of many pairs of carpds side by side, a client pinging all their addresses.

A pair has a vhid, an address, two hosts and a random sequence of its own, so that seed and pair
repeat what befalls it.  Everything is written down with its time; chaos_judge.py decides.
"""
import datetime
import os
import random
import re
import signal
import sys
import threading
import time

import netlab
from carpd_scenes import Carpd

CLIENT, CLIENT_ADDRESS = "client", "10.79.0.99"
EVERY = 0.04        # between two pings of one address
# advbase, the advskews of the two hosts, vmac, preempt
SETTINGS = [(0, (25, 100), "off", True), (0, (25, 100), "on", True), (1, (0, 100), "off", True),
            (0, (25, 100), "off", False), (0, (25, 100), "on", False), (1, (0, 100), "on", False)]
KINDS = ["kill", "stop", "freeze", "cut", "split", "isolate", "unplug", "down", "rob"]


class Window:
    """A failure: what, which host, from when to when."""

    def __init__(self, kind, host):
        self.kind, self.host, self.start, self.end = kind, host, time.time(), float("inf")


class Host:
    """One side of a pair: its carpd, and what the kernel told about its addresses."""

    def __init__(self, lab, name, pair, advskew):
        self.lab, self.name, self.pair, self.advskew = lab, name, pair, advskew
        self.monitor = lab.spawn(name, "ip", "-ts", "-o", "monitor", "address",
                                 env={**os.environ, "TZ": "UTC"})
        self.carpd = Carpd(lab, name, {
            "vhid": pair.vhid, "addresses": pair.vip + "/24", "advbase": pair.advbase,
            "advskew": advskew, "vmac": pair.vmac, "preempt": str(pair.preempt).lower()})

    @property
    def device(self):
        """Where the virtual address is put."""
        return "carp%d-eth0" % self.pair.vhid if self.pair.vmac == "on" else "eth0"

    def held(self):
        """[start, end] of each time in which it had the virtual address."""
        times, devices = [], set()
        with open(self.monitor.log_path, encoding="ascii", errors="replace") as f:
            for line in f:
                found = re.match(r"\[(\S+)\] (Deleted )?\d+: (\S+)\s+inet %s/" % self.pair.vip, line)
                if not found:
                    continue
                when = datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp()
                had = bool(devices)
                (devices.discard if found[2] else devices.add)(found[3])
                if devices and not had:
                    times.append([when, float("inf")])
                elif had and not devices:
                    times[-1][1] = when
        return times

    def holds(self):
        """Whether it has the address now."""
        times = self.held()
        return bool(times) and times[-1][1] == float("inf")


class Pair:
    """Two hosts and their story."""

    def __init__(self, number, seed):
        self.number, self.rng = number, random.Random("%d/%d" % (seed, number))
        self.advbase, self.advskews, self.vmac, self.preempt = SETTINGS[number % len(SETTINGS)]
        self.vhid, self.vip = 10 + number, "10.79.0.%d" % (150 + number)
        self.names = ["a%d" % number, "b%d" % number]
        self.hosts, self.windows, self.error = [], [], None
        self.begin, self.over = None, None

    def describe(self):
        """For a failure's report."""
        return "pair %d: vhid %d %s advbase %d advskews %s vmac %s preempt %s" % (
            self.number, self.vhid, self.vip, self.advbase, self.advskews, self.vmac, self.preempt)

    def interval(self):
        """The longer one of the two hosts' advert intervals."""
        return self.advbase + max(self.advskews) / 256

    def dead(self, advskew):
        """How long a host waits for a silent master: docs/tuning.md; below a second carpd waits
        three of the longer interval."""
        return 3 * self.interval() if self.advbase == 0 else 3 * self.advbase + advskew / 256

    def settled(self):
        """One owner, the other one ready to follow it."""
        return (sorted(str(host.carpd.state()) for host in self.hosts) == ["BACKUP", "MASTER"]
                and sum(host.holds() for host in self.hosts) == 1)


class Chaos:
    """The lab, the pairs, the client; use with `with`."""

    def __init__(self, pairs, seed):
        self.pairs = [Pair(number, seed) for number in range(pairs)]
        addresses = {name: "10.79.0.%d" % (10 + 2 * pair.number + side)
                     for pair in self.pairs for side, name in enumerate(pair.names)}
        self.lab = netlab.Lab({**addresses, CLIENT: CLIENT_ADDRESS})
        self._lock = threading.Lock()   # the lab's list of faults, its list of children
        self._left = 0

    def __enter__(self):
        self.lab.__enter__()
        try:
            self._learn()
            self.probe = self.lab.spawn(
                CLIENT, sys.executable, os.path.join(os.path.dirname(__file__), "chaos_probe.py"),
                "eth0", str(EVERY), *(pair.vip for pair in self.pairs))
            for pair in self.pairs:
                pair.hosts = [Host(self.lab, name, pair, advskew)
                              for name, advskew in zip(pair.names, pair.advskews)]
        except BaseException:
            self.lab.close()
            raise
        return self

    def __exit__(self, *_exc):
        self.lab.close()

    def _learn(self):
        """Let the switch learn addresses, as real ones do: only so can there be black holes."""
        for host in self.lab.hosts:
            netlab.sh("bridge", "-n", self.lab.switch, "link", "set", "dev", host,
                      "learning", "on", "flood", "on")
        netlab.sh("ip", "-n", self.lab.switch, "link", "set", "br0", "type", "bridge",
                  "ageing_time", "30000")

    def play(self, failures):
        """All pairs at once, until there were so many failures."""
        self._left = failures
        threads = [threading.Thread(target=self._live, args=(pair,)) for pair in self.pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _live(self, pair):
        try:
            self._settle(pair)
            pair.begin = time.time()
            while self._take():
                time.sleep(pair.rng.uniform(0.2, 0.5))
                self._fail(pair)
                self._settle(pair)
            time.sleep(0.5)
        except Exception as error:      # pylint: disable=broad-except
            self._left = 0
            pair.error = error
        pair.over = time.time()

    def _take(self):
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def _settle(self, pair):
        netlab.wait_for("one owner, one backup", pair.settled,
                        2 * max(map(pair.dead, pair.advskews)) + 5, every=0.1)

    def _fail(self, pair):
        """One failure; mostly of the owner."""
        kind = pair.rng.choice(KINDS)
        hit_owner, some = pair.rng.random() < 0.8, pair.rng.choice(pair.hosts)
        length = pair.rng.uniform(0.05, 1.5 * max(map(pair.dead, pair.advskews)))
        host = next(h for h in pair.hosts if h.holds()) if hit_owner else some
        other = next(h for h in pair.hosts if h is not host)
        window = Window(kind, host)
        pair.windows.append(window)
        undo = getattr(self, "_" + kind)(host, other)
        if undo:
            time.sleep(length)
            if kind in ("stop", "kill"):
                window.end = time.time()    # its own start-up counts
            undo()
        if window.end == float("inf"):
            window.end = time.time()

    # -- the failures: each returns what undoes it -----------------------------------------------

    @staticmethod
    def _kill(host, _other):
        host.carpd.kill()
        return host.carpd.start

    @staticmethod
    def _stop(host, _other):
        status = host.carpd.stop()
        assert status == 0, "exit %s after SIGTERM" % status
        assert not host.lab.has_address(host.name, host.pair.vip), "an address left by SIGTERM"
        return host.carpd.start

    @staticmethod
    def _freeze(host, _other):
        process = host.carpd.process
        process.send_signal(signal.SIGSTOP)
        return lambda: process.send_signal(signal.SIGCONT)

    def _cut(self, host, other):
        with self._lock:
            self.lab.cut(host.name, other.name)
        return lambda: self._heal(host, other)

    def _split(self, host, other):
        with self._lock:
            self.lab.cut_both(host.name, other.name)
        return lambda: self._heal(host, other)

    def _heal(self, host, other):
        with self._lock:
            self.lab.heal(host.name)
            self.lab.heal(other.name)

    def _isolate(self, host, _other):
        self.lab.isolate(host.name)
        return lambda: self.lab.isolate(host.name, on=False)

    def _unplug(self, host, _other):
        self.lab.unplug(host.name)
        return lambda: self.lab.unplug(host.name, on=False)

    def _down(self, host, _other):
        self.lab.run(host.name, "ip", "link", "set", "eth0", "down")
        return lambda: self.lab.run(host.name, "ip", "link", "set", "eth0", "up")

    def _rob(self, host, _other):
        self.lab.run(host.name, "ip", "addr", "del", host.pair.vip + "/24", "dev", host.device,
                     check=False)


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
