# SPDX-License-Identifier: BSD-2-Clause
"""What was taken out of service on purpose: what the operator says, and what happens by itself."""
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

import adverts
import netlab
import watch

HERE = os.path.dirname(os.path.abspath(__file__))
HOUR = 3600
SEND = ("import socket, sys, time\n"
        "for turn in range(int(sys.argv[1])):\n"
        "    for i in range(2, len(sys.argv), 2):\n"
        "        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind((sys.argv[i], 0))\n"
        "        s.send(bytes.fromhex(sys.argv[i + 1].split(',')[turn])); s.close()\n"
        "    time.sleep(0.1)\n")


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    program = str(tmp_path_factory.mktemp("clock") / "clockshift.so")
    netlab.sh("cc", "-O2", "-shared", "-fPIC", "-o", program,
              os.path.join(HERE, "clockshift.c"), "-ldl")
    return program


def frames(vhid, turns, counter):
    """Adverts with advbase 0, advskew 128: silence is known after two seconds."""
    made = []
    for turn in range(turns):
        whole = adverts.frame(vhid, counter + turn)
        carp = bytearray(whole[34:])
        carp[2], carp[5], carp[6:8] = 128, 0, b"\0\0"
        made.append((whole[:34] + adverts._with_checksum(bytes(carp), 6)).hex())
    return ",".join(made)


def check(lab, state):
    """What --check says of the state, without the performance data."""
    done = subprocess.run(lab.argv("obs", watch.PROGRAM, "--check", "--state", state), text=True,
                          capture_output=True, timeout=20, check=False)
    return done.returncode, done.stdout.split(" | ")[0].strip()


def test_gone_for_good(clock, tmp_path):
    with netlab.Lab({"obs": "10.79.0.99"}) as lab:
        for near, far in (("m1", "p1"), ("m2", "p2")):
            lab.run("obs", "ip", "link", "add", "name", near, "type", "veth", "peer", "name", far)
            for name in (near, far):
                lab.run("obs", "ip", "link", "set", "dev", name, "up")
        shift = str(tmp_path / "shift")
        state = os.path.join(lab.dir, "state.json")

        def after(seconds):
            with open(shift + ".new", "w", encoding="ascii") as f:
                f.write("0 0 %d" % (seconds * 10**9))
            os.rename(shift + ".new", shift)

        def send(turns, counter, *wires):
            words = [word for wire, vhid in wires
                     for word in (wire, frames(vhid, turns, counter))]
            lab.run("obs", "python3", "-c", SEND, str(turns), *words)

        after(0)
        monitor = watch.Carpmon(lab, "obs", "--state", state, interface="m*", prefix=(
            "env", "LD_PRELOAD=" + clock, "CLOCKSHIFT=" + shift,
            "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0"))
        # vhid 1 is retired; vhid 2's wire is taken away; an hour later vhid 3 fails.
        send(4, 1000, ("p1", 1), ("p2", 2))
        lab.run("obs", "ip", "link", "del", "dev", "m2")
        monitor.wait_event(event="finding", code="NO_MASTER", vhid=1)
        monitor.wait_event(event="finding", code="CAPTURE_BLIND", segment="m2")
        monitor.process.send_signal(signal.SIGUSR1)
        monitor.wait_output("nothing is forgotten", 5)
        after(HOUR)
        send(4, 2000, ("p1", 3))
        monitor.wait_event(event="finding", code="NO_MASTER", vhid=3)
        monitor.process.send_signal(signal.SIGUSR1)
        monitor.wait_output("forgotten: .* an hour or more: 3", 5)
        over = watch.pick(monitor.events, event="resolved")
        assert [(e["code"], e["segment"], e["vhid"]) for e in over] == [
            ("CAPTURE_BLIND", "m2", 0), ("NO_MASTER", "m1", 1)]
        assert all(e["text"].endswith(": forgotten on request") for e in over)
        netlab.wait_for("the state has one vhid", lambda: len(json.loads(
            open(state, encoding="utf-8").read())["vhids"]) == 1, 7)
        # What is told is the outage that has just begun. The state's clock is the monitor's.
        os.environ["CLOCKSHIFT"] = shift
        assert "3@m1: no master, NO_MASTER" in check(lab, state)[1]

        # The wire is there again, and away again, for good: for a day somebody may want it back.
        lab.run("obs", "ip", "link", "add", "name", "m2", "type", "veth", "peer", "name", "p2")
        for name in ("m2", "p2"):
            lab.run("obs", "ip", "link", "set", "dev", name, "up")
        monitor.wait_output("m2: is back", 5)
        send(4, 3000, ("p2", 2))
        lab.run("obs", "ip", "link", "del", "dev", "m2")
        netlab.wait_for("it is missed", lambda: len(watch.pick(
            monitor.events, event="finding", code="CAPTURE_BLIND", segment="m2")) == 2, 5)
        after(24 * HOUR)
        time.sleep(1.5)
        assert len(watch.pick(monitor.events, event="resolved")) == 2
        after(26 * HOUR)
        ended = netlab.wait_for("it is no longer waited for", lambda: watch.pick(
            monitor.events, event="resolved", segment="m2")[1:], 5)[0]
        assert ended["text"].endswith(": the interface has been gone for a day")
        monitor.stop()
        views = watch.pick(monitor.events, event="summary")
        assert [(view["segment"], view["vhid"]) for view in views] == [("m1", 3)]
        watch.check_schema(monitor.events)
