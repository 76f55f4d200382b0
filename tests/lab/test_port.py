# SPDX-License-Identifier: BSD-2-Clause
"""What carpd puts on the wire and hears: its port module in a lab."""
import os
import re
import subprocess
import time

import pytest

import linuxctl
import netlab
import peers
from linuxctl import Linuxctl, now

FLOOD = r'''
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
ip = bytes.fromhex("45000038000040 00ff70 90e8 0a4f000c e0000012".replace(" ", ""))
head = bytes.fromhex("01005e000012 020000000001 0800".replace(" ", "")) + ip
for n in range(int(sys.argv[2])):
    s.send(head + bytes([0x21, int(sys.argv[1]), 0, 7, 0, 1]) + bytes(30))
'''


@pytest.fixture(scope="module")
def lab():
    """a and b: hosts with a port; obs: records what everybody sees."""
    if linuxctl.missing():
        pytest.skip(linuxctl.missing())
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"},
                    ipv6=True) as built:
        yield built


def read(lab, path, *options):
    """tcpdump's lines of a recording."""
    return lab.run("obs", "tcpdump", "-n", "-e", "-v", "-r", path, *options)


def link_local(lab, host):
    """A host's link-local address."""
    text = lab.run(host, "ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link")
    return re.search(r"inet6 (fe80\S+)/", text)[1]


def test_adverts_arrive_as_they_should(lab, tmp_path):
    a6, b6 = link_local(lab, "a"), link_local(lab, "b")
    with Linuxctl(lab, "a") as a, Linuxctl(lab, "b") as b:
        tape = peers.Recorder(lab, "obs", str(tmp_path / "tape.pcap"))
        a.do("port eth0 7")
        b.do("port eth0 7")
        assert a.do("source eth0 224.0.0.18") == "10.79.0.11"
        assert a.do("source eth0 ff02::12") == a6
        assert a.do("source eth0 fd79::12") == "fd79::11"
        virtual, real = "00:00:5e:00:01:07", lab.hosts["a"].mac
        for command, source, mac in (
                ("advert 7 10.79.0.11 vmac", "10.79.0.11", virtual),
                ("advert 7 10.79.0.11 real", "10.79.0.11", real),
                ("advert 7 %s vmac" % a6, a6, virtual),
                ("advert 7 10.79.0.11 vmac 10.79.0.12", "10.79.0.11", real),
                ("advert 7 fd79::11 vmac fd79::12", "fd79::11", real),
                ("advert 7 %s vmac %s" % (a6, b6), a6, real)):
            sent = now()
            a.do(command)
            _, text = b.wait_event("event frame eth0 CARP " + re.escape(source), since=sent)
            assert " from %s ttl 255 vhid 7 " % mac in text, command
            assert float(text.rsplit(" ", 1)[1]) < 0.1, "its age"
        assert not a.events("frame"), "nobody hears himself"
        tape.stop()
    assert not re.search(r"unreachable|parameter problem", read(lab, tape.path)), \
        "the kernel answers a peer"
    text = read(lab, tape.path, "-T", "carp", "ip proto 112 or ip6 proto 112")
    assert text.count("tos 0xe0") == 3 and text.count("class 0xe0") == 3
    assert text.count("[DF]") == 3 and "bad cksum" not in text


def test_announcements(lab, tmp_path):
    with Linuxctl(lab, "a", str(tmp_path)) as ctl:
        tape = peers.Recorder(lab, "obs", str(tmp_path / "tape.pcap"))
        ctl.do("port eth0 7")
        ctl.do("vif x 7 eth0 macvlan 10.79.0.50/24,fd79::50/64")
        ctl.do("acquire x")
        ctl.do("announce x 10.79.0.50")
        ctl.do("announce x fd79::50")
        time.sleep(0.1)
        path = "/proc/sys/net/ipv6/conf/eth0/forwarding"
        lab.run("a", "sh", "-c", "echo 1 > " + path)
        ctl.do("announce x fd79::50")
        lab.run("a", "sh", "-c", "echo 0 > " + path)
        tape.stop()
    arp = read(lab, tape.path, "arp and ether src 00:00:5e:00:01:07")
    assert re.search(r"00:00:5e:00:01:07 > ff:ff:ff:ff:ff:ff.*\n?.*"
                     r"Request who-has 10.79.0.50 (\(ff:ff:ff:ff:ff:ff\) )?tell 10.79.0.50", arp)
    lines = read(lab, tape.path, "icmp6 and ip6[40] = 136 and ether src 00:00:5e:00:01:07")
    flags = re.findall(r"tgt is fd79::50, Flags \[(.*)\]", lines)
    assert flags == ["override", "router, override"]
    assert "33:33:00:00:00:01" in lines and "00:00:5e:00:01:07" in lines
    assert "bad" not in lines


def test_hears_who_else_speaks_for_an_address(lab, tmp_path):
    with Linuxctl(lab, "a") as a, Linuxctl(lab, "b", str(tmp_path)) as b:
        a.do("port eth0 7")         # 10.79.0.50 is watched
        b.do("port eth0 7")
        b.do("vif x 7 eth0 macvlan 10.79.0.50/24")
        start = now()
        b.do("announce x 10.79.0.50")
        a.wait_event("frame eth0 ARP 10.79.0.50 from 00:00:5e:00:01:07", since=start)
        lab.run("b", "ip", "neigh", "flush", "dev", "eth0")
        lab.run("b", "ping", "-c1", "-W1", "10.79.0.99")
        assert len(a.events("frame eth0 ARP")) == 1, "ordinary ARP does not wake it"


def test_flood_of_others_does_not_pass_the_filter(lab, record_property):
    with Linuxctl(lab, "a") as ctl:
        ctl.do("port eth0 7,8")
        lab.run("b", "python3", "-c", FLOOD, "9", "20000")
        lab.run("b", "python3", "-c", FLOOD, "8", "3")
        netlab.wait_for("three frames: %s" % ctl.lines, lambda: len(ctl.events("frame")) == 3)
        ctl.do("want 9")
        lab.run("b", "python3", "-c", FLOOD, "9", "1")
        netlab.wait_for("the fourth", lambda: len(ctl.events("frame")) == 4)
        with open("/proc/%d/stat" % ctl.process.pid, encoding="ascii") as file:
            ticks = sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
    record_property("flood", "20000 adverts of another vhid: %d ms CPU in all" % (
        ticks * 1000 // os.sysconf("SC_CLK_TCK")))


def test_send_errors_are_told(lab):
    with Linuxctl(lab, "a") as ctl:
        ctl.do("port eth0 7")
        lab.unplug("a")
        ctl.process.stdin.flush()
        netlab.wait_for("link down", lambda: ctl.ask("advert 7 10.79.0.11 vmac").startswith(
            "error down eth0: sending: no carrier"))
        lab.unplug("a", on=False)
        netlab.wait_for("link up", lambda: ctl.ask("advert 7 10.79.0.11 vmac") == "ok")
        lab.run("a", "ip", "link", "set", "eth0", "down")
        ctl.wait_event("port closed: eth0: was set down")
        assert "ip link set eth0 up" in ctl.ask("advert 7 10.79.0.11 vmac")
        lab.run("a", "ip", "link", "set", "eth0", "up")
        ctl.wait_event("port opened")
        netlab.wait_for("link up", lambda: ctl.ask("advert 7 10.79.0.11 vmac") == "ok")
        lab.run("a", "nft", "add table ip t")
        lab.run("a", "nft", "add chain ip t o { type filter hook output priority 0; }")
        lab.run("a", "nft", "add rule ip t o ip protocol 112 drop")
        lab.add_address("a", "10.79.0.11/24")
        assert "firewall" in ctl.ask("advert 7 10.79.0.11 real 10.79.0.12")
        lab.run("a", "nft", "delete table ip t")


def test_hears_only_its_own_vlan(lab):
    tagged = ('import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW);'
              's.bind(("eth0", 0)); f = bytes.fromhex("01005e000012020000000001");'
              'p = bytes.fromhex("0800 45000038000040 00ff70 90e8 0a4f000c e0000012 2107 0007 0001"'
              '.replace(" ", "")) + bytes(30);'
              's.send(f + bytes.fromhex("8100000a") + p);'      # VLAN 10
              's.send(f + bytes.fromhex("81000000") + p)')      # a priority tag
    with Linuxctl(lab, "a") as ctl:
        ctl.do("port eth0 7")
        lab.run("b", "python3", "-c", tagged)
        time.sleep(0.3)
        assert len(ctl.events("frame")) == 1
