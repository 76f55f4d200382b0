# SPDX-License-Identifier: BSD-2-Clause
"""A lab whose switch is a program, netswitch: it can also delay, duplicate and reorder frames.

    with SwitchLab({"a": "10.79.0.11", "b": "10.79.0.12"}, seed=7) as lab:
        lab.spoil("a", "b", loss=300, delay=0.2)    # CARP from a to b
        lab.spoil("*", "*", "all", jitter=0.05)     # everything, everywhere

NETSWITCH names the program (default: that of build/release).
"""
import os
import subprocess
import threading

import netlab
from netlab import ALL, CARP, LabError
from watch import ROOT

PROGRAM = os.path.abspath(os.environ.get("NETSWITCH")
                          or os.path.join(ROOT, "build", "release", "tests", "netswitch"))
_CLASSES = {CARP: "carp", ALL: "all", "ip protocol 112": "carp4", "ip6 nexthdr 112": "carp6"}
LOST, PASSED = "lost", "passed"


def missing():
    """None if there is a netswitch, else the reason (for pytest.skip)."""
    return None if os.access(PROGRAM, os.X_OK) else "%s is not built" % PROGRAM


class Advert:
    """One advert on one path: when it was delivered or lost, and what it says. On a busy machine
    delivery takes its time: it began at `when` and was over at `done`."""

    def __init__(self, line):
        _carp, self.source, self.target, when, self.fate, interval, done = line.split()
        self.when, self.done = float(when), float(done)
        self.advbase, self.advskew = map(int, interval.split("/"))


class SwitchLab(netlab.Lab):
    """Build with `with`, as netlab.Lab; what is sent on is told by adverts()."""

    def __init__(self, hosts=("a", "b", "obs"), ipv6=False, seed=0):
        super().__init__(hosts, ipv6=ipv6)
        self._seed = seed
        self._program = None
        self._one = threading.Lock()    # command at a time
        self._answered = threading.Condition()
        self._answers, self._adverts = [], []

    def close(self):
        if self._program:
            self._program.stdin.close()
            self._program.wait(5)
            self._program = None
        super().close()

    def _build_switch(self):
        self._add_netns(self.switch)
        self._sysctl(self.switch, "net/ipv6/conf/default/disable_ipv6", "1")
        self._program = subprocess.Popen(
            ["ip", "netns", "exec", self.switch, PROGRAM], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)
        threading.Thread(target=self._read, args=(self._program.stdout,), daemon=True).start()
        self.tell("seed %d" % self._seed)
        self.tell("trace on")

    def _read(self, lines):
        with lines:
            for line in lines:
                if line.startswith("carp "):
                    self._adverts.append(Advert(line))
                    continue
                with self._answered:
                    self._answers.append(line.strip())
                    self._answered.notify()

    def tell(self, command):
        """One command for netswitch; LabError when it refuses."""
        with self._one, self._answered:
            self._program.stdin.write(command + "\n")
            if not self._answered.wait_for(lambda: self._answers, 10):
                raise LabError("netswitch does not answer %s" % command)
            answer = self._answers.pop()
        if answer != "ok":
            raise LabError("netswitch: %s: %s" % (command, answer))

    def adverts(self, source, target, since=0.0, fate=PASSED):
        """The adverts on a path."""
        return [advert for advert in list(self._adverts)
                if (advert.source, advert.target, advert.fate) == (source, target, fate)
                and advert.when >= since]

    def _plug_in(self, port):
        netlab.sh("ip", "-n", self.switch, "link", "set", "dev", port, "up")
        self.tell("port " + port)

    # -- faults -------------------------------------------------------------------------------

    def spoil(self, src, dst, what=CARP, **faults):
        """Set loss, duplicate, reorder (per mille), delay, jitter (seconds) of frames on their
        way from src to dst; the others stay as they are. "*": each other host."""
        words = ["%s %d" % (name, round(1e6 * value) if name in ("delay", "jitter") else value)
                 for name, value in faults.items()]
        self.tell("path %s %s %s %s" % (src, dst, _CLASSES[what], " ".join(words)))

    def cut(self, src, dst, what=CARP):
        self.spoil(src, dst, what, loss=1000)

    def lose(self, src, dst, percent, what=CARP):
        self.spoil(src, dst, what, loss=10 * percent)

    def heal(self, src=None, dst=None):
        """End loss, delay and all else: all, of what src sends, or of what src sends to dst."""
        if src is None:
            self.tell("clear")
        else:
            self.spoil(src, dst or "*", ALL, loss=0, duplicate=0, reorder=0, delay=0, jitter=0)

    def isolate(self, host, on=True):
        for path in ((host, "*"), ("*", host)):
            self.spoil(*path, ALL, loss=1000 if on else 0)

    def reflect(self, host, on=True, delay=0.0):
        self.spoil(host, host, ALL, loss=0 if on else 1000, delay=delay)

    def _set_fault(self, key, rules, hook="forward"):
        raise LabError("netswitch cannot do this: %s" % key[0])
