# SPDX-License-Identifier: BSD-2-Clause
"""A veth pair for bench/flood and bench/live, in the name space that they run in."""
import pathlib
import subprocess
import time


def sh(*argv):
    return subprocess.run([str(part) for part in argv], check=True,
                          capture_output=True, text=True, timeout=900).stdout


class Wire:
    """The far end is in another name space, with a sleeping process."""

    def __init__(self, near, far):
        self.near, self.end = near, far

    def __enter__(self):
        self.far = subprocess.Popen(["unshare", "-n", "sleep", "7200"])
        sh("ip", "link", "add", self.near, "type", "veth", "peer", "name",
           self.end)
        for _ in range(50):     # until unshare has a name space of its own
            here = pathlib.Path("/proc/self/ns/net").readlink()
            there = pathlib.Path(f"/proc/{self.far.pid}/ns/net").readlink()
            if here != there:
                break
            time.sleep(0.1)
        sh("ip", "link", "set", self.end, "netns", self.far.pid)
        sh("ip", "link", "set", self.near, "up")
        sh("ip", "link", "set", "lo", "up")
        self.there("ip", "link", "set", self.end, "up")
        return self

    def there(self, *argv):
        """A command at the far end."""
        return sh("nsenter", "-t", self.far.pid, "-n", *argv)

    def __exit__(self, *_exc):
        self.far.kill()
        self.far.wait()
