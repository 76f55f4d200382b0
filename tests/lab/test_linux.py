# SPDX-License-Identifier: BSD-2-Clause
"""Where a vhid's addresses live: carpd's vif and kernel modules against a real kernel."""
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import linuxctl
import netlab
import peers
from linuxctl import Linuxctl, now

VIP, VIP6 = "10.79.0.50", "fd79::50"
BOTH = "%s/24,%s/64" % (VIP, VIP6)
VMAC = "00:00:5e:00:01:07"
SETTINGS = ("arp_ignore", "arp_announce", "promote_secondaries")
AT_ONCE = 0.3       # what another took away is back by then; mostly in 5 ms


@pytest.fixture(scope="module")
def lab():
    """a: the host under test; b: a client; with IPv6."""
    if linuxctl.missing():
        pytest.skip(linuxctl.missing())
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12"}, ipv6=True) as built:
        yield built


@pytest.fixture(name="state")
def state_dir(tmp_path):
    """A state directory."""
    return str(tmp_path)


def addresses(lab, host="a"):
    """{interface: {address/len}} of a host, IPv4 and IPv6."""
    found = {}
    for line in lab.run(host, "ip", "-o", "addr", "show").splitlines():
        words = line.split()
        found.setdefault(words[1], set()).add(words[3])
    return found


def links(lab, host="a"):
    """{name: line} of a host's interfaces."""
    lines = lab.run(host, "ip", "-o", "-d", "link", "show").splitlines()
    return {re.match(r"\d+: ([^:@]+)", line)[1]: line for line in lines}


def settings(lab, name="eth0"):
    """The settings that carpd touches."""
    return {key: lab.run("a", "cat", "/proc/sys/net/ipv4/conf/%s/%s" % (name, key)).strip()
            for key in SETTINGS}


def answers(lab, address, wait=0.4):
    """The MAC that answers for an address, asked anew; None: nobody."""
    family = "-6" if ":" in address else "-4"
    lab.run("b", "ip", family, "neigh", "flush", "dev", "eth0", check=False)
    done = subprocess.run(lab.argv("b", "ping", family, "-c1", "-n", "-w1", "-W%g" % wait, address),
                          capture_output=True, check=False, timeout=5)
    if done.returncode:
        return None
    line = lab.run("b", "ip", family, "neigh", "show", address, "dev", "eth0")
    return re.search(r"lladdr (\S+)", line)[1]


def test_answers_from_the_virtual_mac_while_held(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        tape = peers.Recorder(lab, "b", os.path.join(state, "tape.pcap"), "ether src " + VMAC)
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        assert "state DOWN" in links(lab)["carp7-eth0"]
        assert answers(lab, VIP) is None and answers(lab, VIP6) is None
        ctl.do("acquire x")
        assert answers(lab, VIP6) == VMAC, "IPv6 without duplicate address detection"
        assert answers(lab, VIP) == VMAC
        ctl.do("release x")
        released = time.time()
        assert answers(lab, VIP) is None and answers(lab, VIP6) is None
        time.sleep(1.0)     # a group report of the kernel would come late
        tape.stop()
    seen = lab.run("b", "tcpdump", "-ttn", "-r", tape.path).splitlines()
    assert seen, "nothing was recorded"
    late = [line for line in seen if float(line.split()[0]) > released]
    assert late == [], "frames from the virtual MAC after the release"


def test_parent_never_answers_for_the_macvlan(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        ctl.do("acquire x")
        macs = set()
        for _ in range(3):
            text = lab.run("b", "python3", "-c", ARPING % VIP)
            macs |= set(text.split())
        assert macs == {VMAC}
        assert answers(lab, "10.79.0.11") == lab.hosts["a"].mac, "the real address, the real MAC"
        # What the parent asks with must not teach others the real MAC.
        lab.run("a", "ip", "neigh", "flush", "dev", "eth0")
        lab.run("a", "ping", "-c1", "-W1", "-I", VIP, "10.79.0.12", check=False)
        known = lab.run("b", "ip", "neigh", "show", VIP)
        assert lab.hosts["a"].mac not in known


ARPING = r'''
import socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
s.bind(("eth0", 0x0806))
mac = s.getsockname()[4]
vip = socket.inet_aton("%s")
ask = b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1)
s.send(ask + mac + socket.inet_aton("10.79.0.12") + bytes(6) + vip)
s.settimeout(0.3)
try:
    while True:
        f = s.recv(100)
        if f[20:22] == b"\x00\x02" and f[28:32] == vip:
            print(":".join("%%02x" %% b for b in f[22:28]))
except OSError:
    pass
'''


@pytest.mark.parametrize("undo, wanted", [
    (("addr", "del", VIP + "/24", "dev", "carp7-eth0"), "missing"),
    (("addr", "del", VIP6 + "/64", "dev", "carp7-eth0"), "missing"),
    (("addr", "flush", "dev", "carp7-eth0"), "missing"),
    (("link", "set", "carp7-eth0", "down"), "set down"),
    (("link", "set", "carp7-eth0", "address", "02:00:00:00:00:77"), "made anew"),
    (("link", "del", "carp7-eth0"), "made anew"),
])
def test_puts_back_what_others_take(lab, state, record_property, undo, wanted):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        ctl.do("acquire x")
        time.sleep(0.05)
        before = now()
        lab.run("a", "ip", *undo)
        when, text = ctl.wait_event("repaired", since=before)
        assert wanted in text
        assert when - before < AT_ONCE
        record_property("put back", "ip %s: %.1f ms with the command" % (" ".join(undo[:2]),
                                                                     (when - before) * 1e3))
        netlab.wait_for("both are there: %s" % ctl.lines, lambda: addresses(lab).get("carp7-eth0") == {
            VIP + "/24", VIP6 + "/64"}, timeout=1)
        assert not ctl.events("lost")
        assert answers(lab, VIP) == VMAC


def test_stray_address_while_released_is_removed(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        lab.run("a", "ip", "link", "set", "carp7-eth0", "up")
        ctl.wait_event("set up")
        lab.run("a", "ip", "addr", "add", VIP + "/24", "dev", "carp7-eth0")
        ctl.wait_event("put up")
        netlab.wait_for("it is down", lambda: "state DOWN" in links(lab)["carp7-eth0"], 1)
        assert "carp7-eth0" not in addresses(lab)


@pytest.mark.parametrize("undo", [("addr", "flush", "dev"), ("link", "del")])
def test_fight_is_given_up_and_told(lab, state, undo):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan %s/24" % VIP)
        ctl.do("acquire x")
        for _ in range(40):
            lab.run("a", "ip", *undo, "carp7-eth0", check=False)
            time.sleep(0.05 if "del" in undo else 0.02)
            if ctl.events("lost"):
                break
        _, text = ctl.wait_event("lost")
        assert "left alone" in text and len(ctl.events("repaired")) == 20
        assert ctl.ask("acquire x").startswith("error system")
        assert "carp7-eth0" not in addresses(lab)


def test_interface_vanishes_and_returns(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        ctl.do("acquire x")
        ctl.do("port eth0 7")
        lab.detach("a")
        ctl.wait_event("vif x lost.*gone")
        ctl.wait_event("port closed.*gone")
        assert ctl.ask("acquire x").startswith("error interface")
        assert ctl.ask("advert 7 10.79.0.11 vmac").startswith("error interface")
        lab.attach("a")
        ctl.wait_event("vif x ready")
        ctl.wait_event("port opened")
        ctl.do("acquire x")
        ctl.do("advert 7 10.79.0.11 vmac")
        assert answers(lab, VIP) == VMAC
        assert not ctl.events("repaired")


def test_interface_that_comes_later(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        assert "error interface late0: no such interface" in ctl.ask(
            "vif y 8 late0 macvlan 10.79.9.1/24")
        ctl.do("absent y 8 late0 macvlan 10.79.9.1/24")
        assert ctl.ask("acquire y").startswith("error interface")
        lab.run("a", "ip", "link", "add", "late0", "type", "veth", "peer", "name", "late1")
        ctl.wait_event("vif y ready")
        lab.run("a", "ip", "link", "set", "late0", "up")
        ctl.do("acquire y")
        assert addresses(lab)["carp8-late0"] == {"10.79.9.1/24"}
        lab.run("a", "ip", "link", "set", "late0", "down")
        lab.run("a", "ip", "link", "set", "late0", "name", "soon0")
        ctl.do("check y")
        assert not ctl.events("lost"), "a renamed interface is the same one"
        lab.run("a", "ip", "link", "del", "soon0")
        ctl.wait_event("vif y lost")


def test_comes_back_before_it_has_gone(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        for _ in range(3):
            ctl.do("vif x 7 eth0 macvlan " + BOTH)      # never up: its mark was not told
            ctl.do("free x")
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        ctl.do("acquire x")
        time.sleep(0.3)
        assert answers(lab, VIP) == VMAC


@pytest.mark.parametrize("kind", ["macvlan", "parent"])
def test_killed_carpd_leaves_nothing_up(lab, state, kind):
    before = settings(lab)
    ctl = Linuxctl(lab, "a", state)
    ctl.do("vif x 7 eth0 %s %s" % (kind, BOTH))
    ctl.do("acquire x")
    ctl.kill()
    ctl.close()
    assert VIP in str(addresses(lab)), "a SIGKILL leaves it"
    assert settings(lab) != before
    with Linuxctl(lab, "a", state) as ctl:
        assert VIP not in str(addresses(lab)) and VIP6 not in str(addresses(lab))
        ctl.do("vif x 7 eth0 %s %s" % (kind, BOTH))     # adopted, not "already there"
        ctl.do("acquire x")
        ctl.kill()
    with Linuxctl(lab, "a", state) as ctl:              # the vhid is configured no more
        ctl.do("settle")
        assert settings(lab) == before
        assert "carp7-eth0" not in links(lab)
    assert os.listdir(state) == []


def test_two_daemons_do_not_take_each_others(lab, state):
    other = os.path.join(state, "other")
    os.mkdir(other)
    carpd = os.path.join(state, "carpd-like")
    os.symlink(linuxctl.PROGRAM, carpd)
    # The mark is trusted while its maker lives; a maker is known by its name.
    with Linuxctl(lab, "a", other, prefix=("bash", "-c", 'exec "%s" "$@"' % carpd)) as first:
        first.do("vif x 7 eth0 macvlan %s/24" % VIP)
        first.do("acquire x")
        with Linuxctl(lab, "a", state) as second:
            second.do("settle")
            assert VIP in str(addresses(lab))
            text = second.ask("vif z 7 eth0 macvlan 10.79.0.60/24")
            assert "run by another carpd" in text


def test_a_hidden_daemon_is_alive(lab, state):
    other = os.path.join(state, "other")
    os.mkdir(other)
    carpd = os.path.join(state, "carpd-like")
    os.symlink(linuxctl.PROGRAM, carpd)
    # As with ProtectProc=invisible in a unit: another's process is not in /proc.
    hidden = ("unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /proc/%d && "
              'exec "$0" "$@"')
    with Linuxctl(lab, "a", other, prefix=("bash", "-c", 'exec "%s" "$@"' % carpd)) as first:
        first.do("vif x 7 eth0 macvlan %s/24" % VIP)
        first.do("acquire x")
        pid = int(re.search(r"alias carpd (\d+):", links(lab)["carp7-eth0"])[1])
        prefix = hidden[:-1] + (hidden[-1] % pid,)
        with Linuxctl(lab, "a", state, prefix=prefix) as second:
            second.do("settle")
        time.sleep(0.3)
        assert VIP in str(addresses(lab)) and not first.events("repaired|lost")


def test_settings_are_restored(lab, state):
    before = settings(lab)
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan %s/24" % VIP)
        ctl.do("vif y 8 eth0 macvlan 10.79.0.51/24")
        ctl.do("vif z 9 eth0 parent 10.79.0.52/24")
        assert settings(lab) == {"arp_ignore": "1", "arp_announce": "2",
                                 "promote_secondaries": "1"}
        ctl.do("free x")
        assert settings(lab)["arp_ignore"] == "1", "another vhid needs it"
    assert settings(lab) == before


def test_on_the_interface_itself(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 parent " + BOTH)
        ctl.do("acquire x")
        have = addresses(lab)["eth0"]
        assert VIP + "/32" in have and VIP6 + "/64" in have, "/32 beside the host's own address"
        assert answers(lab, VIP) == lab.hosts["a"].mac
        assert ctl.do("source eth0 224.0.0.18") == "10.79.0.11"
        before = now()
        lab.run("a", "ip", "addr", "flush", "dev", "eth0", "scope", "global")
        ctl.wait_event("repaired", since=before)
        lab.add_address("a", "10.79.0.11/24")
        lab.add_address("a", "fd79::11/64")
        netlab.wait_for("it stands as /32 again",
                        lambda: {VIP + "/32", "10.79.0.11/24"} <= addresses(lab)["eth0"]
                        and VIP + "/24" not in addresses(lab)["eth0"], 2)
        route = lab.run("a", "ip", "route", "get", "10.79.0.12")
        assert "src 10.79.0.11" in route, "a virtual address is no source"
        ctl.do("release x")
        assert {"10.79.0.11/24", "fd79::11/64"} <= addresses(lab)["eth0"]
        assert VIP not in str(addresses(lab))


def test_other_addresses_without_a_gap(lab, state):
    for kind, name in (("macvlan", "carp7-eth0"), ("parent", "eth0")):
        with Linuxctl(lab, "a", state) as ctl:
            ctl.do("vif x 7 eth0 %s 10.79.5.1/24,10.79.5.2/24" % kind)
            ctl.do("acquire x")
            monitor = lab.spawn("a", "ip", "monitor", "address")
            time.sleep(0.2)
            ctl.do("addrs x 10.79.5.2/24,fd79:5::1/64")
            time.sleep(0.2)
            have = addresses(lab)[name]
            assert {"10.79.5.2/24", "fd79:5::1/64"} <= have and "10.79.5.1/24" not in have
            netlab.stop_process(monitor)
            with open(monitor.log_path, encoding="utf-8") as file:
                assert not [line for line in file if line.startswith("Deleted")
                            and "10.79.5.2/" in line]
            ctl.do("addrs x 10.79.5.2/24,fd79:5::1/48")
            time.sleep(0.2)
            have = addresses(lab)[name]
            assert "fd79:5::1/48" in have and "fd79:5::1/64" not in have, "another prefix"


def test_says_what_is_wrong(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        assert "10.79.0.11: is on eth0 already" in ctl.ask("vif e 7 eth0 macvlan 10.79.0.11/24")
        text = ctl.ask("vif e 7 lo macvlan 10.79.0.60/24")
        assert text.startswith("error macvlan") and "vmac = off" in text
        lab.run("a", "ip", "link", "add", "br7", "type", "bridge")
        lab.run("a", "ip", "link", "add", "v7", "type", "veth", "peer", "name", "v8")
        lab.run("a", "ip", "link", "set", "v7", "master", "br7")
        text = ctl.ask("vif e 7 v7 macvlan 10.79.0.60/24")
        assert text.startswith("error macvlan") and "vmac = off" in text
        lab.run("a", "ip", "link", "add", "carp9-eth0", "type", "veth", "peer", "name", "v10")
        assert "exists and is not carpd's" in ctl.ask("vif e 9 eth0 macvlan 10.79.0.60/24")
        for name in ("v7", "br7", "carp9-eth0"):
            lab.run("a", "ip", "link", "del", name)
        assert "carp7-eth0" not in links(lab), "nothing half-done"
        ctl.do("vif x 7 eth0 macvlan %s/24" % VIP)
        lab.add_address("a", VIP + "/24")
        _, text = ctl.wait_event("foreign")
        assert "ip addr del %s/24 dev eth0" % VIP in text
        lab.del_address("a", VIP + "/24")
    none = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--reuid", "nobody",
            "--clear-groups")
    with Linuxctl(lab, "a", prefix=none) as ctl:
        text = ctl.ask("vif x 7 eth0 parent %s/24" % VIP)
        assert text.startswith("error permission") and "CAP_NET_ADMIN" in text
        text = ctl.ask("port eth0 7")
        assert text.startswith("error permission") and "CAP_NET_RAW" in text


def test_two_capabilities_are_enough(lab, state):
    few = ("setpriv", "--reuid", "nobody", "--clear-groups", "--inh-caps",
           "-all,+net_admin,+net_raw", "--ambient-caps", "-all,+net_admin,+net_raw",
           "--bounding-set", "-all,+net_admin,+net_raw", "--no-new-privs")
    own = os.path.join(lab.dir, "own")      # pytest's directories are root's alone
    os.mkdir(own)
    os.chmod(lab.dir, 0o711)
    shutil.chown(own, "nobody")
    with Linuxctl(lab, "a", own, prefix=few) as ctl:
        ctl.do("vif x 7 eth0 macvlan " + BOTH)
        ctl.do("port eth0 7")
        ctl.do("acquire x")
        ctl.do("advert 7 10.79.0.11 vmac")
        ctl.do("announce x " + VIP)
        assert answers(lab, VIP6) == VMAC and answers(lab, VIP) == VMAC
        ctl.do("release x")
        assert answers(lab, VIP6) is None
        netlab.wait_for("it is down", lambda: "state DOWN" in links(lab)["carp7-eth0"], 2)
    assert "carp7-eth0" not in links(lab) and os.listdir(own) == []


def test_lost_notices_are_recovered(lab, state):
    with Linuxctl(lab, "a", state) as ctl:
        ctl.do("vif x 7 eth0 macvlan %s/24" % VIP)
        ctl.do("acquire x")
        time.sleep(0.1)
        ctl.process.send_signal(signal.SIGSTOP)
        lab.run("a", "ip", "addr", "del", VIP + "/24", "dev", "carp7-eth0")
        lines = []
        for n in range(6000):
            address = "10.66.%d.%d/32 dev lo" % (n // 250, n % 250 + 1)
            lines += ["addr add " + address, "addr del " + address]
        path = os.path.join(state, "batch")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines))
        lab.run("a", "ip", "-batch", path)
        drops = lab.run("a", "cat", "/proc/net/netlink")
        before = now()
        ctl.process.send_signal(signal.SIGCONT)
        ctl.wait_event("repaired.*missing", since=before, timeout=3)
        assert any(line.split()[0] != "sk" and int(line.split()[8]) > 0
                   for line in drops.splitlines()[1:]), "the queue did not overflow: no test"
        assert addresses(lab)["carp7-eth0"] == {VIP + "/24"}


def test_255_vhids_at_once(lab, state, record_property):
    with Linuxctl(lab, "a", state) as ctl:
        start = now()
        ctl.do("many 255 eth0")
        made = now()
        ctl.do("acquire all")
        up = now()
        assert sum(name.startswith("carp") for name in addresses(lab)) == 255
        lab.add_address("b", "10.88.1.1/16")
        lab.add_address("a", "10.88.1.2/16")
        assert answers(lab, "10.88.0.200") == "00:00:5e:00:01:c8"
        lab.del_address("b", "10.88.1.1/16")
        lab.del_address("a", "10.88.1.2/16")
        down = now()
        ctl.do("release all")
        gone = now()
        assert not any(name.startswith("carp") for name in addresses(lab))
        closing = now()
    closed = now()
    assert not any(name.startswith("carp") for name in links(lab))
    record_property("255 vhids", "made in %.2f s, up in %.0f ms, down in %.0f ms, end in %.2f s" % (
        made - start, (up - made) * 1e3, (gone - down) * 1e3, closed - closing))
    assert closed - closing < 3.0, "one by one they take longer"
    assert up - made < 2.0 and gone - down < 2.0
