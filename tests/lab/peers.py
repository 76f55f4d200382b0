# SPDX-License-Identifier: BSD-2-Clause
"""Programs to put into a lab: the ucarp and keepalived daemons, and a recorder (tcpdump).

All of them are started by netlab.Lab.spawn(), so that they end with the lab, and are signalled by
their own pid.  Each keeps what the program prints; events() returns it as (epoch seconds, text).
"""
import datetime
import os
import re
import shutil
import signal
import time

import netlab

_UP = '#!/bin/sh\nexec ip addr replace "$2/32" dev "$1"\n'
_DOWN = '#!/bin/sh\nexec ip addr del "$2/32" dev "$1"\n'


class Peer:
    """What the daemons have in common: a host, a process, a log."""

    program = None

    def __init__(self, lab, host):
        self.lab = lab
        self.host = host
        self.process = None

    @classmethod
    def missing(cls):
        """None if the program is installed, else the reason (for pytest.skip)."""
        return None if shutil.which(cls.program) else "%s is not installed" % cls.program

    @property
    def pid(self):
        return self.process.pid

    def output(self):
        """Everything printed so far."""
        with open(self.process.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM, timeout=5.0):
        """Ask it to end, return its exit status."""
        return netlab.stop_process(self.process, number, timeout)

    def kill(self):
        """SIGKILL: no script runs, virtual addresses stay where they are."""
        return self.stop(signal.SIGKILL)

    def wait_output(self, pattern, timeout=10.0):
        """Wait until the output matches a regular expression."""
        return netlab.wait_for("%s on %s prints %s" % (self.program, self.host, pattern),
                               lambda: re.search(pattern, self.output()), timeout)


class Ucarp(Peer):
    """ucarp with scripts that add and remove the virtual address as a /32 on eth0."""

    program = "ucarp"

    def __init__(self, lab, host, vhid, password, vip, advbase=1, advskew=0, preempt=False,
                 options=()):
        super().__init__(lab, host)
        self.vip = vip
        passfile = os.path.join(lab.dir, "%s-%d.pass" % (host, vhid))
        with open(passfile, "w", encoding="utf-8", newline="") as f:
            f.write(password + "\n")
        argv = ["ucarp", "-i", lab.hosts[host].interface, "-s", lab.hosts[host].address,
                "-v", str(vhid), "-o", passfile, "-a", vip, "-b", str(advbase),
                "-k", str(advskew), "-u", _script(lab, "up", _UP), "-d", _script(lab, "down", _DOWN),
                "-z", "-n", "-f", "none", *options]
        self.process = lab.spawn(host, *argv, *(["-P"] if preempt else []))

    def state(self):
        """The state it last announced: INIT, BACKUP or MASTER."""
        found = re.findall(r"Switching to state: (\w+)", self.output())
        return found[-1] if found else "INIT"

    def wait_state(self, state, timeout=10.0):
        """Wait until it announces a state."""
        netlab.wait_for("ucarp on %s is %s" % (self.host, state),
                        lambda: self.state() == state, timeout)

    def crash(self):
        """As if the host died: SIGKILL, and nobody holds the virtual address any more."""
        self.kill()
        self.lab.del_address(self.host, self.vip + "/32")

    def events(self):
        """Its messages with their times (it stamps local time with microseconds)."""
        found = []
        for line in self.output().splitlines():
            stamp, sep, text = line.partition(": ")
            if sep and re.fullmatch(r"[-\d]{10}T[:.\d]+", stamp):
                when = datetime.datetime.fromisoformat(stamp).timestamp()
                found.append((when, "ucarp: " + text.replace(self.lab.dir + "/", "")))
        return found


class Keepalived(Peer):
    """keepalived running one VRRP instance.

    version: 2 or 3; interval in seconds (a fraction with version 3); vmac: advertise and answer
    from the virtual MAC 00:00:5e:00:01:VRID (a macvlan) instead of the interface's own.
    """

    program = "keepalived"

    def __init__(self, lab, host, vrid, vips, priority=100, version=2, interval=1, vmac=False):
        super().__init__(lab, host)
        base = os.path.join(lab.dir, "%s-keepalived-%d" % (host, vrid))
        with open(base + ".conf", "w", encoding="ascii") as f:
            f.write(self._config(vrid, vips, priority, version, interval, vmac))
        self.process = lab.spawn(
            host, "keepalived", "--vrrp", "--dont-fork", "--log-console", "--log-detail",
            "-f", base + ".conf", "-p", base + ".pid", "-r", base + "-vrrp.pid")

    def _config(self, vrid, vips, priority, version, interval, vmac):
        lines = ["global_defs {", "  router_id %s" % self.host, "  vrrp_version %d" % version, "}",
                 "vrrp_instance lab {", "  state BACKUP",
                 "  interface %s" % self.lab.hosts[self.host].interface,
                 "  virtual_router_id %d" % vrid, "  priority %d" % priority,
                 "  advert_int %g" % interval]
        if vmac:
            lines.append("  use_vmac vrrp.%d" % vrid)
        lines += ["  virtual_ipaddress {", *("    %s/32" % vip for vip in vips), "  }", "}"]
        return "\n".join(lines) + "\n"

    def state(self):
        """The VRRP state it last announced."""
        found = re.findall(r"Entering (\w+) STATE", self.output())
        return found[-1] if found else "INIT"

    def wait_state(self, state, timeout=10.0):
        """Wait until it announces a state."""
        netlab.wait_for("keepalived on %s is %s" % (self.host, state),
                        lambda: self.state() == state, timeout)

    def events(self):
        """Its state changes and complaints (it stamps whole seconds)."""
        found = []
        for line in self.output().splitlines():
            match = re.match(r"(\w{3} \w{3} +\d+ [:\d]{8} \d{4}): (.*)", line)
            if match and re.search(r"STATE|invalid|too short|[Mm]ismatch|bogus", match[2]):
                when = time.mktime(time.strptime(match[1], "%a %b %d %H:%M:%S %Y"))
                found.append((when, "keepalived: " + match[2]))
        return found


def tcpdump_works():
    """Not in an unprivileged user namespace, where it cannot change its groups."""
    with open("/proc/self/setgroups", encoding="ascii") as f:
        return f.read().strip() == "allow"


class Recorder(Peer):
    """tcpdump (where it cannot run: dumpcap) on a host's eth0, writing to a file; ready when the
    constructor returns."""

    program = "tcpdump"

    def __init__(self, lab, host, path, filter_=""):
        super().__init__(lab, host)
        self.path = path
        interface = lab.hosts[host].interface
        if tcpdump_works():
            argv = ["tcpdump", "-n", "-i", interface, "-s", "0", "-U", "--immediate-mode",
                    "-Z", "root", "-w", path, *filter_.split()]
        else:
            argv = ["dumpcap", "-q", "-P", "-i", interface, "-w", path,
                    *(["-f", filter_] if filter_ else [])]
        self.process = lab.spawn(host, *argv)
        self.wait_output(r"listening on|File: ")

    def stop(self, number=signal.SIGINT, timeout=5.0):
        """Let frames still on their way arrive, then end the recording."""
        time.sleep(0.3)
        return super().stop(number, timeout)


def _script(lab, name, text):
    path = os.path.join(lab.dir, name)
    if not os.path.exists(path):
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        os.chmod(path, 0o755)
    return path
