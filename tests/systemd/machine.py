# SPDX-License-Identifier: BSD-2-Clause
"""Machines that run systemd: copies of this system in namespaces, with the release installed.

    with Machine("one", folder, address="10.88.0.11") as one:
        one.sh("systemctl start carpd")

Their eth0 hang on the bridge "lan" of the namespace that this runs in (tests/lab/own gives one).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RELEASE = pathlib.Path(os.environ.get("RELEASE") or SOURCE / "build" / "release")
BOOT = pathlib.Path(__file__).resolve().parent / "boot"
# What a copy of a machine does at its start besides, and what reaches further than itself.
MASKED = ("systemd-modules-load.service systemd-sysctl.service systemd-remount-fs.service"
          " systemd-random-seed.service systemd-udevd.service systemd-udev-trigger.service"
          " systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-update-utmp.service"
          " systemd-tmpfiles-setup-dev.service systemd-journal-flush.service"
          " kmod-static-nodes.service sys-kernel-debug.mount sys-kernel-tracing.mount"
          " sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount"
          " systemd-networkd.service systemd-resolved.service systemd-timesyncd.service").split()
TARGET = """[Unit]
Requires={0} network.service
After={0} network.service
AllowIsolate=yes
"""
# Its network is there before network.target, as ifupdown has it.
NETWORK = """[Unit]
DefaultDependencies=no
Before=network.target
Wants=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -euc 'until ip link show eth0; do sleep 0.02; done; \\
    ip address add %s dev eth0; ip link set eth0 up; ip link set lo up'
StandardOutput=null
StandardError=null
"""


class MachineError(RuntimeError):
    """A command failed, or something did not happen in time."""


def sh(*argv, check=True, text=None):
    done = subprocess.run(argv, input=text, text=True, timeout=300, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and done.returncode:
        raise MachineError("%s: exit %d\n%s" % (" ".join(argv), done.returncode, done.stdout))
    return done.stdout


def wait_for(what, predicate, timeout=10.0):
    end = time.monotonic() + timeout
    while not (value := predicate()):
        if time.monotonic() > end:
            raise MachineError("not within %.1f s: %s" % (timeout, what))
        time.sleep(0.05)
    return value


def make_lan(address):
    """The segment; this namespace is on it as a client, whose MAC stays when machines come and go."""
    sh("ip", "link", "set", "lo", "up")
    sh("ip", "link", "add", "lan", "address", "02:00:00:00:00:01", "type", "bridge",
       "mcast_snooping", "0")
    sh("ip", "link", "set", "lan", "up")
    sh("ip", "address", "add", address, "dev", "lan")


class Machine:
    """One that has booted. `base`: the system it is a copy of; `is_fresh`: nothing is installed;
    `target`: what a boot of it comes to."""

    def __init__(self, name, folder, address, base="/", is_fresh=False, target="basic.target"):
        self.name, self.folder, self.address, self.base = name, pathlib.Path(folder), address, base
        self.upper = self.folder / "upper"
        self.upper.mkdir(parents=True)
        self._prepare(target)
        self.is_fresh = is_fresh
        if not is_fresh:
            sh("cmake", "--install", str(RELEASE), "--prefix", str(self.upper / "usr/local"))
        self._boot()

    def _prepare(self, target):
        units = self.upper / "etc/systemd/system"
        units.mkdir(parents=True)
        (units / "machine.target").write_text(TARGET.format(target), encoding="ascii")
        (units / "network.service").write_text(NETWORK % self.address, encoding="ascii")
        for name in MASKED:
            (units / name).symlink_to("/dev/null")
        (self.upper / "etc/hostname").write_text(self.name + "\n", encoding="ascii")
        (self.upper / "etc/machine-id").write_text("", encoding="ascii")

    def _boot(self):
        self.init = None
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([BOOT, self.base, self.folder], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)

    def reboot(self):
        """Shut down in order, and boot again."""
        self.sh("systemctl poweroff", check=False)
        self.process.wait(60)
        self._end()
        wait_for("its eth0 is gone", lambda: "does not exist" in sh(
            "ip", "link", "show", self.name, check=False))
        self._boot()
        self._wait()

    def __enter__(self):
        try:
            self._wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc):
        self.close()

    def _wait(self):
        """Booted, with its eth0."""
        children = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)

        def first():
            if self.process.poll() is not None:
                self.log.seek(0)
                raise MachineError(self.log.read())
            with open(children, encoding="ascii") as f:
                self.init = (f.read().split() or [None])[0]
            try:
                return self.init and "systemd" in os.readlink("/proc/%s/exe" % self.init)
            except FileNotFoundError:   # it has just ended
                return False
        wait_for("systemd runs", first)
        self.attach()
        wait_for("machine.target", lambda: "active" == self.sh(
            "systemctl is-active machine.target", check=False).strip(), 30)
        if not self.is_fresh:   # what the packages do when they are installed
            self.sh("ldconfig; systemd-sysusers; systemd-tmpfiles --create carpkit.conf;"
                    "systemctl daemon-reload")

    def attach(self):
        """Give it an eth0; network.service gives it the address."""
        sh("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.init)
        sh("ip", "link", "set", self.name, "master", "lan", "up")

    def sh(self, script, check=True):
        """Run a script in it as root; its output. What fails says what the journal says."""
        try:
            return self._run(script, check)
        except MachineError as error:
            raise MachineError("%s\n%s:\n%s" % (error, self.name, self._run(
                "journalctl --sync; journalctl -n 30 -o short-precise", False))) from error

    def _run(self, script, check):
        return sh("nsenter", "-t", self.init, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w",
                  "/usr/bin/env", "-i", "LC_ALL=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=",
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  "sh", "-euc", script, check=check)

    def write(self, path, text, mode=0o644, group=None):
        self.sh("mkdir -p '%s'" % os.path.dirname(path))
        sh("nsenter", "-t", self.init, "-m", "-r", "-w", "sh", "-c", "cat >'%s'" % path, text=text)
        self.sh("chmod %o '%s'" % (mode, path) + ("; chgrp %s '%s'" % (group, path) if group else ""))

    def journal(self, unit, *more):
        return self.sh("journalctl --sync; journalctl -u %s -o cat %s" % (unit, " ".join(more)))

    def show(self, unit, name):
        return self.sh("systemctl show -P %s %s" % (name, unit)).strip()

    def close(self):
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        self._remove_cgroups()

    def _remove_cgroups(self):
        path = self.folder / "cgroup"
        if not path.exists():
            return
        for root in path.read_text(encoding="ascii").split():
            for folder, _dirs, _files in os.walk(root, topdown=False):
                for _ in range(100):    # until the last of its processes is gone
                    try:
                        os.rmdir(folder)
                        break
                    except OSError:
                        time.sleep(0.02)


def main():
    """Can a machine be booted here? Exit status 77, and the reason, if not."""
    if not (RELEASE / "bin" / "carpd").exists():
        print("skipped: %s has no carpd: build the release first" % RELEASE)
        return 77
    make_lan("10.88.0.1/24")
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Machine("probe", folder + "/probe", "10.88.0.9/24", is_fresh=True):
                return 0
        except MachineError as error:
            print("skipped: %s" % error)
            return 77


if __name__ == "__main__":
    sys.exit(main())
