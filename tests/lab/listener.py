# SPDX-License-Identifier: BSD-2-Clause
"""The sockets of a journal, of syslog and of a service manager, where none runs."""
import os
import socket
import threading

JOURNAL = "/run/systemd/journal/socket"
# For sh -c, with a directory that has a socket "notify": as systemd starts a service.
OWN_JOURNAL = """
NOTIFY_SOCKET={0}/notify WATCHDOG_USEC=2000000 \\
    JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"
"""


class Listener:
    """A datagram socket that takes everything at once: a full one holds up its senders."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sock.bind(path)
        os.chmod(path, 0o777)
        self._sock.settimeout(0.2)
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop:
            try:
                self.lines.append(self._sock.recv(65536).decode())
            except TimeoutError:
                pass

    def close(self):
        self._stop = True
        self._thread.join()
        self._sock.close()
        os.unlink(self.path)

    def entries(self):
        """The entries of a journal, as dicts."""
        return [dict(line.split("=", 1) for line in text.splitlines()) for text in self.lines]
