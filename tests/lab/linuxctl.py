# SPDX-License-Identifier: BSD-2-Clause
"""linuxctl (carpd's Linux side by hand) in a lab.

LINUXCTL names the program (default: that of build/release).
"""
import os
import re
import signal
import subprocess
import threading
import time

import netlab

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
PROGRAM = os.path.abspath(os.environ.get("LINUXCTL")
                          or os.path.join(ROOT, "build", "release", "tests", "linuxctl"))


def missing():
    """None if there is a linuxctl, else the reason (for pytest.skip)."""
    return None if os.access(PROGRAM, os.X_OK) else "%s is not built" % PROGRAM


class Linuxctl:
    """One process; use it in a `with` block.  Times are time.monotonic()'s."""

    def __init__(self, lab, host, state=None, prefix=()):
        argv = lab.argv(host, *prefix, PROGRAM, *([state] if state else []))
        self.lines = []     # (time, text), answers and events
        self._answers = 0
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.greeting = self._answer()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_exc):
        self.close()
        if kind is None and self.process.returncode != -signal.SIGKILL:
            assert self.process.returncode == 0, "linuxctl did not end well, or leaks"

    def _read(self):
        for line in self.process.stdout:
            stamp, _, text = line.rstrip("\n").partition(" ")
            if re.fullmatch(r"[\d.]+", stamp):
                self.lines.append((float(stamp), text))

    def _answer(self):
        def next_one():
            answers = [line for line in self.lines if not line[1].startswith("event ")]
            return answers[self._answers:self._answers + 1]

        found = netlab.wait_for("linuxctl answers", next_one, timeout=15, every=0.002)[0]
        self._answers += 1
        return found[1]

    def ask(self, command):
        """Send one command and return its answer, "ok …" or "error FAULT text"."""
        self.process.stdin.write(command + "\n")
        return self._answer()

    def do(self, command):
        """Send a command that must succeed."""
        answer = self.ask(command)
        assert answer.startswith("ok"), "%s: %s" % (command, answer)
        return answer[3:]

    def events(self, pattern, since=0.0):
        """(time, text) of events that match a regular expression."""
        return [line for line in list(self.lines)
                if line[0] >= since and line[1].startswith("event ")
                and re.search(pattern, line[1])]

    def wait_event(self, pattern, since=0.0, timeout=5.0):
        """The first such event."""
        return netlab.wait_for("event %s in %s" % (pattern, self.lines),
                               lambda: self.events(pattern, since), timeout, every=0.005)[0]

    def kill(self):
        """SIGKILL: nothing is put in order."""
        self.process.kill()
        self.process.wait()

    def close(self):
        """Let it put everything in order and end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            try:
                self.process.stdin.write("quit\n")
                self.process.wait(10)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self.kill()
        self._reader.join(2)
        self.process.stdin.close()
        self.process.stdout.close()


def now():
    """The clock of the lines."""
    return time.monotonic()
