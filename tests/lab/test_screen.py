# SPDX-License-Identifier: BSD-2-Clause
"""carpmon --watch on a terminal: two masters, keys, another size, a clean end."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pytest

import netlab
import peers

pyte = pytest.importorskip("pyte", reason="no terminal emulator: install python3-pyte")

VHID = 79
VIP = "10.79.0.50"


class Terminal:
    """carpmon on a terminal of its own, and what the terminal shows."""

    def __init__(self, argv, columns, lines):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", TZ="UTC")
            os.execvp(argv[0], argv)
        self.resize(columns, lines)
        self.status = None

    def resize(self, columns, lines):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    return
                self.stream.feed(data)

    def text(self):
        return "\n".join(self.screen.display)

    def wait(self, part, timeout=15.0):
        end = time.monotonic() + timeout
        while part not in self.text():
            assert time.monotonic() < end, "%s never appears in\n%s" % (part, self.text())
            self.read(0.1)

    def press(self, keys):
        os.write(self.fd, keys)

    def end(self, timeout=5.0):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        raise AssertionError("carpmon does not end")

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def test_watch():
    with netlab.Lab() as lab:
        lab.cut_both("a", "b")
        for host in ("a", "b"):
            peers.Ucarp(lab, host, VHID, "hush-hush", VIP)
        argv = lab.argv("obs", os.environ["CARPMON"], "-i", lab.hosts["obs"].interface, "--watch")
        terminal = Terminal(argv, 80, 24)
        try:
            terminal.wait("DUAL_MASTER")
            assert "2 MASTERS" in terminal.text() and "1 critical" in terminal.text()
            terminal.wait(" do ")
            terminal.press(b"f")
            terminal.wait("f all")
            terminal.resize(120, 40)
            terminal.wait("f all")
            terminal.read(1.0)
            assert all(len(line) <= 120 for line in terminal.screen.display)
            assert "DUAL_MASTER" in terminal.text()
            terminal.press(b"q")
            assert terminal.end() == 2
        finally:
            terminal.close()
