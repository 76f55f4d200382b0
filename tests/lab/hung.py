# SPDX-License-Identifier: BSD-2-Clause
"""A file system that hangs: whoever opens a file of it waits, and SIGKILL does not end him.

FUSE without a server behind it, as NFS without its server: the kernel's request is taken and
never answered.
"""
import ctypes
import os
import struct
import threading

_INIT = 26
_LIBC = ctypes.CDLL(None, use_errno=True)


def missing():
    """None if there can be one, else the reason (for pytest.skip)."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "no /dev/fuse"
    return None


class Hung:
    """One at `path`, a folder that is made, for programs that are started later; use with
    `with`."""

    def __init__(self, path):
        self.path = path
        os.mkdir(path)
        self._fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % self._fd
        if _LIBC.mount(b"hung", path.encode(), b"fuse", 0, options) != 0:
            raise OSError(ctypes.get_errno(), "mount of FUSE")
        self._is_open = True
        self.asked = 0          # requests that wait for ever
        threading.Thread(target=self._take, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()

    def _take(self):
        while True:
            try:
                request = os.read(self._fd, 1 << 20)
            except OSError:
                return
            _size, kind, number = struct.unpack_from("<IIQ", request)
            if kind == _INIT:
                said = struct.pack("<IIIIHHII", 7, 31, 0, 0, 0, 0, 4096, 1).ljust(64, b"\0")
                os.write(self._fd, struct.pack("<IiQ", 16 + len(said), 0, number) + said)
            else:
                self.asked += 1

    def close(self):
        """All that wait get an error."""
        if not self._is_open:
            return
        self._is_open = False
        _LIBC.umount2(self.path.encode(), 1 | 2)        # MNT_FORCE, MNT_DETACH
        os.close(self._fd)
