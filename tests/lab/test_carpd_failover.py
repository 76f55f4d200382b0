# SPDX-License-Identifier: BSD-2-Clause
"""Who answers for a virtual address when something happens to the carpd that had it."""
import glob
import pathlib
import signal
import time

import pytest

import netlab
from carpd import Carpd, Wire
from probes import ArpProbe, PingProbe

VIP, VIP6 = "10.79.0.50", "fd79::50"
A, B = "10.79.0.11", "10.79.0.12"
DEAD = 3 + 100 / 256            # b's patience: advbase 1, advskew 100
# The budget is 20 ms; a sanitized build on a busy machine is given more.
SOON = 0.4


@pytest.fixture(name="lab")
def make_lab():
    """a and b: two carpds; c: a client."""
    if Carpd.missing():
        pytest.skip(Carpd.missing())
    with netlab.Lab({"a": A, "b": B, "c": "10.79.0.99"}, ipv6=True) as built:
        yield built


def pair(lab, **keys):
    """a, MASTER with advskew 0, and b, BACKUP with advskew 100."""
    keys = {"vhid": 7, "addresses": "%s/24; %s/64" % (VIP, VIP6), **keys}
    a = Carpd(lab, "a", {**keys, "advskew": 0}, ready=True)
    a.ctl("state", "master")        # rather than wait for three seconds
    a.wait_state("MASTER")
    b = Carpd(lab, "b", {**keys, "advskew": 100}, ready=True)
    b.wait_state("BACKUP")
    time.sleep(0.3)
    return a, b


def ms(seconds):
    """For the report."""
    return "%.0f ms" % (seconds * 1e3)


def sleeps(peer):
    """How often its threads have gone to sleep so far: being put off by others does not count."""
    return sum(int(line.split()[1]) for path in glob.glob("/proc/%d/task/*/status" % peer.pid)
               for line in pathlib.Path(path).read_text().splitlines()
               if line.startswith("voluntary_ctxt_switches"))


def test_idle_is_woken_by_adverts_only(lab, record_property):
    peers = pair(lab, addresses=VIP + "/24")
    time.sleep(5)
    before = [sleeps(peer) for peer in peers]
    time.sleep(6)
    woken = [(sleeps(peer) - old) / 6 for peer, old in zip(peers, before)]
    record_property("idle", "woken %.1f times a second as MASTER, %.1f as BACKUP" % tuple(woken))
    # One advert a second. Now and then the observer looks whether all is well.
    assert max(woken) < 2.5


def test_takeover_from_a_dead_host(lab, record_property):
    a, b = pair(lab)
    wire, probe = Wire(lab, "c"), ArpProbe(lab, "c", VIP)
    time.sleep(1.5)
    lab.isolate("a")
    b.wait_state("MASTER")
    time.sleep(0.3)
    bound = wire.adverts(A)[-1][0] + DEAD
    first = wire.adverts(B)[0][0]
    answered = probe.answers(since=bound - 1)[0]
    record_property("takeover", "advert %s, answer %s after the bound" % (
        ms(first - bound), ms(answered - bound)))
    assert -0.05 < first - bound < SOON and answered - bound < SOON
    announced = wire.lines(r"who-has %s .*tell %s|who-has %s tell %s" % ((VIP,) * 4), since=first - 1)
    assert announced and announced[0][0] - bound < SOON
    assert wire.lines(r"tgt is %s" % VIP6, since=first - 1)
    assert a.state() == "MASTER"        # it cannot know


def test_hand_over_at_sigterm(lab, record_property):
    a, b = pair(lab)
    wire, probe = Wire(lab, "c"), ArpProbe(lab, "c", VIP)
    time.sleep(0.5)
    start = time.time()
    assert a.stop() == 0, a.output()
    b.wait_state("MASTER")
    time.sleep(0.3)
    bow_out = wire.lines(r"advbase=255 advskew=255", since=start)
    first = wire.adverts(B, since=start)[0][0]
    gap = probe.gap(start)
    record_property("SIGTERM", "bow-out %s, peer's advert %s after the signal; no answer for %s" % (
        ms(bow_out[0][0] - start), ms(first - start), ms(gap)))
    assert len(bow_out) >= 2, "one of each family"
    assert first - start < SOON and gap < SOON
    assert "master will time out" in b.transitions()[-1]
    assert not lab.has_address("a", VIP) and not lab.has_address("a", VIP6)


@pytest.mark.parametrize("vmac", ["on", "off"])
def test_address_removed_by_an_administrator(lab, record_property, vmac):
    a, b = pair(lab, vmac=vmac)
    probe = ArpProbe(lab, "c", VIP)
    name = "eth0" if vmac == "off" else "carp7-eth0"
    time.sleep(0.3)
    start = time.time()
    for address in (VIP + ("/24" if vmac == "on" else "/32"), VIP6 + "/64"):
        lab.run("a", "ip", "addr", "del", address, "dev", name)
    time.sleep(0.3)
    record_property("ip addr del, vmac " + vmac, "no answer for %s" % ms(probe.gap(start)))
    assert probe.gap(start) < SOON
    assert lab.has_address("a", VIP) and lab.has_address("a", VIP6)
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")


# Deletes an IPv4 address by netlink, and prints the seconds until the kernel tells of it again.
_DELETE = r'''
import socket, struct, sys, time
index, address, bits = socket.if_nametoindex(sys.argv[1]), socket.inet_aton(sys.argv[2]), int(sys.argv[3])
asker, monitor = (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) for _ in range(2))
monitor.bind((0, 0x10))
monitor.settimeout(3)
body = struct.pack("BBBBiHH4sHH4s", 2, bits, 0, 0, index, 8, 2, address, 8, 1, address)
for n in range(9):
    time.sleep(0.1 + n * 0.013)
    asker.send(struct.pack("IHHII", 16 + len(body), 21, 5, n, 0) + body)
    start = time.monotonic()
    while struct.unpack("H", monitor.recv(4096)[4:6])[0] != 20:
        pass
    print(time.monotonic() - start)
'''


@pytest.mark.parametrize("vmac", ["on", "off"])
def test_deleted_address_is_back_at_once(lab, record_property, vmac):
    a = Carpd(lab, "a", {"vhid": 7, "addresses": VIP + "/24", "vmac": vmac})
    a.wait_state("MASTER")
    name, bits = ("eth0", "32") if vmac == "off" else ("carp7-eth0", "24")
    took = sorted(map(float, lab.run("a", "python3", "-c", _DELETE, name, VIP, bits).split()))
    record_property("put back, vmac " + vmac, "median %.1f ms, longest %.1f ms" % (
        took[4] * 1e3, took[-1] * 1e3))
    # Less than 1 ms on a machine at rest; half of them are not hit by its load.
    assert len(took) == 9 and took[4] < 0.05


def test_interface_removed_and_made_again(lab, record_property):
    a, b = pair(lab)
    probe = ArpProbe(lab, "c", VIP)
    time.sleep(0.3)
    start = time.time()
    lab.detach("a")
    b.wait_state("MASTER")
    a.wait_state("INIT")
    lab.attach("a")
    a.wait_state("BACKUP")
    time.sleep(0.5)
    record_property("interface gone", "no answer for %s, protocol's bound %s" % (
        ms(probe.gap(start)), ms(DEAD)))
    assert probe.gap(start) < DEAD + SOON
    assert (a.state(), b.state()) == ("BACKUP", "MASTER")
    assert not lab.has_address("a", VIP)
    b.stop()
    a.wait_state("MASTER")
    assert lab.has_address("a", VIP) and lab.has_address("a", VIP6)


def test_interface_that_goes_while_it_is_of_no_use(lab):
    a = Carpd(lab, "a", {"vhid": 7, "addresses": VIP + "/24", "advbase": 0, "advskew": 20},
              ready=True)
    a.wait_state("MASTER")
    # Somebody takes the name of the macvlan; the interface goes, and the stranger.
    a.process.send_signal(signal.SIGSTOP)
    lab.run("a", "ip", "link", "del", "carp7-eth0")
    lab.run("a", "ip", "link", "add", "carp7-eth0", "type", "bridge")
    a.process.send_signal(signal.SIGCONT)
    netlab.wait_for("it gives up", lambda: "rename or remove" in a.output(), 5)
    lab.detach("a")
    lab.run("a", "ip", "link", "del", "carp7-eth0")
    time.sleep(1.5)     # longer than until it tries again
    lab.attach("a")
    a.wait_state("MASTER", 5)
    assert lab.has_address("a", VIP)


def learn(lab):
    """Let the switch learn addresses, as real ones do."""
    for host in lab.hosts:
        netlab.sh("bridge", "-n", lab.switch, "link", "set", "dev", host, "learning", "on",
                  "flood", "on")
    netlab.sh("ip", "-n", lab.switch, "link", "set", "br0", "type", "bridge", "ageing_time", "30000")


@pytest.mark.parametrize("vmac", ["on", "off"])
def test_split_that_heals_leaves_no_black_hole(lab, record_property, vmac):
    a, b = pair(lab, vmac=vmac)
    learn(lab)
    client, probe = PingProbe(lab, "c", VIP), ArpProbe(lab, "c", VIP)
    time.sleep(0.3)
    lab.cut_both("a", "b")
    b.wait_state("MASTER")
    time.sleep(1.2)
    healed = time.time()
    lab.heal()
    b.wait_state("BACKUP")
    time.sleep(2.5)
    double = probe.doubles(healed)
    record_property("split healed, vmac " + vmac, "client without answer for %s, two owners for %s" % (
        ms(client.gap(healed, time.time())), ms(double)))
    assert client.gap(healed, time.time()) < 1.0
    assert double < 1.2, "the next advert ends it"
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")


def test_paused_master_listens_before_it_speaks(lab, record_property):
    a, b = pair(lab)
    client, probe = PingProbe(lab, "c", VIP), ArpProbe(lab, "c", VIP)
    wire = Wire(lab, "c")
    a.process.send_signal(signal.SIGSTOP)
    b.wait_state("MASTER")
    time.sleep(1.0)
    woken = time.time()
    a.process.send_signal(signal.SIGCONT)
    time.sleep(3.0)
    record_property("SIGSTOP, SIGCONT", "two owners for %s after it, client without answer for %s" % (
        ms(probe.doubles(woken)), ms(client.gap(woken, time.time()))))
    assert (a.state(), b.state()) == ("BACKUP", "MASTER"), a.output() + b.output()
    assert probe.doubles(woken) < SOON
    assert client.gap(woken, time.time()) < 1.0
    assert not wire.adverts(A, since=woken), "it speaks before it has listened"


def test_killed_carpd_starts_again_without_two_owners(lab):
    a, b = pair(lab)
    a.kill()
    assert lab.has_address("a", VIP), "nobody has taken it away"
    b.wait_state("MASTER")
    a.start()
    assert not lab.has_address("a", VIP) and not lab.has_address("a", VIP6)
    a.wait_state("BACKUP")
    probe = ArpProbe(lab, "c", VIP)
    netlab.wait_for("somebody answers", probe.answers, 5)
    time.sleep(0.5)
    assert probe.doubles(0) == 0
    assert b.state() == "MASTER"


def test_killed_carpd_with_a_broken_configuration_leaves_no_address(lab):
    a, b = pair(lab)
    a.kill()
    b.wait_state("MASTER")
    a.write({"vhid": 8, "addresses": "nothing"})
    assert lab.has_address("a", VIP), "nobody has taken it away"
    a.ready = False
    a.start()
    netlab.wait_for("it has ended", lambda: a.process.poll() is not None, 10)
    assert a.process.poll() == 3 and "nothing" in a.output()
    assert not lab.has_address("a", VIP) and not lab.has_address("a", VIP6)
    assert b.state() == "MASTER"


def test_255_vhids_change_hosts(lab, record_property):
    def held(host):
        return lab.run(host, "ip", "-o", "-4", "addr", "show").count("10.88.0.")

    def keys(advskew):
        return [{"vhid": n, "addresses": "10.88.0.%d/32" % n, "advskew": advskew, "name": "v%d" % n}
                for n in range(1, 256)]

    a = Carpd(lab, "a", *keys(0), ready=True)
    a.ctl("state", "master")
    b = Carpd(lab, "b", *keys(100), ready=True)
    assert (held("a"), held("b")) == (255, 0)
    start = time.time()
    a.process.terminate()
    netlab.wait_for("b has them", lambda: held("b") == 255, 3, every=0.01)
    moved = time.time() - start
    assert a.process.wait(10) == 0, a.output()[-3000:]
    ended = time.time() - start
    assert held("a") == 0 and "carp" not in lab.run("a", "ip", "-br", "link")
    b.kill()
    start = time.time()
    b.start()
    record_property("255 vhids", "moved in %s, ended in %s, ready after SIGKILL in %s" % (
        ms(moved), ms(ended), ms(time.time() - start)))
    assert held("b") == 0, "nobody is MASTER yet"
