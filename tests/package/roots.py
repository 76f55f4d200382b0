# SPDX-License-Identifier: BSD-2-Clause
"""Fresh Debian systems to install in: made once by debootstrap, entered as copies."""
import glob
import os
import pathlib
import re
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ENTER = pathlib.Path(__file__).resolve().parent / "enter"
# Where the systems and downloaded packages are kept.
KEPT = pathlib.Path(os.environ.get("CARP_ROOTS", SOURCE / "build" / "roots"))
DEFAULT_MIRROR = "http://deb.debian.org/debian"
# What of our packages is left in a system. What is of another one, as Perl's Carp.pm, is not ours.
LEFT = """
find / -xdev \\( -path /src -o -path /srv -o -path /proc -o -path /sys -o -path /var/cache/apt \\
    -o -path /tmp \\) -prune -o \\( -iname '*carp*' -o -user carp -o -group carp \\) -print |
    while read -r path; do dpkg -S "$path" >/dev/null 2>&1 || echo "$path"; done
grep -rl carp /etc --exclude=passwd* --exclude=group* --exclude=shadow* --exclude=gshadow* || true
"""


def missing():
    """Why no system can be made here, or None."""
    if os.geteuid() != 0:
        return "only root can make a system to install in"
    if not shutil.which("debootstrap"):
        return "debootstrap is not installed: script/bootstrap --release"
    return None


def mirror():
    """Debian's mirror as this machine uses it."""
    for path in ["/etc/apt/sources.list"] + sorted(glob.glob("/etc/apt/sources.list.d/*")):
        if os.path.isfile(path):
            text = pathlib.Path(path).read_text(encoding="utf-8")
            found = re.search(r"^(?:URIs: *|deb .*?)(http\S*/debian)/?(?:\s|$)", text, re.M)
            if found:
                return found[1]
    return DEFAULT_MIRROR


def base(suite):
    """A minimal system of a suite, made when it is not there."""
    path = KEPT / suite
    if not path.exists():
        part = KEPT / (suite + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with open(KEPT / (suite + ".log"), "w", encoding="utf-8") as log:
            subprocess.run(["debootstrap", "--variant=minbase", suite, part, mirror()],
                           stdout=log, stderr=subprocess.STDOUT, check=True)
        part.rename(path)
    return path


class Root:
    """A copy of a base. What happens in it stays below `changes`."""

    def __init__(self, suite, changes):
        self.suite, self.base, self.changes = suite, base(suite), pathlib.Path(changes)
        self.cache = KEPT / (suite + "-archives")
        (self.cache / "partial").mkdir(parents=True, exist_ok=True)
        self.changes.mkdir(parents=True, exist_ok=True)

    def path(self, inside):
        """Where a file is that was made in it."""
        return self.changes / "upper" / str(inside).lstrip("/")

    def run(self, *command, input=None, timeout=900, check=True):
        """Run a command; its output and errors as one text."""
        done = subprocess.run(
            [ENTER, self.base, self.changes, *command], input=input, timeout=timeout, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            env={**os.environ, "CARP_APT_CACHE": str(self.cache)})
        assert not check or done.returncode == 0, "%s: exit %d\n%s" % (
            command, done.returncode, done.stdout[-6000:])
        return done.stdout

    def sh(self, script, **more):
        """Run a script of the shell that stops at the first failure; "no COMMAND" is one that has to
        fail, for the shell goes on after "! COMMAND" whatever comes of it."""
        no = 'no() { if "$@"; then echo "unexpected: $*"; exit 1; fi; }\n'
        return self.run("sh", "-euc", no + script, **more)

    def give_source(self, where="/src"):
        """The source, as a user gets it; the directory that it is in."""
        made = subprocess.run([SOURCE / "script" / "tarball", self.changes], check=True,
                              capture_output=True, text=True).stdout.strip()
        inside = self.path(where)
        inside.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-xf", made, "-C", inside], check=True)
        os.unlink(made)
        return where + "/" + os.path.basename(made)[:-len(".tar.xz")]

    def remove(self):
        shutil.rmtree(self.changes, ignore_errors=True)
