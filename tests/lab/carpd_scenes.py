# SPDX-License-Identifier: BSD-2-Clause
"""carpd in a lab: its configuration, its control socket, its log; and scenes played side by side.

CARPD names the program to test (default: that of build/release).
"""
import glob
import json
import os
import re
import socket
import sys
import threading
import time

import netlab
import peers
import stage
from watch import ROOT

PROGRAM = os.path.abspath(os.environ.get("CARPD")
                          or os.path.join(ROOT, "build", "release", "bin", "carpd"))
SCHEMA = os.path.join(ROOT, "docs", "carpd-control.schema.json")
PASSWORD = "lab-secret"


def missing():
    """None if there is a carpd to test, else the reason (for pytest.skip)."""
    return None if os.access(PROGRAM, os.X_OK) else "%s is not built" % PROGRAM


def validator():
    """Checks what carpd says against its schema; None where jsonschema is missing."""
    try:
        import jsonschema
    except ImportError:
        return None
    with open(SCHEMA, encoding="utf-8") as f:
        return jsonschema.Draft7Validator(json.load(f))


_VALIDATOR = validator()


def checked(line):
    """The object of a line that keeps to the schema."""
    said = json.loads(line)
    wrong = [error.message for error in _VALIDATOR.iter_errors(said)] if _VALIDATOR else []
    assert not wrong, "%s in %s" % (wrong, line)
    return said


class Carpd(peers.Peer):
    """carpd with a carp.conf of its own; `groups` are dicts of keys, `name` among them."""

    program = "carpd"
    number = 0

    def __init__(self, lab, host, *groups, daemon=None, options=(), argv=None):
        super().__init__(lab, host)
        Carpd.number += 1
        self.base = os.path.join(lab.dir, "%s-carpd-%d" % (host, Carpd.number))
        os.mkdir(self.base)
        self.state_dir = os.path.join(self.base, "state")
        self.socket = os.path.join(self.base, "s")
        self.config = os.path.join(self.base, "carp.conf")
        self.log = os.path.join(self.base, "log")
        self.write(*groups, daemon=daemon)
        self.argv = argv or ["-c", self.config]
        self.options = ["--foreground", "--socket", self.socket, "--state-dir", self.state_dir,
                        *options]
        self.start()

    def start(self):
        """Start it (again)."""
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        self.process = self.lab.spawn(self.host, PROGRAM, *self.options, *self.argv, log=self.log,
                                      env=env)

    def write(self, *groups, daemon=None):
        """Write carp.conf."""
        text = ["[carpd]"] + ["%s = %s" % item for item in daemon.items()] if daemon else []
        for group in groups:
            keys = {"interface": "eth0", "password": PASSWORD, **group}
            text.append('[vhid "%s"]' % keys.pop("name", "v%s" % keys["vhid"]))
            text += ["%s = %s" % item for item in keys.items() if item[1] is not None]
        with open(self.config, "w", encoding="utf-8") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write("\n".join(text) + "\n")

    def ask(self, command, **members):
        """One request, its answer."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(5)
            talk.connect(self.socket)
            talk.sendall(json.dumps({"command": command, **members}).encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                part = talk.recv(65536)
                assert part, "carpd closed the connection"
                data += part
        return checked(data)

    def show(self, vhid=None):
        """What show says of one vhid (the only one)."""
        shown = self.ask("show", **({"vhid": vhid} if vhid else {}))["vhids"]
        assert len(shown) == 1, shown
        return shown[0]

    def state(self, vhid=None):
        """The state of one vhid; None while it does not answer."""
        try:
            return self.show(vhid)["state"]
        except OSError:
            return None

    def counts(self):
        """All counters of the daemon by name."""
        said = self.ask("stats")
        return {**said["stats"], **said["reasons"]}

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_state(self, state, timeout=10.0, vhid=None):
        netlab.wait_for("carpd on %s is %s" % (self.host, state),
                        lambda: self.state(vhid) == state, timeout)

    def transitions(self):
        """The transitions in its log: "BACKUP -> MASTER (master timed out)"."""
        return re.findall(r"carp: \d+@\w+: (.*)", self.output())

    def events(self):
        return []


class Watcher:
    """Follows carpd's events."""

    def __init__(self, carpd):
        self.events = []
        self._talk = socket.socket(socket.AF_UNIX)
        self._talk.connect(carpd.socket)
        self._talk.sendall(b'{"command":"watch"}\n')
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with self._talk.makefile("rb") as lines:
            for line in lines:
                said = checked(line)
                if "event" in said:         # the first line is the answer
                    self.events.append(said)

    def close(self):
        """Stop following."""
        self._talk.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._talk.close()


class Probe:
    """Pings an address from a host 20 times a second; gaps() are the times without an answer."""

    EVERY = 0.05

    def __init__(self, lab, host, address):
        argv = ["ping", "-D", "-O", "-n", "-i", str(self.EVERY), address]
        self._process = lab.spawn(host, *argv)
        self.address = address

    def answers(self):
        """When answers came (epoch seconds)."""
        with open(self._process.log_path, encoding="utf-8") as f:
            return [float(found) for found in re.findall(r"^\[([\d.]+)\] \d+ bytes from", f.read(),
                                                         re.M)]

    def longest_gap(self, since, until):
        """The longest time without an answer between two instants."""
        times = [since] + [when for when in self.answers() if since <= when <= until] + [until]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def stop(self):
        """Stop pinging."""
        netlab.stop_process(self._process)


class Scene:
    """What one scenario works with: hosts a and b of its own, a vhid, addresses."""

    def __init__(self, name, number):
        self.name = name
        self.lab = None
        self.vhid = 10 + number
        self.a, self.b = "a%d" % number, "b%d" % number
        self.addresses = {self.a: "10.79.0.%d" % (10 + 2 * number),
                          self.b: "10.79.0.%d" % (11 + 2 * number)}
        self.vip = "10.79.0.%d" % (150 + 2 * number)
        self.vip2 = "10.79.0.%d" % (151 + 2 * number)
        self.vip6 = "fd79::%d" % (150 + number)
        self.error = None

    def keys(self, **changes):
        """The keys of a group in carp.conf."""
        return {"vhid": self.vhid, "addresses": self.vip + "/24", **changes}

    def carpd(self, side, advskew, **changes):
        """A carpd with one vhid."""
        return Carpd(self.lab, getattr(self, side), self.keys(advskew=advskew, **changes))

    def ucarp(self, side, advskew, **changes):
        """ucarp with the scene's vhid and address."""
        return peers.Ucarp(self.lab, getattr(self, side), self.vhid, PASSWORD, self.vip,
                           advskew=advskew, **changes)

    def has(self, side, address=None):
        """Whether a host holds the virtual address."""
        return self.lab.has_address(getattr(self, side), address or self.vip)

    def replayer(self, *words):
        """Start replayer.py on the client."""
        return self.lab.spawn(CLIENT, sys.executable, os.path.join(os.path.dirname(__file__),
                                                                   "replayer.py"), "eth0",
                              *map(str, words))


CLIENT = "client"


def is_state(carpd, state, timeout=10.0, vhid=None):
    """The condition that a carpd is in a state."""
    return stage.Condition("carpd on %s is %s" % (carpd.host, state),
                           lambda: carpd.state(vhid) == state, timeout)


class Play:
    """Scenes of one lab, played side by side; use with `with`."""

    def __init__(self, plots, ipv6=False):
        self._plots = list(plots)
        self.scenes = {plot.__name__: Scene(plot.__name__, n)
                       for n, plot in enumerate(self._plots)}
        hosts = {CLIENT: "10.79.0.9"}
        for scene in self.scenes.values():
            hosts.update(scene.addresses)
        self.lab = netlab.Lab(hosts, ipv6=ipv6)

    def __enter__(self):
        self.lab.__enter__()
        for scene in self.scenes.values():
            scene.lab = self.lab
        running = {plot.__name__: [plot(self.scenes[plot.__name__]), 0.0] for plot in self._plots}
        while running:
            for name in list(running):
                if not self._step(name, running[name]):
                    del running[name]
            time.sleep(0.02)
        return self

    def __exit__(self, *_exc):
        self.lab.close()

    def _step(self, name, state):
        scene = self.scenes[name]
        scene.error = None
        try:
            going_on = stage.Stage._step(scene, state)      # pylint: disable=protected-access
        except Exception as error:      # pylint: disable=broad-except
            scene.error, going_on = error, False
        if scene.error:
            self._keep(scene)
        return going_on

    def _keep(self, scene):
        """The logs of a failed scene's hosts, for the report."""
        scene.logs = ""
        for host in (scene.a, scene.b):
            for path in sorted(glob.glob(os.path.join(self.lab.dir, host + "-carpd-*", "log"))):
                with open(path, encoding="utf-8", errors="replace") as f:
                    scene.logs += "== %s\n%s" % (path, f.read())

    def check(self, name):
        """Fail as the scene did."""
        if self.scenes[name].error:
            print(self.scenes[name].logs)
            raise self.scenes[name].error


def duration(since):
    """Seconds since an instant of time.time()."""
    return time.time() - since
