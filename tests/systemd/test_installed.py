# SPDX-License-Identifier: BSD-2-Clause
"""The Debian packages where systemd runs: installed, configured as docs/quickstart.md says, rebooted,
upgraded, removed and purged, on two fresh machines that share an address.

tests/package/test_packages.py makes the packages and the system, CARP_BASE, and runs this. In /srv of
that system are the packages, 1 and a higher version 2, and in archives what they need.
"""
import contextlib
import json
import os
import re
import sys
import time

import pytest

import machine
from machine import SOURCE, wait_for

sys.path.append(str(SOURCE / "tests" / "package"))
import roots        # noqa: E402
import session      # noqa: E402

pytestmark = pytest.mark.skipif("CARP_BASE" not in os.environ, reason="no system: no CARP_BASE")

CLIENT, ONE, TWO = "192.168.1.1/24", "192.168.1.2/24", "192.168.1.3/24"
VIP, CONFIG = "192.168.1.50", "/etc/carp/carp.conf"
APT = ("DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Cache::archives=/srv/archives"
       " -o DPkg::Lock::Timeout=60 -y --no-install-recommends %s </dev/null 2>&1")
VERSION = "dpkg-query -W -f '${Version}' carpd"
# What the kernel's settings of the interface are; those of a MASTER differ.
SETTINGS = "grep -r . /proc/sys/net/ipv4/conf/eth0 /proc/sys/net/ipv6/conf/eth0 | sort"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """Two machines as Debian's installer leaves them, booted."""
    machine.make_lan(CLIENT)
    places = [tmp_path_factory.mktemp(name) / name for name in ("one", "two")]
    with contextlib.ExitStack() as stack:
        made = [machine.Machine(name, place, address, base=os.environ["CARP_BASE"], is_fresh=True,
                                target="multi-user.target")
                for name, place, address in (("one", places[0], ONE), ("two", places[1], TWO))]
        try:
            yield [stack.enter_context(host) for host in made]
        finally:
            for host in made:
                host.close()


def apt(host, words):
    """What apt does says nothing wrong."""
    said = host.sh(APT % words)
    assert not re.search(r"^(E|W|dpkg|Failed|Job for|Error|Warning)\b", said, re.M | re.I), said
    return said


def running(host):
    """Processes of the packages."""
    return host.sh("cat /proc/[0-9]*/comm | grep '^carp' || true").split()


def units(host):
    return [host.show(unit, what) for unit in ("carpd", "carpmon")
            for what in ("ActiveState", "UnitFileState")]


def is_well(host):
    """Everything that systemd has started runs, and the journal has nothing to say about carp."""
    assert host.sh("systemctl is-system-running --wait", check=False).strip() == "running", \
        host.sh("systemctl --failed")
    said = host.sh("journalctl --sync; journalctl -b -p warning -o cat", check=False)
    said = re.sub(r".*(LATE|MISSED)_ADVERTS.*\n", "", said)     # that is this machine's load
    assert not re.search(r"carp|vhid|1@eth0", said), said


def state(host):
    said = host.sh("carpctl show --format json", check=False)
    try:
        return json.loads(said)["vhids"][0]["state"]
    except ValueError:
        return None


def wait_state(host, wanted, timeout=15.0):
    wait_for("%s is %s" % (host.name, wanted), lambda: state(host) == wanted, timeout)


def has_address(host):
    return " %s/" % VIP in host.sh("ip -o address show")


def serves(master, backup):
    """One has the address and answers, the other has not."""
    wait_state(master, "MASTER")
    wait_state(backup, "BACKUP")
    assert has_address(master) and not has_address(backup)
    machine.sh("ip", "neigh", "flush", "dev", "lan")
    wait_for("%s answers" % VIP, lambda: " 0% packet loss" in machine.sh(
        "ping", "-n", "-c", "1", "-W", "1", VIP, check=False), 5.0)


def changes(host):
    """(when, from, to) of each change of state since it has booted."""
    lines = host.sh("journalctl --sync; journalctl -b -u carpd -o json CARP_VHID=1").splitlines()
    entries = [json.loads(line) for line in lines]
    found = [(int(entry["__REALTIME_TIMESTAMP"]) / 1e6,
              re.search(r"(\w+) -> (\w+)", entry["MESSAGE"])) for entry in entries]
    return [(when, *change.groups()) for when, change in found if change]


def counter(host):
    """What carpd keeps of its own counter: where it began, how far it may have come."""
    line, = re.findall(r"^counter 1@eth0 (\w+) (\w+)$", host.sh("cat /var/lib/carp/counters.state"), re.M)
    return [int(number, 16) for number in line]


def take_over(host):
    """When it became MASTER last, and how often."""
    times = [when for when, _, to in changes(host) if to == "MASTER"]
    return times[-1] if times else None, len(times)


def test_nothing_runs(hosts):
    """Installed and not configured, nothing of it runs and nothing has failed."""
    for host in hosts:
        is_well(host)
        apt(host, "install /srv/1/*.deb")
        assert running(host) == []
        assert units(host) == ["inactive", "enabled", "inactive", "disabled"]
        is_well(host)
    one = hosts[0]
    one.reboot()
    assert running(one) == []
    is_well(one)


def test_configured(hosts):
    """The one file, as the document has it, and what README.Debian says: it serves."""
    one, two = hosts
    text = (SOURCE / "docs" / "quickstart.md").read_text(encoding="utf-8")
    config, = [more for kind, what, more in session.steps(text) if (kind, what) == ("write", CONFIG)]
    for host, advskew in ((one, 0), (two, 100)):
        host.settings = host.sh(SETTINGS)
        host.write(CONFIG, config.replace("advskew = 0", "advskew = %d" % advskew))
        said = host.sh("chown root:carp {0}; chmod 640 {0}; carpd --check".format(CONFIG))
        assert said == CONFIG + ": 1 vhid to run, good\n"
        host.sh("systemctl start carpd")
    serves(one, two)
    two.sh("systemctl enable --now carpmon")
    wait_for("carpmon sees the master", lambda: "192.168.1.2 is MASTER" in two.journal("carpmon"))
    assert running(one) == ["carpd"] and sorted(running(two)) == ["carpd", "carpmon"]
    for host in hosts:
        is_well(host)


def test_reboot(hosts):
    """Who goes down hands over; who is back serves again, asked by nobody."""
    one, two = hosts
    _, before = take_over(two)
    one.reboot()
    _, after = take_over(two)
    assert after > before and "(master will time out)" in two.journal("carpd")    # it bowed out
    serves(one, two)
    two.reboot()
    serves(one, two)
    assert sorted(running(two)) == ["carpd", "carpmon"]
    for host in hosts:
        is_well(host)


def test_late(hosts):
    """An interface that comes long after the boot: it is tried until it is there."""
    one, two = hosts
    one.sh("systemctl stop carpd; ip link delete eth0; systemctl start carpd", check=False)
    time.sleep(15)      # longer than five starts, where systemd's own patience ends
    one.attach()
    one.sh("systemctl restart network")
    serves(one, two)
    assert "eth0: no such interface" in one.journal("carpd")
    one.sh("journalctl --rotate --vacuum-time=1us 2>&1")    # it is said, and no fault


def test_upgrade(hosts):
    """A higher version while it is MASTER: started again with a bow-out, what it keeps is kept."""
    one, two = hosts
    _, before = take_over(two)
    kept = counter(one)
    pid, version = one.show("carpd", "MainPID"), one.sh(VERSION)
    apt(one, "install /srv/2/*.deb")
    one.sh("dpkg --compare-versions %s gt %s" % (one.sh(VERSION), version))
    assert one.show("carpd", "MainPID") != pid and one.show("carpd", "Result") == "success"
    serves(one, two)
    when, after = take_over(two)
    left = [at for at, was, _ in changes(one) if was == "MASTER"][-1]
    assert after > before and when - left < 1.0     # silence would take 3.4 s
    assert counter(one)[0] == kept[0] and counter(one)[1] > kept[1]
    pid = two.show("carpmon", "MainPID")
    apt(two, "install /srv/2/*.deb")
    serves(one, two)
    assert two.show("carpmon", "ActiveState") == "active"
    assert two.show("carpmon", "MainPID") != pid
    assert units(one) == ["active", "enabled", "inactive", "disabled"]
    for host in hosts:
        is_well(host)


def test_upgrade_of_unusable(hosts):
    """A carp.conf that cannot be used any more: the MASTER runs on as it is, until it is mended."""
    one, two = hosts
    good = one.sh("cat " + CONFIG)
    one.sh("sed -i s/^vhid/vhids/ " + CONFIG)
    pid = one.show("carpd", "MainPID")
    said = apt(one, "install --reinstall /srv/2/carpd_*.deb")
    assert "the old program runs on" in said and one.show("carpd", "MainPID") == pid
    serves(one, two)
    one.write(CONFIG, good, 0o640, "carp")
    said = apt(one, "install --reinstall /srv/2/carpd_*.deb")
    assert "runs on" not in said and one.show("carpd", "MainPID") != pid
    serves(one, two)
    is_well(one)


def test_remove(hosts):
    """Removed it hands over and is gone; installed again it serves, for the file is still there."""
    one, two = hosts
    apt(one, "remove carpd carpmon")
    wait_state(two, "MASTER", 2.0)
    assert running(one) == [] and not has_address(one) and "carp1-eth0" not in one.sh("ip link")
    assert one.sh(SETTINGS) == one.settings
    assert one.sh("ls " + CONFIG).strip() == CONFIG
    is_well(one)
    apt(one, "install /srv/2/*.deb")
    serves(one, two)
    assert units(one) == ["active", "enabled", "inactive", "disabled"]
    is_well(one)


def test_purge(hosts):
    """Purged while it runs: stopped, handed over, and nothing is left but the account."""
    one, two = hosts
    names = "carpd carpmon carpkit-common libcarp0"
    for host in hosts:
        apt(host, "purge " + names)
        assert running(host) == [] and not has_address(host)
        assert host.sh(SETTINGS) == host.settings
        assert host.sh(roots.LEFT) == ""
        is_well(host)
