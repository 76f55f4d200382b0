# SPDX-License-Identifier: BSD-2-Clause
"""A pair of carpds as their neighbours see them: adverts, announcements, who answers.

CARPD and CARPCTL name the programs (default: those of build/release).
"""
import os
import re
import time

import carpd_scenes
import netlab
import peers

CLIENT = os.path.abspath(os.environ.get("CARPCTL")
                         or os.path.join(carpd_scenes.ROOT, "build", "release", "bin", "carpctl"))


class Carpd(carpd_scenes.Carpd):
    """carpd that answers when the constructor returns, and can be asked by carpctl."""

    def start(self):
        """Start it (again) and wait until it answers."""
        super().start()
        netlab.wait_for("carpd on %s answers" % self.host, self.is_there, 10)

    @classmethod
    def missing(cls):
        """None if there are both programs, else the reason (for pytest.skip)."""
        if carpd_scenes.missing() or os.access(CLIENT, os.X_OK):
            return carpd_scenes.missing()
        return "%s is not built" % CLIENT

    def is_there(self):
        """Whether it answers."""
        try:
            return self.ask("show")
        except OSError:
            return None

    def ctl(self, *argv):
        """carpctl's standard output."""
        return self.lab.run(self.host, CLIENT, "--socket", self.socket, *argv)


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
