# SPDX-License-Identifier: BSD-2-Clause
"""One carpmon on dozens of interfaces and VLANs, given by pattern, coming and going."""
import time

import pytest

import adverts
import netlab
import watch

WIRES = 24
VLAN = 20


def make_wire(lab, number):
    """A veth pair m<number>/p<number> within the observer; carpmon watches m."""
    near, far = "m%d" % number, "p%d" % number
    lab.run("obs", "ip", "link", "add", "name", near, "type", "veth", "peer", "name", far)
    for name in (near, far):
        lab.run("obs", "ip", "link", "set", "dev", name, "up")


def tagged(frame, vlan):
    """The frame with an 802.1Q tag."""
    return frame[:12] + bytes.fromhex("8100") + vlan.to_bytes(2, "big") + frame[12:]


@pytest.fixture(scope="module")
def lab():
    with netlab.Lab({"obs": "10.79.0.99"}) as built:
        for number in range(WIRES):
            make_wire(built, number)
        yield built


class Wires:
    """Raw sockets on the far ends; they belong to the namespace they were made in."""

    def __init__(self, lab):
        self.lab = lab
        self.counter = 1 << 32

    def send(self, numbers, seconds):
        """One advert a second, untagged as vhid 1 and tagged as vhid 2, on each wire."""
        script = ("import socket,sys,time\n"
                  "frames = [bytes.fromhex(h) for h in sys.argv[3].split(',')]\n"
                  "wires = []\n"
                  "for n in sys.argv[1].split(','):\n"
                  "    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n"
                  "    s.bind(('p' + n, 0)); wires.append(s)\n"
                  "for i in range(int(sys.argv[2])):\n"
                  "    for s in wires:\n"
                  "        for k in (0, 1): s.send(frames[2 * i + k])\n"
                  "    time.sleep(1)\n")
        frames = []
        for _ in range(seconds):
            self.counter += 1
            frames.append(adverts.frame(1, self.counter))
            frames.append(tagged(adverts.frame(2, self.counter), VLAN))
        self.lab.run("obs", "python3", "-c", script, ",".join(map(str, numbers)), str(seconds),
                     ",".join(frame.hex() for frame in frames))


def test_pattern(lab):
    """All wires are told apart, also a new one; one that goes is no error."""
    monitor = watch.Carpmon(lab, "obs", interface="m*")
    wires = Wires(lab)
    wires.send(range(WIRES), 4)
    make_wire(lab, 100)
    monitor.wait_output("m100: new: it is watched too", 5)
    wires.send([*range(WIRES), 100], 2)
    lab.run("obs", "ip", "link", "del", "dev", "m3")
    monitor.wait_output("m3: .*waiting for it to come back", 5)
    rest = [number for number in range(WIRES) if number != 3]
    wires.send(rest, 4)
    status = monitor.stop()
    watch.check_schema(monitor.events)
    start = monitor.events[0]
    assert len(start["inputs"]) == WIRES
    assert {"name": "m7", "segment": "m7"} in start["inputs"]
    found = {(e["segment"], e["vlan"], e["vhid"]): e
             for e in watch.pick(monitor.events, event="summary")}
    for number in rest:
        for vlan, vhid in ((0, 1), (VLAN, 2)):
            view = found["m%d" % number, vlan, vhid]
            assert view["adverts"] == 10 and "NO_MASTER" not in view["findings"]
    gone = found["m3", 0, 1]
    assert gone["adverts"] == 6 and "NO_MASTER" not in gone["findings"]
    assert found["m100", VLAN, 2]["adverts"] == 2
    assert len(found) == 2 * (WIRES + 1)
    end = monitor.events[-1]
    assert status != 3
    assert (end["unreadable"], end["dropped"]) == (0, 0)


def test_pattern_finds_nothing_yet(lab):
    """That is no error: something may appear. The loopback never fits."""
    monitor = watch.Carpmon(lab, "obs", "--duration", "3", interface="q*")
    lab.run("obs", "ip", "link", "add", "name", "q1", "type", "veth", "peer", "name", "r1")
    lab.run("obs", "ip", "link", "set", "dev", "q1", "up")
    monitor.wait_output("q1: new", 3)
    assert monitor.wait_end() == 0
    assert monitor.events[0]["inputs"] == []


def test_pattern_leaves_out_vmac(lab):
    """carpd's macvlan is down whenever its host is BACKUP, and shows nothing that is not seen below it."""
    for name, mac in (("m6v", "00:00:5e:00:01:01"), ("m6w", "00:00:5e:00:02:01"),
                      ("m6c", "02:00:00:00:00:01")):
        lab.run("obs", "ip", "link", "add", "link", "m6", "name", name, "address", mac,
                "type", "macvlan", "mode", "bridge")
        lab.run("obs", "ip", "link", "set", "dev", name, "up")
    make_wire(lab, 66)     # whose own MAC is the virtual one
    lab.run("obs", "ip", "link", "set", "dev", "m66", "address", "00:00:5e:00:01:02")
    monitor = watch.Carpmon(lab, "obs", "--duration", "1", interface="m6*")
    assert monitor.wait_end() == 0
    names = {entry["name"] for entry in monitor.events[0]["inputs"]}
    assert names == {"m6", "m6c", "m66"}


def test_pattern_with_name(lab):
    """Two captures of one wire: the same advert counts once."""
    monitor = watch.Carpmon(lab, "obs", interface="lan=?5")
    Wires(lab).send([5], 2)
    time.sleep(0.3)
    monitor.stop()
    found = watch.pick(monitor.events, event="summary", segment="lan", vhid=1)
    assert len(monitor.events[0]["inputs"]) == 2
    assert len(found) == 1 and found[0]["adverts"] == 2
