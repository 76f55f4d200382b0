# SPDX-License-Identifier: BSD-2-Clause
"""Clients of a virtual address: one asks who has it, one uses it, and what they saw.

Times are those of time.time().
"""
import re
import time

import peers

PROMPT = 100        # milliseconds: an answer that took longer was waited for

_ASK = r'''
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


class ArpProbe(peers.Peer):
    """Asks by ARP for an address every 5 ms; who answers, and when."""

    program = "python3"

    def __init__(self, lab, host, address):
        super().__init__(lab, host)
        self.process = lab.spawn(host, "python3", "-c", _ASK, address, lab.hosts[host].address)

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


class PingProbe(peers.Peer):
    """Pings an address with the host's ARP cache as it is, so that it sees black holes too."""

    program = "ping"

    def __init__(self, lab, host, address, every=0.05):
        super().__init__(lab, host)
        self.process = lab.spawn(host, "ping", "-D", "-O", "-n", "-i", str(every), address)

    def _all(self, since, until):
        """(when, number, milliseconds) of the answers."""
        found = re.findall(r"^\[([\d.]+)\] \d+ bytes from .*icmp_seq=(\d+) .*time=([\d.]+) ms",
                           self.output(), re.M)
        answers = [(float(when), int(number), float(took)) for when, number, took in found]
        return [answer for answer in answers if since <= answer[0] <= until]

    def answers(self, since=0.0, until=float("inf")):
        """When answers came."""
        return [when for when, _number, _took in self._all(since, until)]

    def _silences(self, since, until):
        """Times without an answer. Where one follows the other at once ping was held up, nobody
        else: the machine is busy."""
        until = until or time.time()
        answers = self._all(since, until)
        if not answers:
            return [until - since]
        between = [later[0] - earlier[0] for earlier, later in zip(answers, answers[1:])
                   if later[1] != earlier[1] + 1 or later[2] > PROMPT]
        return [answers[0][0] - since, *between, until - answers[-1][0]]

    def gap(self, since, until=None):
        """The longest time without an answer from `since` to `until` (default: now)."""
        return max(self._silences(since, until))

    def lost(self, since, until=None):
        """Seconds without service; a single late answer is none."""
        return sum(silence for silence in self._silences(since, until) if silence > 0.15)
