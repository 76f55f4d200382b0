# SPDX-License-Identifier: BSD-2-Clause
"""carpd in a lab: its configuration, its control socket, its log, its frames.

CARPD and CARPCTL name the programs (default: those of build/release).
"""
import json
import os
import re
import socket
import threading

import netlab
import peers
from watch import ROOT


def _program(variable, name):
    return os.path.abspath(os.environ.get(variable)
                           or os.path.join(ROOT, "build", "release", "bin", name))


PROGRAM, CLIENT = _program("CARPD", "carpd"), _program("CARPCTL", "carpctl")
SCHEMA = os.path.join(ROOT, "docs", "carpd-control.schema.json")
PASSWORD = "lab-secret"


def missing():
    """None if there are a carpd and a carpctl to test, else the reason (for pytest.skip)."""
    for program in (PROGRAM, CLIENT):
        if not os.access(program, os.X_OK):
            return "%s is not built" % program
    return None


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
    """carpd with a carp.conf of its own; `groups` are dicts of keys, `name` among them.

    ready: it answers when the constructor, or start(), returns.
    """

    program = "carpd"
    number = 0

    def __init__(self, lab, host, *groups, daemon=None, options=(), argv=None,
                 ready=False):
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
        self.ready = ready
        self.options = ["--foreground", "--socket", self.socket, "--state-dir", self.state_dir,
                        *options]
        self.start()

    def start(self):
        """Start it (again)."""
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        self.process = self.lab.spawn(self.host, PROGRAM, *self.options, *self.argv, log=self.log,
                                      env=env)
        if self.ready:
            netlab.wait_for("carpd on %s answers" % self.host, self.is_there, 10)

    @classmethod
    def missing(cls):
        return missing()

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

    def is_there(self):
        """Whether it answers."""
        try:
            return self.ask("show")
        except OSError:
            return None

    def ctl(self, *argv):
        """carpctl's standard output."""
        return self.lab.run(self.host, CLIENT, "--socket", self.socket, *argv)

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

    def __init__(self, carpd, **members):
        self.events = []
        self._talk = socket.socket(socket.AF_UNIX)
        self._talk.connect(carpd.socket)
        self._talk.sendall(json.dumps({"command": "watch", **members}).encode() + b"\n")
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


class Wire(peers.Peer):
    """What passes a host's eth0: adverts, ARP and neighbour discovery, with wall-clock times."""

    program = "tcpdump"

    def __init__(self, lab, host):
        super().__init__(lab, host)
        self.process = lab.spawn(host, "tcpdump", "-ttnel", "--immediate-mode", "-i", "eth0",
                                 "-T", "carp", "ip proto 112 or ip6 proto 112 or arp or "
                                 "(icmp6 and ip6[40] >= 135)")
        self.wait_output("listening on")

    def lines(self, pattern, since=0.0):
        """(time, line) of those that match, in order."""
        found = []
        for line in self.output().splitlines():
            stamp = re.match(r"(\d+\.\d+) ", line)
            if stamp and float(stamp[1]) >= since and re.search(pattern, line):
                found.append((float(stamp[1]), line))
        return found

    def adverts(self, source, since=0.0):
        """(time, line) of a source's adverts."""
        return self.lines(r"%s > \S+: CARPv2-advertise" % re.escape(source), since)
