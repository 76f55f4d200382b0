# SPDX-License-Identifier: BSD-2-Clause
"""Random failures of a pair of carpds, a client asking all the time.

CARP_SEED repeats a run; CARP_LONG=1 plays 1000 failures rather than a few; CARP_EVENTS: so many.
"""
import os
import random
import signal
import time

import pytest

import netlab
from carpd import Carpd, Probe

VIP, VIP6 = "10.79.0.50", "fd79::50"
KEYS = {"vhid": 7, "addresses": "%s/24; %s/64" % (VIP, VIP6), "advbase": 0, "preempt": "true"}
SKEW = {"a": 60, "b": 120}      # adverts each 0.23 s and 0.47 s; patience 0.7 s and 1.4 s at most
SETTLED = 4.0                   # one owner, and it answers, at the latest after a failure
SILENCE = 2.5                   # no answer, at most; two busy cores included
EVENTS = int(os.environ.get("CARP_EVENTS") or (1000 if os.environ.get("CARP_LONG") else 8))


class Pair:
    """Two daemons and what can befall them."""

    def __init__(self, lab, rng):
        self.lab, self.rng = lab, rng
        self.daemons = {host: Carpd(lab, host, {**KEYS, "advskew": SKEW[host]}) for host in SKEW}

    def pause(self):
        time.sleep(self.rng.uniform(0.05, 1.5))

    def owners(self):
        return [host for host in SKEW if self.lab.has_address(host, VIP)]

    def kill(self, host):
        self.daemons[host].kill()
        self.pause()
        self.daemons[host].start()

    def stop(self, host):
        assert self.daemons[host].stop() == 0
        assert not self.lab.has_address(host, VIP) and not self.lab.has_address(host, VIP6)
        self.pause()
        self.daemons[host].start()

    def freeze(self, host):
        self.daemons[host].process.send_signal(signal.SIGSTOP)
        self.pause()
        self.daemons[host].process.send_signal(signal.SIGCONT)

    def cut(self, host):
        self.lab.cut(host, "b" if host == "a" else "a")
        self.pause()
        self.lab.heal()

    def split(self, _host):
        self.lab.cut_both("a", "b")
        self.pause()
        self.lab.heal()

    def unplug(self, host):
        self.lab.unplug(host)
        self.pause()
        self.lab.unplug(host, on=False)

    def pull(self, host):
        self.lab.detach(host)
        self.pause()
        self.lab.attach(host)

    def take_away(self, host):
        for name in ("carp7-eth0", "eth0"):
            self.lab.run(host, "ip", "addr", "del", VIP + "/24", "dev", name, check=False)

    def remove(self, host):
        self.lab.run(host, "ip", "link", "del", "carp7-eth0", check=False)

    def reload(self, host):
        self.daemons[host].write({**KEYS, "advskew": self.rng.choice([SKEW[host], 90])})
        self.daemons[host].ctl("reload")
        self.daemons[host].write({**KEYS, "advskew": SKEW[host]})
        self.daemons[host].ctl("reload")


EVENT_NAMES = ["kill", "stop", "freeze", "cut", "split", "unplug", "pull", "take_away", "remove",
               "reload"]


def test_random_failures():
    if Carpd.missing():
        pytest.skip(Carpd.missing())
    seed = int(os.environ.get("CARP_SEED") or random.randrange(2 ** 32))
    rng, story = random.Random(seed), []
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "c": "10.79.0.99"}, ipv6=True) as lab:
        pair = Pair(lab, rng)
        for number in range(EVENTS):
            probe = Probe(lab, "c", VIP)
            netlab.wait_for("one owner: seed %d: %s" % (seed, story),
                            lambda: len(pair.owners()) == 1, SETTLED)
            netlab.wait_for("an answer: seed %d: %s" % (seed, story), probe.answers, SETTLED)
            name, host = rng.choice(EVENT_NAMES), rng.choice(list(SKEW))
            story.append((number, name, host))
            start = time.time()
            getattr(pair, name)(host)
            healed = time.time()
            try:
                netlab.wait_for("one owner", lambda: len(pair.owners()) == 1, SETTLED)
                netlab.wait_for("it answers", lambda: probe.answers(since=time.time() - 0.1), SETTLED)
                time.sleep(0.3)
                assert probe.gap(start) < SILENCE + (healed - start if name == "pull" else 0)
                assert all(daemon.process.poll() is None for daemon in pair.daemons.values())
            except (netlab.LabError, AssertionError) as error:
                logs = "".join("--- %s\n%s" % (h, d.output()[-2500:]) for h, d in pair.daemons.items())
                pytest.fail("seed %d: after %s: %s\n%s" % (seed, story[-4:], error, logs))
            probe.stop()
