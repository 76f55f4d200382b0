# SPDX-License-Identifier: BSD-2-Clause
"""carpd and carpctl in a lab.

CARPD and CARPCTL name the programs (default: those of build/release).
"""
import json
import os
import re
import subprocess
import time

import netlab
import peers

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))


def _program(name):
    return os.path.abspath(os.environ.get(name.upper())
                           or os.path.join(ROOT, "build", "release", "bin", name))


DAEMON, CLIENT = _program("carpd"), _program("carpctl")


class Carpd(peers.Peer):
    """carpd with one group per dict of carp.conf keys; `interface` is eth0 unless given."""

    program = "carpd"

    def __init__(self, lab, host, *vhids, options=(), wait=True):
        super().__init__(lab, host)
        self.dir = os.path.join(lab.dir, "carpd-%s" % host)
        os.makedirs(self.dir, mode=0o700, exist_ok=True)
        self.conf = os.path.join(self.dir, "carp.conf")
        self.socket = os.path.join(self.dir, "sock")
        self.configure(*vhids)
        # A sanitized carpd cannot look for leaks: its seccomp filter forbids ptrace.
        self.process = lab.spawn(host, DAEMON, "-c", self.conf, "--foreground", "--socket",
                                 self.socket, "--state-dir", self.dir, *options,
                                 env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        if wait:
            netlab.wait_for("carpd on %s answers: %s" % (host, self.output()), self.show, 10)

    @classmethod
    def missing(cls):
        """None if there are both programs, else the reason (for pytest.skip)."""
        for path in (DAEMON, CLIENT):
            if not os.access(path, os.X_OK):
                return "%s is not built" % path
        return None

    def configure(self, *vhids):
        """Write carp.conf."""
        lines = []
        for number, keys in enumerate(vhids):
            keys = {"interface": "eth0", "password": "secret", **keys}
            lines.append('[vhid "%s"]' % keys.pop("name", "v%d" % number))
            lines += ["%s = %s" % pair for pair in keys.items()]
        with open(self.conf, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("\n".join(lines) + "\n")

    def ctl(self, *argv, check=True):
        """carpctl's standard output."""
        return self.lab.run(self.host, CLIENT, "--socket", self.socket, *argv, check=check)

    def show(self):
        """carpctl show --format json: the vhids; [] while it does not answer."""
        done = subprocess.run(
            self.lab.argv(self.host, CLIENT, "--socket", self.socket, "show", "--format", "json"),
            capture_output=True, text=True, timeout=10, check=False)
        return json.loads(done.stdout)["vhids"] if done.returncode == 0 and done.stdout else []

    def state(self, number=0):
        """State of the number-th vhid by carpctl."""
        vhids = self.show()
        return vhids[number]["state"] if len(vhids) > number else "none"

    def wait_state(self, state, timeout=10.0, number=0):
        """Wait until carpctl shows a state."""
        netlab.wait_for("carpd on %s is %s" % (self.host, state),
                        lambda: self.state(number) == state, timeout)

    def transitions(self):
        """(from, to, reason) of each that it logged."""
        return re.findall(r"carp: \S+: (\w+) -> (\w+) \((.*)\)", self.output())


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


_PROBE = r'''
import socket, struct, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
s.bind(("eth0", 0x0806))
mac, vip, me = s.getsockname()[4], socket.inet_aton(sys.argv[1]), socket.inet_aton(sys.argv[2])
ask = b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + mac + me + bytes(6) + vip
s.setblocking(False)
due = time.time()
while True:
    if time.time() >= due:
        s.send(ask)
        print("ask %.6f" % time.time())
        due += 0.005
    try:
        while True:
            f = s.recv(100)
            if f[20:22] == b"\x00\x02" and f[28:32] == vip:
                print("got %.6f %s" % (time.time(), f[22:28].hex(":")))
    except BlockingIOError:
        pass
    sys.stdout.flush()
    time.sleep(max(0, min(0.002, due - time.time())))
'''


class Probe(peers.Peer):
    """Asks by ARP for an address every 5 ms; who answers, and when."""

    program = "python3"

    def __init__(self, lab, host, address):
        super().__init__(lab, host)
        self.process = lab.spawn(host, "python3", "-c", _PROBE, address, lab.hosts[host].address)

    def answers(self, since=0.0, until=float("inf")):
        """Wall-clock times of the answers."""
        times = [float(line.split()[1]) for line in self.output().splitlines()
                 if line.startswith("got ") and line.count(" ") == 2]
        return [t for t in times if since <= t <= until]

    def gap(self, since, until=None):
        """The longest time without an answer from `since` to `until` (default: now)."""
        until = until or time.time()
        times = [since, *self.answers(since, until), until]
        return max(b - a for a, b in zip(times, times[1:]))

    def doubles(self, since, until=float("inf")):
        """For how long two hosts answered: in steps of 0.1 s, for a virtual MAC does not tell
        who it was."""
        asked, got = {}, {}
        for line in self.output().splitlines():
            words = line.split()
            if len(words) == (2 if words[:1] == ["ask"] else 3) and since <= float(words[1]) <= until:
                count = asked if words[0] == "ask" else got
                step = int(float(words[1]) * 10)
                count[step] = count.get(step, 0) + 1
        return 0.1 * sum(got.get(step, 0) > 1.5 * asked[step] for step in asked if asked[step] > 5)


class Ping(peers.Peer):
    """A client that talks to an address all the time, with its ARP cache as it is."""

    program = "ping"

    def __init__(self, lab, host, address, interval=0.02):
        super().__init__(lab, host)
        self.process = lab.spawn(host, "ping", "-D", "-n", "-i", str(interval), address)

    def gap(self, since, until=None):
        """The longest time without an answer."""
        until = until or time.time()
        times = [float(t) for t in re.findall(r"\[(\d+\.\d+)\] \d+ bytes from", self.output())]
        times = [since, *(t for t in times if since <= t <= until), until]
        return max(b - a for a, b in zip(times, times[1:]))
