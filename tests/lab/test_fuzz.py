# SPDX-License-Identifier: BSD-2-Clause
"""The programs live, as a whole, on a wire full of faults: adverts with faults whose digest is
right (by who has the key) and wrong, and damaged copies of every recorded protocol.

Nobody ends or floods his log; afterwards the pair is what it was. CARP_SEED=N repeats a
run. Built with ASan and UBSan the programs also say what nobody would see.
"""
import glob
import os
import random
import shutil
import signal
import sys

import pytest

import attack
import carpd
import netlab
import watch
from netlab import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT = 200000 if os.environ.get("CARP_LONG") else 10000
VHID, VIP, VIP6 = 7, "10.79.0.50", "fd79::50"
HOSTS = {"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.90", "m": "10.79.0.66"}
# Three adverts and the skew, then a preemption by the next one.
SETTLED = 3 * (1 + 100 / 256) + 2
LINES_MAX = 100


class Scene:
    """A pair, carpmon with the key and without, and who means harm."""

    def __init__(self, lab, seed):
        self.lab, self.seed = lab, seed
        self.pair = {}
        for host, advskew, replay in (("a", 0, "alert"), ("b", 100, "strict")):
            keys = {"vhid": VHID, "addresses": "%s/24; %s/64" % (VIP, VIP6), "advskew": advskew,
                    "preempt": "true", "replay": replay}
            self.pair[host] = carpd.Carpd(lab, host, keys, ready=True)
        self.a, self.b = self.pair["a"], self.pair["b"]
        self.monitors = [watch.Carpmon(lab, "obs", "-c", self.a.config),
                         watch.Carpmon(lab, "obs")]
        self.wait_settled(12)

    def wait_settled(self, timeout):
        wait_for("a is MASTER, b is BACKUP",
                 lambda: (self.a.state(), self.b.state()) == ("MASTER", "BACKUP"), timeout)

    def run(self, *argv):
        """A program of the attacker, to its end."""
        process = self.lab.spawn("m", *map(str, argv),
                                 env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        status = process.wait(120)
        with open(process.log_path, encoding="utf-8", errors="replace") as file:
            assert status == 0, "%s: %s" % (argv, file.read())

    def fuzz(self, *words):
        self.run(attack.INJECT, "fuzz", "-i", "eth0", "--seed", self.seed, "--count", COUNT,
                 "--rate", 5000, "--i-own-this-network", "-q", "--vhid", VHID, *words)

    def check_alive(self):
        for peer in (*self.pair.values(), *self.monitors):
            assert peer.process.poll() is None, "%s ended: %s" % (peer.host, peer.output()[-3000:])


@pytest.fixture(scope="module", name="scene")
def fixture_scene():
    """One lab for all; each test leaves the pair settled."""
    why = attack.missing() or watch.missing()
    if why:
        pytest.skip(why)
    seed = int(os.environ.get("CARP_SEED") or random.randrange(1 << 32))
    print("CARP_SEED=%d" % seed)
    with netlab.Lab(HOSTS, ipv6=True) as lab:
        scene = Scene(lab, seed)
        yield scene
        for host, peer in scene.pair.items() if "CARP_KEEP" in os.environ else ():
            shutil.copy(peer.log, os.path.join(os.environ["CARP_KEEP"], "%s.log" % host))


def check_quiet(scene, before):
    """All are there, the pair settles, and nobody has said too much."""
    scene.check_alive()
    scene.wait_settled(SETTLED)
    for host, peer in scene.pair.items():
        said = told(peer) - before[host]
        print("%s wrote %d lines" % (host, said))
        assert said < LINES_MAX, "%s wrote %d lines:\n%s" % (host, said, peer.output()[-3000:])
        assert "ERROR: " not in peer.output() and "runtime error" not in peer.output()


def told(peer):
    """Lines of its log; each transition is told, however many there are."""
    return peer.output().count("\n") - len(peer.transitions())


def lines(scene):
    return {host: told(peer) for host, peer in scene.pair.items()}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("has_key", [True, False], ids=["key", "no-key"])
def test_adverts(scene, family, has_key):
    """Adverts with faults; those of a host with the key may win the election meanwhile."""
    before = lines(scene)
    words = ["--config", scene.a.config, "--group", "v%d" % VHID] if has_key else \
        ["--address", VIP, "--address", VIP6]
    scene.fuzz("--family", family, *words)
    check_quiet(scene, before)


def test_garbage(scene):
    """Damaged copies of everything that was ever recorded."""
    before = lines(scene)
    scene.run(sys.executable, os.path.join(HERE, "garbler.py"), "eth0", scene.seed, COUNT,
              *glob.glob(os.path.join(watch.ROOT, "captures", "*.pcap")))
    check_quiet(scene, before)


def test_end(scene):
    """They end as they would have, and have said what was wrong."""
    for monitor in scene.monitors:
        monitor.process.send_signal(signal.SIGINT)
        monitor.process.wait(20)
        assert "ERROR: " not in monitor.output(), monitor.output()[-3000:]
        assert "runtime error" not in monitor.output(), monitor.output()[-3000:]
    assert watch.pick(scene.monitors[0].events, event="finding", code="BAD_HMAC")
    for peer in scene.pair.values():
        peer.process.send_signal(signal.SIGTERM)
        assert peer.process.wait(10) == 0, peer.output()[-2000:]
