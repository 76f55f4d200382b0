# SPDX-License-Identifier: BSD-2-Clause
"""The FreeBSD handbook's three hosts, from its rc.conf lines, on Linux (docs/carpd.md).

hosta and hostb each have an address of their own and are found by round-robin DNS; hostc waits
for either of them with advskew 100.
"""
import os
import subprocess
import time

import pytest

import netlab
from carpd import CLIENT as CARPCTL
from carpd import Carpd, missing
from probes import PingProbe

HOSTS = {"hosta": "192.168.1.3", "hostb": "192.168.1.4", "hostc": "192.168.1.5",
         "client": "192.168.1.9"}
VIP = {1: "192.168.1.50", 2: "192.168.1.51"}
RC_CONF = {
    "hosta": """\
hostname="hosta.example.org"
ifconfig_em0="inet 192.168.1.3 netmask 255.255.255.0"
ifconfig_em0_alias0="inet vhid 1 pass testpass alias 192.168.1.50/32"
""",
    "hostb": """\
hostname="hostb.example.org"
ifconfig_em0="inet 192.168.1.4 netmask 255.255.255.0"
ifconfig_em0_alias0="inet vhid 2 pass testpass alias 192.168.1.51/32"
""",
    "hostc": """\
hostname="hostc.example.org"
ifconfig_em0="inet 192.168.1.5 netmask 255.255.255.0"
ifconfig_em0_alias0="inet vhid 1 advskew 100 pass testpass alias 192.168.1.50/32"
ifconfig_em0_alias1="inet vhid 2 advskew 100 pass testpass alias 192.168.1.51/32"
"""}
SYSCTL_CONF = "net.inet.carp.preempt=1\n"
DEAD = 3 + 100 / 256
# What a busy machine adds, and the master's last advert may be an interval old.
SLACK = 0.4


class Imported(Carpd):
    """carpd with what carpctl makes of a host's rc.conf and sysctl.conf."""

    def write(self, *_groups, daemon=None):
        files = {"rc.conf": RC_CONF[self.host], "sysctl.conf": SYSCTL_CONF}
        paths = []
        for name, text in files.items():
            paths.append(os.path.join(self.base, name))
            with open(paths[-1], "w", encoding="ascii") as file:
                file.write(text)
        subprocess.run([CARPCTL, "import", *paths, "--map", "em0=eth0", "-o", self.config],
                       check=True, capture_output=True, timeout=20)

    def states(self):
        """vhid to state; nothing while it does not answer."""
        try:
            return {vhid["vhid"]: vhid["state"] for vhid in self.ask("show")["vhids"]}
        except OSError:
            return {}


def wait_states(hosts, wanted, timeout):
    """Wait until each (host, vhid) of wanted has its state."""
    def is_so():
        return all(hosts[name].states().get(vhid) == state
                   for (name, vhid), state in wanted.items())
    netlab.wait_for("states are %s" % wanted, is_so, timeout)


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_handbook(record_property):
    with netlab.Lab(HOSTS) as lab:
        hosts = {name: Imported(lab, name) for name in RC_CONF}
        wait_states(hosts, {("hosta", 1): "MASTER", ("hostb", 2): "MASTER",
                            ("hostc", 1): "BACKUP", ("hostc", 2): "BACKUP"}, 10)
        time.sleep(1.5)     # hostc has heard both
        probes = {vhid: PingProbe(lab, "client", VIP[vhid]) for vhid in VIP}
        time.sleep(0.5)

        killed = time.time()
        hosts["hosta"].kill()
        lab.isolate("hosta")
        wait_states(hosts, {("hostc", 1): "MASTER", ("hostc", 2): "BACKUP"}, 6)
        time.sleep(0.5)
        gap = probes[1].gap(killed, time.time())
        record_property("hosta died: 192.168.1.50 away for", "%.2f s" % gap)
        assert 1 < gap < DEAD + SLACK
        assert probes[2].gap(killed, time.time()) < SLACK

        # Asked to stop, it hands over at once.
        stopped = time.time()
        assert hosts["hostb"].stop() == 0
        wait_states(hosts, {("hostc", 1): "MASTER", ("hostc", 2): "MASTER"}, 3)
        time.sleep(0.5)
        gap = probes[2].gap(stopped, time.time())
        record_property("hostb stopped: 192.168.1.51 away for", "%.3f s" % gap)
        assert gap < SLACK

        # hostb comes back and, with preempt, takes its address again.
        returned = time.time()
        hosts["hostb"].start()
        wait_states(hosts, {("hostb", 2): "MASTER", ("hostc", 2): "BACKUP"}, 6)
        time.sleep(0.5)
        assert probes[2].gap(returned, time.time()) < SLACK
