# SPDX-License-Identifier: BSD-2-Clause
"""carpd where its surroundings fail: signals at the wrong time, a reader that goes, interfaces that
move, a reload that cannot be, no descriptors."""
import contextlib
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from concurrent import futures

import pytest

import carpd
import netlab

FAST = {"advbase": 0, "advskew": 60}      # MASTER 1.3 s after the start
VIP, VIP2 = "10.79.0.50", "10.79.0.51"
F_SETPIPE_SZ = 1031
GROUP = {"vhid": 7, "addresses": VIP + "/24", **FAST}


def master(lab, *groups, **how):
    """A carpd on a that is MASTER of its first vhid."""
    a = carpd.Carpd(lab, "a", *(groups or [GROUP]), **how)
    a.wait_state("MASTER", 10, "v%d" % (groups or [GROUP])[0]["vhid"])
    return a


def signals_while_it_starts(lab):
    """They wait until it runs: nothing half-made is left by one that ends it in the middle."""
    def lock():
        with open(os.path.join(a.state_dir, "carpd.lock"), encoding="ascii") as f:
            return f.read().strip()

    a = carpd.Carpd(lab, "a", GROUP, ready=True)
    a.stop()
    counters = os.path.join(a.state_dir, "counters.state")
    os.unlink(counters)
    os.mkfifo(counters)         # whoever reads it waits for whoever writes it
    a.ready = False
    a.start()
    netlab.wait_for("it has begun", lambda: lock() == str(a.pid), 5)
    a.process.send_signal(signal.SIGHUP)
    a.process.send_signal(signal.SIGUSR1)
    with open(counters, "w", encoding="ascii"):
        pass
    a.wait_state("MASTER", 10)
    a.wait_output("reload: 0 added, 0 removed, 0 changed, 1 unchanged")
    assert a.stop() == 0


def nobody_reads_its_messages(lab):
    """A pipe whose reader has gone takes no message; carpd lives on."""
    a = carpd.Carpd(lab, "a", GROUP, ready=True)
    a.stop()
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    with subprocess.Popen(lab.argv("a", carpd.PROGRAM, *a.options, *a.argv), env=env,
                          stderr=subprocess.PIPE, restore_signals=True) as process:
        a.process = process
        try:
            process.stderr.readline()
            process.stderr.close()
            a.wait_state("MASTER", 10)
            process.send_signal(signal.SIGUSR1)
            assert a.ask("reload")["ok"]
        finally:
            process.terminate()
        assert process.wait(10) == 0
    assert not lab.has_address("a", VIP)


def refused_reload_leaves_no_address(lab):
    """One of three new addresses cannot be had: none of the others stays."""
    a = master(lab, {**GROUP, "vmac": "off"})
    a.write({**GROUP, "vmac": "off", "addresses": "%s/24; %s/24; fd79::50/64" % (VIP, VIP2)})
    said = a.ask("reload")
    assert not said["ok"] and "IPv6 is off there" in said["messages"][0]
    time.sleep(0.2)
    assert lab.has_address("a", VIP) and not lab.has_address("a", VIP2)
    assert a.show()["addresses"] == [VIP + "/24"]
    a.stop()


def refused_reload_keeps_counters(lab):
    """What is known of a vhid outlives a reload that would have brought it back."""
    def first(vhid):
        with open(os.path.join(a.state_dir, "counters.state"), encoding="ascii") as f:
            return [line.split()[2] for line in f if line.startswith("counter %d@eth0 " % vhid)]

    two = {"vhid": 8, "addresses": VIP2 + "/24", **FAST}
    a = master(lab, GROUP, two)
    begun = first(8)
    a.write(GROUP)
    assert a.ask("reload")["removed"] == ["v8"]
    a.write(GROUP, two, {"vhid": 9, "interface": "nosuch0", "addresses": "10.79.0.52/24"})
    assert not a.ask("reload")["ok"]
    a.write(GROUP, two)
    assert a.ask("reload")["added"] == ["v8"]
    a.stop()
    assert first(8) == begun


def moved_to_another_namespace(lab):
    """What the interface leaves behind answers no more; when it is back, all is made anew."""
    a = master(lab)
    netns = lab.hosts["a"].netns
    lab.run("a", "ip", "link", "set", "eth0", "netns", lab.hosts["b"].netns, "name", "guest0")
    a.wait_state("INIT", 5)
    assert not lab.has_address("a", VIP)
    assert "carp7" not in lab.run("a", "ip", "-o", "link")
    assert a.show()["source"] is None
    lab.run("b", "ip", "link", "set", "guest0", "netns", netns, "name", "eth0")
    lab.run("a", "ip", "link", "set", "eth0", "up")
    lab.add_address("a", "10.79.0.11/24")
    a.wait_state("MASTER", 10)
    assert lab.has_address("a", VIP)
    a.stop()
    assert "carp7" not in lab.run("a", "ip", "-o", "link")


def no_descriptor_when_it_comes_back(lab):
    """An interface that returns while there are no descriptors is opened once there are."""
    a = master(lab)
    lab.detach("a")
    a.wait_state("INIT", 5)
    assert "removing" not in a.output(), "what went with the interface is away"
    usual = resource.prlimit(a.pid, resource.RLIMIT_NOFILE)
    time.sleep(0.3)         # what asked for its state is gone
    used = os.listdir("/proc/%d/fd" % a.pid)
    free = next(number for number in range(1000) if str(number) not in used)
    resource.prlimit(a.pid, resource.RLIMIT_NOFILE, (free, usual[1]))
    lab.attach("a")
    a.wait_output("Too many open files")
    time.sleep(0.5)
    resource.prlimit(a.pid, resource.RLIMIT_NOFILE, usual)
    a.wait_state("MASTER", 10)
    a.stop()


def one_interface_is_away_at_the_start(lab):
    """The vhids of the others run; its own follow when it comes."""
    lab.run("a", "ip", "link", "add", "eth1", "type", "veth", "peer", "name", "other1")
    other = {"vhid": 8, "interface": "eth1", "addresses": "10.80.0.50/24", **FAST}
    later = {"vhid": 9, "interface": "eth2", "addresses": "10.81.0.50/24", **FAST}
    a = master(lab, GROUP, other, later)
    assert a.state("v8") == a.state("v9") == "INIT"
    assert "eth1 is down" in a.show("v8")["faults"][0]
    assert "eth2 is not there" in a.show("v9")["faults"][0]
    lab.run("a", "ip", "link", "add", "late2", "type", "veth", "peer", "name", "other2")
    lab.run("a", "ip", "link", "add", "br0", "type", "bridge")
    lab.run("a", "ip", "link", "set", "late2", "master", "br0")     # it takes no macvlan
    lab.run("a", "ip", "link", "set", "late2", "name", "eth2")
    for name, net in (("1", "10.80"), ("2", "10.81")):
        lab.run("a", "ip", "addr", "add", net + ".0.11/24", "dev", "eth" + name)
        lab.run("a", "ip", "link", "set", "other" + name, "up")
        lab.run("a", "ip", "link", "set", "eth" + name, "up")
    a.wait_state("MASTER", 10, "v8")
    a.wait_state("MASTER", 10, "v9")
    assert "10.81.0.50/32" in lab.run("a", "ip", "addr", "show", "dev", "eth2")
    assert "9@eth2: eth2: adding macvlan carp9-eth2" in a.output()
    assert a.stop() == 0
    assert "macvlan" not in lab.run("a", "ip", "-o", "-d", "link")


def no_bow_out_of_one_that_never_spoke(lab):
    """Whoever cannot put its addresses up has no office to leave: other BACKUPs must not act."""
    wire = carpd.Wire(lab, "b")
    a = carpd.Carpd(lab, "a", {**GROUP, "vmac": "off", "addresses": VIP + "/24; fd79::50/64"})
    a.wait_output("IPv6 is off there")
    time.sleep(0.5)
    assert wire.adverts("10.79.0.11") == []
    a.stop()


def another_mac(lab):
    """Without the virtual MAC neighbours must hear of a new one of the interface; those that watch
    hear of what others do to the addresses."""
    a = master(lab, {**GROUP, "vmac": "off", "announce-repeat": 0})
    watcher = carpd.Watcher(a)
    a.ask("show")
    lab.del_address("a", VIP + "/32")
    told = netlab.wait_for("it is told", lambda: [
        event["text"] for event in watcher.events if event["event"] == "address"], 3)
    assert VIP + "/32 was missing on eth0" in told[0]
    watcher.close()
    wire = carpd.Wire(lab, "b")
    lab.run("a", "ip", "link", "set", "eth0", "address", "02:00:00:00:ca:77")
    netlab.wait_for("an announcement of the new MAC", lambda: wire.lines(
        r"02:00:00:00:ca:77 > ff:ff:ff:ff:ff:ff.*%s" % VIP), 3)
    a.stop()


def what_cannot_be_taken_back(lab):
    """A refused reload whose first vhid cannot become what it was: it runs on, and it is said."""
    two = {"vhid": 8, "addresses": VIP2 + "/24", **FAST}
    a = master(lab, GROUP, two)
    lab.run("a", "ip", "addr", "add", VIP + "/32", "dev", "lo")
    a.write({**GROUP, "addresses": "10.79.0.60/24"}, {**two, "addresses": "10.79.0.11/24"})
    said = a.ask("reload")
    assert not said["ok"] and "10.79.0.11: is on eth0 already" in said["messages"][0]
    assert VIP + ": is on lo already" in said["messages"][1]
    assert a.show("v7")["addresses"] == ["10.79.0.60/24"] and a.state("v7") == "MASTER"
    lab.run("a", "ip", "addr", "del", VIP + "/32", "dev", "lo")
    a.write(GROUP, two)
    assert a.ask("reload")["changed"] == ["v7"]
    assert a.show("v7")["addresses"] == [VIP + "/24"] and lab.has_address("a", VIP)
    a.stop()


TAKE_NAME = r"""
import os, socket, sys, time
os.setuid(12345)
s = socket.socket(socket.AF_UNIX)
s.bind("\0carpd " + sys.argv[1])
s.listen(1)
print("taken", flush=True)
time.sleep(60)
"""


def another_carpd_of_this_host(lab):
    """Two with one vhid would take each other's adverts for their own: the second ends, or leaves
    the vhid alone. What other users do with its name keeps no carpd from running."""
    group = {**GROUP, "vmac": "off"}
    a = carpd.Carpd(lab, "a", group, ready=True)
    told = "7@eth0 is run by another carpd, pid %d: stop one of the two" % a.pid
    second = carpd.Carpd(lab, "a", group)
    assert second.process.wait(5) == 1 and told in second.output()
    second.write({"vhid": 8, "addresses": VIP2 + "/24", **FAST})
    second.ready = True
    second.start()
    second.write({"vhid": 8, "addresses": VIP2 + "/24", **FAST}, group)
    said = second.ask("reload")
    assert not said["ok"] and said["messages"] == ['[vhid "v7"]: ' + told]
    a.write({**group, "vmac": "on"})        # made anew, it keeps its claim
    assert a.ask("reload")["changed"] == ["v7"]
    assert second.ask("reload")["messages"] == ['[vhid "v7"]: ' + told]
    a.stop()
    assert second.ask("reload")["added"] == ["v7"]
    assert second.stop() == 0
    stranger = lab.spawn("a", sys.executable, "-c", TAKE_NAME, "7@eth0",
                         stdout=subprocess.PIPE)
    stranger.stdout.readline()
    a = master(lab, group)
    assert "7@eth0: another user has the name" in a.output()
    assert a.stop() == 0
    stranger.terminate()


def in_the_background(lab):
    """Paths are those of where it was started; its pid file may be root's alone."""
    base = os.path.join(lab.dir, "background")
    os.makedirs(base + "/run")
    os.chmod(lab.dir, 0o755)
    a = carpd.Carpd(lab, "a", GROUP, daemon={"user": "nobody"}, ready=True)
    a.stop()
    os.rename(a.config, base + "/carp.conf")
    os.chmod(base + "/carp.conf", 0o600)
    os.chown(base + "/carp.conf", 65534, 65534)
    os.chmod(base + "/run", 0o700)
    lab.run("a", "env", "ASAN_OPTIONS=detect_leaks=0", "sh", "-c", 'cd "$1" && "$2" '
            "--background --pid-file run/pid -c carp.conf --socket s --state-dir state 2>/dev/null",
            "sh", base, carpd.PROGRAM)
    a.socket = base + "/s"
    with open(base + "/run/pid", encoding="ascii") as f:
        pid = int(f.read())
    try:
        assert a.ask("show")["daemon"]["pid"] == pid
        assert a.ask("reload")["unchanged"] == 1
    finally:
        os.kill(pid, signal.SIGTERM)
    netlab.wait_for("it has ended, and said so", lambda: os.path.getsize(base + "/run/pid") == 0)


def another_interface_takes_the_name(lab):
    """carp.conf's name counts: the vhid goes with it, and leaves nothing on the one before."""
    a = master(lab)
    lab.run("a", "ip", "link", "set", "eth0", "down")
    lab.run("a", "ip", "link", "set", "eth0", "name", "old0")
    lab.run("a", "ip", "link", "set", "old0", "up")
    a.wait_state("INIT", 5)
    lab.run("a", "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other0")
    lab.run("a", "ip", "addr", "add", "10.90.0.11/24", "dev", "eth0")
    lab.run("a", "ip", "link", "set", "other0", "up")
    lab.run("a", "ip", "link", "set", "eth0", "up")
    wire = lab.spawn("a", "tcpdump", "-lne", "--immediate-mode", "-i", "other0", "ip proto 112")
    a.wait_state("MASTER", 10)
    assert "carp7-eth0@eth0" in lab.run("a", "ip", "-o", "link")
    assert a.show()["source"] == "10.90.0.11"
    netlab.wait_for("an advert on the new one", lambda: open(
        wire.log_path, encoding="utf-8").read().count("10.90.0.11 > 224.0.0.18") > 0, 5)
    assert lab.run("a", "cat", "/proc/sys/net/ipv4/conf/old0/arp_ignore").strip() == "0"
    a.stop()


def sending_fails_for_a_while(lab):
    """It demotes, another takes over; once frames leave again the demotion ends, as BACKUP too."""
    a = master(lab, {**GROUP, "preempt": "true"})
    b = carpd.Carpd(lab, "b", {**GROUP, "advskew": 200}, ready=True)
    lab.run("a", "tc", "qdisc", "add", "dev", "eth0", "root", "pfifo", "limit", "0")
    b.wait_state("MASTER", 10)
    a.wait_state("BACKUP", 10)
    assert [demotion["by"] for demotion in a.show()["demotions"]] == ["send errors"]
    time.sleep(2)
    assert a.state() == "BACKUP" and a.show()["demotion"] == 240, "it still fails"
    lab.run("a", "tc", "qdisc", "del", "dev", "eth0", "root")
    a.wait_state("MASTER", 10)
    b.wait_state("BACKUP", 5)
    assert a.show()["demotion"] == 0
    a.stop()
    b.stop()


def no_carrier_that_counts(lab):
    """With ignore-link adverts go out of an interface that claims to have none, as ucarp's -S."""
    keys = {**GROUP, "ignore-link": "true"}
    a = master(lab, keys)
    b = carpd.Carpd(lab, "b", {**keys, "advskew": 200}, ready=True)
    b.wait_state("BACKUP", 5)
    for word in ("mode", "state"):
        lab.run("a", "ip", "link", "set", "dev", "eth0", word, "dormant")
    assert "DORMANT" in lab.run("a", "ip", "link", "show", "dev", "eth0")
    time.sleep(2.5)
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    assert a.show()["demotion"] == 0 and a.counts()["send_errors"] == 0
    a.stop()
    b.stop()


# Who asks: nobody, in the group of the socket and in many others.
MEMBER = r"""
import os, socket, sys
os.setgroups(list(range(20000, 20400)) + [1])
os.setgid(65534)
os.setuid(65534)
talk = socket.socket(socket.AF_UNIX)
talk.connect(sys.argv[1])
talk.sendall(b'{"command":"stats"}\n')
print(talk.recv(4096).decode())
"""


def member_of_many_groups(lab):
    """However many groups a user has: one of them is enough."""
    a = carpd.Carpd(lab, "a", GROUP, daemon={"socket-group": "daemon"}, ready=True)
    os.chmod(lab.dir, 0o755)
    os.chmod(a.base, 0o755)
    assert '"ok":true' in lab.run("a", sys.executable, "-c", MEMBER, a.socket)
    a.stop()


def a_journal_that_hangs(lab):
    """Messages that nobody takes are counted; the election does not wait for them."""
    a = carpd.Carpd(lab, "a", GROUP, ready=True)
    a.stop()
    path = "/run/systemd/journal/socket"
    if os.path.exists(path):
        pytest.skip("a real journal listens here")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as others:
        journal.bind(path)
        journal.setblocking(False)
        others.connect(path)
        others.setblocking(False)
        a.options.remove("--foreground")
        file = os.stat(a.log)
        a.process = lab.spawn("a", carpd.PROGRAM, *a.options, *a.argv, log=a.log, env={
            **os.environ, "ASAN_OPTIONS": "detect_leaks=0",
            "JOURNAL_STREAM": "%d:%d" % (file.st_dev, file.st_ino)})
        a.wait_state("MASTER", 10)
        with pytest.raises(BlockingIOError):
            while others.send(b"MESSAGE=x"):
                pass
        a.process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        assert a.state() == "MASTER"
        with pytest.raises(BlockingIOError):
            while journal.recv(4096):
                pass
        a.process.send_signal(signal.SIGUSR1)
        journal.setblocking(True)
        journal.settimeout(5)
        said = journal.recv(4096) + journal.recv(4096)
        assert b"1 messages before this one were lost" in said
        assert b"MESSAGE=MASTER on eth0 id 7" in said
        a.stop()
    os.unlink(path)


def a_pipe_that_is_full(lab):
    """The same with standard error: whoever has it and reads nothing holds up nothing."""
    a = carpd.Carpd(lab, "a", GROUP, ready=True)
    a.stop()
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    with subprocess.Popen(lab.argv("a", carpd.PROGRAM, *a.options, *a.argv), env=env,
                          stderr=subprocess.PIPE) as process:
        a.process = process
        fcntl.fcntl(process.stderr, F_SETPIPE_SZ, 8192)
        try:
            a.wait_state("MASTER", 10)
            for _ in range(200):
                assert a.ask("reload")["ok"]
            assert a.state() == "MASTER"
            os.read(process.stderr.fileno(), 8192)
            a.ask("reload")
            assert b"messages before this one were lost" in os.read(process.stderr.fileno(), 8192)
        finally:
            process.terminate()
            process.stderr.close()
        assert process.wait(10) == 0


def another_prefix(lab):
    """An IPv6 address keeps the prefix that it came with, whatever is asked for: whose it was goes
    first, when somebody has put it up on a BACKUP."""
    for setting, value in (("accept_dad", 0), ("disable_ipv6", 0)):
        lab.run("a", "sh", "-c", "echo %d > /proc/sys/net/ipv6/conf/eth0/%s" % (value, setting))
    a = carpd.Carpd(lab, "a", {**GROUP, "vmac": "off", "addresses": VIP + "/24; fd79::50/64"})
    a.wait_state("BACKUP")
    lab.add_address("a", "fd79::50/128")
    a.wait_output("fd79::50: was put on eth0 by somebody else")
    a.wait_state("MASTER")
    time.sleep(0.3)
    assert "fd79::50/64 " in lab.run("a", "ip", "-6", "addr", "show", "dev", "eth0")
    assert a.state() == "MASTER"
    a.stop()
    assert not lab.has_address("a", "fd79::50")


def another_source(lab):
    """The host's own address changes: that is told while there is none, and is no other master."""
    for setting, value in (("accept_dad", 0), ("disable_ipv6", 0)):
        lab.run("a", "sh", "-c", "echo %d > /proc/sys/net/ipv6/conf/eth0/%s" % (value, setting))
    a = carpd.Carpd(lab, "a", {"vhid": 7, "addresses": VIP + "/24; fd79::50/64"})
    a.wait_state("MASTER", 10)
    time.sleep(3)
    lab.run("a", "sh", "-c",
            "ip addr del 10.79.0.11/24 dev eth0; ip addr add 10.79.0.77/24 dev eth0")
    netlab.wait_for("another source", lambda: a.show()["source"] == "10.79.0.77", 5)
    time.sleep(3)
    assert a.state() == "MASTER" and "TIE" not in a.output()
    lab.run("a", "ip", "addr", "del", "10.79.0.77/24", "dev", "eth0")
    a.wait_output("no IPv4 adverts are sent, for eth0 has no IPv4 address of its own")
    assert a.state() == "MASTER"
    assert any("no IPv4 adverts" in fault for fault in a.show()["faults"])
    lab.add_address("a", "10.79.0.11/24")
    a.wait_output("over: no IPv4 adverts are sent")
    a.stop()


def the_same_mac(lab):
    """keepalived has given the MAC to an interface of its own, for a VRID of the vhid's number."""
    ip = ("ip", "link")
    lab.run("a", *ip, "add", "vrrp.7", "link", "eth0", "address", "00:00:5e:00:01:07",
            "type", "macvlan", "mode", "private")
    lab.run("a", *ip, "set", "vrrp.7", "up")
    a = carpd.Carpd(lab, "a", GROUP)
    a.wait_output("vrrp.7 has its MAC 00:00:5e:00:01:07, as VRRP of the same number does")
    time.sleep(3)
    assert a.state() == "INIT" and a.output().count("has its MAC") == 1
    lab.run("a", *ip, "del", "vrrp.7")
    a.wait_state("MASTER")
    a.stop()


TROUBLES = [signals_while_it_starts, nobody_reads_its_messages, refused_reload_leaves_no_address,
            refused_reload_keeps_counters, moved_to_another_namespace,
            no_descriptor_when_it_comes_back, one_interface_is_away_at_the_start,
            no_bow_out_of_one_that_never_spoke, another_mac, what_cannot_be_taken_back,
            in_the_background, another_interface_takes_the_name, sending_fails_for_a_while,
            no_carrier_that_counts, member_of_many_groups, a_journal_that_hangs,
            a_pipe_that_is_full, another_carpd_of_this_host, another_prefix,
            another_source, the_same_mac]


@pytest.fixture(scope="module", name="played")
def play_all():
    """Each in a lab of its own of two hosts without IPv6, all at once: they mostly wait."""
    if carpd.missing():
        pytest.skip(carpd.missing())
    with contextlib.ExitStack() as labs, futures.ThreadPoolExecutor(len(TROUBLES)) as pool:
        played = {}
        for trouble in TROUBLES:
            lab = labs.enter_context(netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12"}))
            played[trouble.__name__] = pool.submit(trouble, lab)
        futures.wait(played.values())
        yield played


@pytest.mark.parametrize("name", [trouble.__name__ for trouble in TROUBLES])
def test_trouble(played, name):
    """What happened in it."""
    played[name].result()
