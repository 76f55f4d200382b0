# SPDX-License-Identifier: BSD-2-Clause
"""carpd.service and carpmon.service under a real systemd: two machines that share an address.

The machines are copies of this one with the release installed, booted side by side (machine.py).
Their units run as they are shipped, with all that they forbid themselves.
"""
import contextlib
import json
import re
import time

import pytest

import machine
from machine import wait_for

CLIENT, ONE, TWO = "10.88.0.1/24", "10.88.0.11/24", "10.88.0.12/24"
VIP, VIP6, PASSWORD = "10.88.0.50", "fd88::50", "hush-hush"
CONFIG = "/etc/carp/carp.conf"
DROP_IN = "/etc/systemd/system/carpd.service.d/test.conf"


def config(advskew=0, secret="password = " + PASSWORD, more=""):
    return ('[vhid "lan"]\ninterface = eth0\nvhid = 1\naddresses = %s/24; %s/64\n%s\n'
            "advskew = %d\npreempt = true\n%s" % (VIP, VIP6, secret, advskew, more))


def give_config(host, text):
    host.write(CONFIG, text, 0o640, "carp")


def state(host):
    said = host.sh("carpctl show --format json", check=False)
    try:
        return json.loads(said)["vhids"][0]["state"]
    except ValueError:
        return None


def wait_state(host, wanted, timeout=10.0):
    wait_for("%s is %s" % (host.name, wanted), lambda: state(host) == wanted, timeout)


def takeovers(host):
    """How often it has become MASTER: one that is preferred may be back in a moment."""
    return host.journal("carpd").count("-> MASTER")


def holds(host):
    """Which of the two addresses are on it."""
    up = host.sh("ip -o address show")
    return [address for address in (VIP, VIP6) if " %s/" % address in up]


def answers(address):
    """Does the master answer this client?"""
    machine.sh("ip", "neigh", "flush", "dev", "lan")
    return " 0% packet loss" in machine.sh("ping", "-n", "-c", "1", "-W", "1", address, check=False)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """Two machines, booted, on which nothing was configured."""
    machine.make_lan(CLIENT)
    machine.sh("ip", "address", "add", "fd88::1/64", "dev", "lan", "nodad")
    places = [tmp_path_factory.mktemp(name) / name for name in ("one", "two")]
    with contextlib.ExitStack() as stack:
        made = [machine.Machine("one", places[0], ONE), machine.Machine("two", places[1], TWO)]
        try:
            yield [stack.enter_context(host) for host in made]
        finally:
            for host in made:
                host.close()


@pytest.fixture
def pair(hosts):
    """The two as MASTER and BACKUP, as they are shipped; stopped when the test ends."""
    one, two = hosts
    give_config(one, config())
    give_config(two, config(advskew=100))
    for host in hosts:
        host.sh("systemctl start carpd")
    wait_state(one, "MASTER")
    wait_state(two, "BACKUP")
    yield hosts
    for host in hosts:
        host.sh("rm -rf %s %s; systemctl daemon-reload; systemctl stop carpd carpmon;"
                "systemctl reset-failed" % (CONFIG, DROP_IN.rsplit("/", 1)[0]))


def test_not_configured(hosts):
    """Without carp.conf it does not start, and nothing has failed."""
    one = hosts[0]
    one.sh("systemctl start carpd")
    assert one.show("carpd", "ActiveState") == "inactive"
    assert one.show("carpd", "ConditionResult") == "no"
    assert "0 loaded units" in one.sh("systemctl --failed")
    assert one.sh("id -un carp; stat -c '%U:%G %a' /etc/carp").split() == ["carp", "root:carp", "750"]


def test_unreadable(hosts):
    """Who makes carp.conf root's alone is told what to do; it is not tried again and again."""
    one = hosts[0]
    one.write(CONFIG, config(), 0o600)
    one.sh("systemctl start carpd", check=False)
    said = one.journal("carpd", "-n", "5")
    assert re.search(r"carp\.conf: Permission denied: .*group carp.*0640", said), said
    give_config(one, config(more="nonsense = 1\n"))
    one.sh("systemctl start carpd", check=False)
    assert re.search(r"carp\.conf:8: .*nonsense", one.journal("carpd", "-n", "5"))
    time.sleep(2.5)     # RestartSec
    assert (one.show("carpd", "NRestarts"), one.show("carpd", "SubState")) == ("0", "failed")
    one.sh("rm %s; systemctl reset-failed carpd" % CONFIG)


def test_serves(pair):
    """Ready when systemctl returns; MASTER with both addresses, without the rights of root."""
    one, two = pair
    wait_for("%s answers" % VIP, lambda: answers(VIP) and answers(VIP6))
    assert (holds(one), holds(two)) == ([VIP, VIP6], [])
    status = one.sh("cat /proc/%s/status" % one.show("carpd", "MainPID"))
    carp = one.sh("id -u carp").strip()
    assert re.search(r"^Uid:(\s+%s){4}$" % carp, status, re.M)
    assert re.search(r"^CapEff:\s+0*3000$", status, re.M) and "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert one.show("carpd", "StatusText") == "1 vhid on 1 interface"
    line = json.loads(one.sh("journalctl --sync; journalctl -u carpd -o json CARP_VHID=1 -n 1"))
    assert "MASTER" in line["MESSAGE"] and line["_UID"] == carp
    assert PASSWORD not in one.sh("journalctl -o export") + one.sh("systemctl show carpd")


def test_hand_over(pair):
    """systemctl stop bows out: the peer has the address at once, nothing is left behind."""
    one, two = pair
    begun = time.monotonic()
    one.sh("systemctl stop carpd")
    wait_state(two, "MASTER", 2.0)
    assert time.monotonic() - begun < 2.0     # silence would take 3.4 s
    assert holds(one) == [] and holds(two) == [VIP, VIP6]
    assert "carp1-eth0" not in one.sh("ip link")
    assert one.show("carpd", "Result") == "success"
    one.sh("systemctl start carpd")
    wait_state(one, "MASTER")
    wait_state(two, "BACKUP")


def test_reload(pair):
    """systemctl reload says whether carp.conf was taken; one that is not disturbs nobody."""
    one, two = pair
    before = one.show("carpd", "MainPID")
    give_config(one, config(more="nonsense = 1\n"))
    assert "failed" in one.sh("systemctl reload carpd 2>&1", check=False)
    assert "nonsense" in one.journal("carpd", "-n", "8")
    assert (one.show("carpd", "ActiveState"), state(one)) == ("active", "MASTER")
    give_config(one, config(advskew=200))
    one.sh("systemctl reload carpd")
    wait_state(two, "MASTER")
    assert one.show("carpd", "MainPID") == before


def test_killed(pair):
    """After SIGKILL systemd starts it again, and it cleans up what the dead one held."""
    one, two = pair
    before = takeovers(two)
    one.sh("kill -KILL %s" % one.show("carpd", "MainPID"))
    wait_for("two takes over", lambda: takeovers(two) > before, 5.0)
    wait_for("it runs again", lambda: state(one) is not None)
    wait_for("one owner", lambda: len(holds(one)) + len(holds(two)) == 2)
    wait_state(one, "MASTER")     # it is preferred
    assert one.show("carpd", "NRestarts") == "1"


def test_watchdog(pair):
    """One that hangs is ended and started again."""
    one, two = pair
    one.write(DROP_IN, "[Service]\nWatchdogSec=2\nTimeoutAbortSec=2\n")
    one.sh("systemctl daemon-reload; systemctl restart carpd")
    wait_state(one, "MASTER")
    time.sleep(2.5)     # one that lives is left alone
    assert one.show("carpd", "NRestarts") == "0"
    hung, before = one.show("carpd", "MainPID"), takeovers(two)
    one.sh("kill -STOP %s" % hung)
    wait_for("two takes over", lambda: takeovers(two) > before, 6.0)
    wait_for("it is started again", lambda: one.show("carpd", "NRestarts") == "1", 10)
    wait_state(one, "MASTER")
    assert one.show("carpd", "MainPID") != hung


def test_credential(pair):
    """A password from the service manager: only systemd reads its file."""
    one, two = pair
    for host in pair:
        host.write("/etc/credstore/carp-lan", PASSWORD, 0o600)
        host.write(DROP_IN, "[Service]\nLoadCredential=lan:/etc/credstore/carp-lan\n")
    give_config(one, config(secret="credential = lan"))
    give_config(two, config(advskew=100, secret="credential = lan"))
    for host in pair:
        host.sh("systemctl daemon-reload; systemctl restart carpd")
    wait_state(one, "MASTER")
    wait_state(two, "BACKUP")
    time.sleep(1.5)
    assert state(two) == "BACKUP"     # it believes the other's digest


def test_monitor(pair):
    """carpmon.service sees the pair and its failover; its user may read carp.conf."""
    one, two = pair
    two.write("/etc/default/carpmon", "CARPMON_OPTIONS=-i * -c %s --state /var/lib/carpmon/state.json"
                                      " --evidence /var/lib/carpmon\n" % CONFIG)
    two.sh("systemctl start carpmon")
    wait_for("it sees the master", lambda: "MASTER" in two.journal("carpmon"))
    one.sh("systemctl stop carpd")
    wait_for("it sees the failover",
             lambda: "10.88.0.12 took over from 10.88.0.11" in two.journal("carpmon"))
    one.sh("systemctl start carpd")
    wait_for("and back", lambda: "10.88.0.11 took over from 10.88.0.12" in two.journal("carpmon"))
    line = json.loads(two.sh("journalctl --sync; journalctl -u carpmon -o json -n 1 CARP_VHID=1"))
    assert line["_UID"] == two.sh("id -u carp").strip()
    two.sh("systemctl reload carpmon")
    assert two.show("carpmon", "ActiveState") == "active"
    wait_for("its status", lambda: re.match(r"\d segments?, \d vhids?, [1-9]\d* adverts",
                                            two.show("carpmon", "StatusText")), 20)
    two.sh("systemctl stop carpmon")
    assert two.show("carpmon", "Result") == "success"
    assert two.sh("ls /var/lib/carpmon/state.json")
