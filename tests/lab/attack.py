# SPDX-License-Identifier: BSD-2-Clause
"""A pair of carpds or of ucarps under attack or fault: each row of test_beside.py is played with
either, in a lab of its own, side by side.

Hosts of each lab: a and b (the pair), c (a client), m (who means harm). A row is a function of a
Scene that returns what it measured, by name.
"""
import concurrent.futures
import contextlib
import glob
import os
import signal
import sys
import time

import carpd
import netlab
import peers
from probes import PingProbe

HERE = os.path.dirname(os.path.abspath(__file__))
INJECT = os.path.abspath(os.environ.get("CARPINJECT") or
                         os.path.join(os.path.dirname(carpd.PROGRAM), "carpinject"))
VHID, VIP, PASSWORD = 7, "10.79.0.50", carpd.PASSWORD
ADDRESSES = {"a": "10.79.0.11", "b": "10.79.0.12", "c": "10.79.0.99", "m": "10.79.0.66"}
SKEW = {"a": 50, "b": 100}
KINDS = ("carpd", "ucarp")


def missing():
    """None, or why nothing can be played."""
    if not os.access(INJECT, os.X_OK):
        return "%s is not built" % INJECT
    return carpd.Carpd.missing() or carpd.Wire.missing()


class Scene:
    """One row with one implementation."""

    def __init__(self, lab, kind):
        self.lab, self.kind = lab, kind
        self.daemons = {}

    # -- the pair -----------------------------------------------------------------------------

    def start(self, host, script=None, env=None, **keys):
        """Start a host's daemon; `keys` are carpd's alone. `script`: an up-script to be run."""
        lab = _Within(self.lab, env or {})
        if self.kind == "ucarp":
            options = ("-P", *(("-u", script) if script else ()))
            peer = _Ucarp(lab, host, VHID, PASSWORD, VIP, advskew=SKEW[host], options=options)
        else:
            keys = {"vhid": VHID, "addresses": VIP + "/24", "advskew": SKEW[host],
                    "preempt": "true", "replay": "strict", **keys}
            if script:
                keys["up-script"] = script
            peer = _Carpd(lab, host, keys, ready=True)
        self.daemons[host] = peer
        return peer

    def is_master(self, host):
        """Said by itself."""
        return self.daemons[host].is_master()

    def wait_master(self, host, is_it=True, timeout=12.0):
        netlab.wait_for("%s on %s is %sMASTER" % (self.kind, host, "" if is_it else "not "),
                        lambda: self.is_master(host) == is_it, timeout, 0.02)

    def pair(self):
        """b alone for a while, then a preempts: an attacker has adverts of both."""
        self.start("b")
        self.wait_master("b")
        old = self.record()
        self.start("a")
        self.wait_master("a")
        self.wait_master("b", False)
        recent = self.record()
        return recent, old

    def die(self, host):
        """As if its host had lost power."""
        self.lab.isolate(host)
        self.daemons[host].kill()

    def holds(self, host):
        return self.lab.has_address(host, VIP)

    # -- who watches --------------------------------------------------------------------------

    def service(self):
        """A client, once it is served."""
        client = PingProbe(self.lab, "c", VIP, every=0.02)
        client.wait_output("bytes from")
        return client

    def usage(self, host):
        """(lines, CPU seconds) of a host's daemon so far."""
        peer, nanoseconds = self.daemons[host], 0
        for path in glob.glob("/proc/%d/task/*/schedstat" % peer.pid):
            with open(path, encoding="ascii") as file:
                nanoseconds += int(file.read().split()[0])
        return peer.output().count("\n"), nanoseconds / 1e9

    # -- who means harm -----------------------------------------------------------------------

    def replayer(self, *words):
        return self.lab.spawn("m", sys.executable, os.path.join(HERE, "replayer.py"), "eth0",
                              *map(str, words))

    def record(self, count=2):
        """What the master says now, as a file."""
        path = os.path.join(self.lab.dir, "%f.frames" % time.time())
        _finish(self.replayer("record", VHID, count, path))
        return path

    def replay(self, path, every, count, *rewritten):
        _finish(self.replayer("play", path, every, count, *rewritten))

    def flood(self, count, password, advskew):
        """`count` adverts of one sender at 10 000/s; how many seconds it took."""
        secret = os.path.join(self.lab.dir, "flood.pass")
        with open(secret, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(password + "\n")
        start = time.time()
        _finish(self.lab.spawn(
            "m", INJECT, "flood", "-i", "eth0", "--rate", "10000", "--count", str(count),
            "--vhid", str(VHID), "--address", VIP, "--advskew", str(advskew), "--counter",
            "start+1", "--password-file", secret, "--source", ADDRESSES["m"],
            "--i-own-this-network", "-q", env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}))
        return time.time() - start


def _finish(process):
    if process.wait(60) != 0:
        with open(process.log_path, encoding="utf-8") as file:
            raise netlab.LabError("%s: %s" % (process.args, file.read()))


class _Within:
    """A lab whose daemons get more environment."""

    def __init__(self, lab, env):
        self._lab = lab
        self._env = env

    def __getattr__(self, name):
        return getattr(self._lab, name)

    def spawn(self, *argv, **more):
        env = {**(more.pop("env", None) or os.environ), **self._env}
        return self._lab.spawn(*argv, env=env, **more)


class _Carpd(carpd.Carpd):
    """That is asked through its log, which costs nothing."""

    def is_master(self):
        states = self.transitions()
        return bool(states) and "-> MASTER" in states[-1]


class _Ucarp(peers.Ucarp):
    def is_master(self):
        return self.state() == "MASTER" and self.process.poll() is None


# ---------------------------------------------------------------------------- side by side

def play(rows, alone, width=16):
    """What each (row, kind) measured, or the error it ended with. The rows of `alone` need the
    machine for themselves."""
    found = {}
    with contextlib.ExitStack() as stack:
        scenes = {(row, kind): Scene(stack.enter_context(netlab.Lab(ADDRESSES)), kind)
                  for row in rows + alone for kind in KINDS}

        def run(key):
            try:
                return key[0](scenes[key])
            except Exception as error:      # pylint: disable=broad-except
                said = "\n".join(peer.output()[-3000:] for peer in scenes[key].daemons.values())
                return netlab.LabError("%s: %s\n%s" % (type(error).__name__, error, said))
            finally:
                for child in scenes[key].lab._children:  # pylint: disable=protected-access
                    netlab.stop_process(child, signal.SIGKILL)

        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            keys = [(row, kind) for row in rows for kind in KINDS]
            found.update(zip(keys, pool.map(run, keys)))
        for key in [(row, kind) for row in alone for kind in KINDS]:
            found[key] = run(key)
    return found
