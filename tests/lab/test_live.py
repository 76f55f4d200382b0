# SPDX-License-Identifier: BSD-2-Clause
"""carpmon -i as a user meets it: errors, ends, delays, load."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import adverts
import netlab
import peers
import watch

HERE = os.path.dirname(os.path.abspath(__file__))
VHID = 79
LOAD = 1000000


@pytest.fixture(scope="module")
def lab():
    """One ucarp as MASTER, an observer."""
    with netlab.Lab({"a": "10.79.0.11", "obs": "10.79.0.99"}) as built:
        built.ucarp = peers.Ucarp(built, "a", vhid=VHID, password="secret", vip="10.79.0.50")
        built.ucarp.wait_state("MASTER")
        yield built


def run(lab, *argv, prefix=()):
    """carpmon on the observer, until it ends: (exit status, stdout, lines of stderr)."""
    done = subprocess.run(lab.argv("obs", *prefix, watch.PROGRAM, *argv), capture_output=True,
                          text=True, timeout=20, check=False)
    return done.returncode, done.stdout, done.stderr.splitlines()


def summary(monitor):
    """The summary of the lab's vhid and the end; both must be there."""
    watch.check_schema(monitor.events)
    assert [e["event"] for e in monitor.events[-2:]] == ["summary", "end"]
    assert monitor.events[-2]["vhid"] == VHID
    return monitor.events[-2:]


def assert_was_blind(monitor, status):
    """The wire could not be seen for a while; that is all, and nobody is blamed for it."""
    found = [(e["event"], e["code"]) for e in monitor.events
             if e["event"] in ("finding", "resolved")]
    assert found == [("finding", "CAPTURE_BLIND"), ("resolved", "CAPTURE_BLIND")]
    assert status == 2


def test_no_such_interface(lab):
    status, out, errors = run(lab, "-i", "eth9")
    assert (status, out, len(errors)) == (3, "", 1)
    assert errors[0].startswith("carpmon: eth9: ") and "No such device" in errors[0]


def moment(event, key="time"):
    return datetime.datetime.fromisoformat(event[key].replace("Z", "+00:00")).timestamp()


def test_end_without_a_frame(lab):
    """It ends when it ends, also where nothing was heard."""
    status, out, errors = run(lab, "-i", "lo", "--duration", "0.5", "--format", "json")
    start, end = [json.loads(line) for line in out.splitlines()]
    assert (status, errors, end["event"]) == (0, [], "end")
    assert 0.3 < moment(end) - moment(start) < 10


def test_no_carrier_at_the_start(lab):
    """The finding begins with the watch, not in 1970."""
    lab.run("obs", "ip", "link", "add", "name", "idle0", "type", "veth", "peer", "name", "idle1")
    try:
        lab.run("obs", "ip", "link", "set", "dev", "idle0", "up")
        status, out, _ = run(lab, "-i", "idle0", "--duration", "0.5", "--format", "json")
    finally:
        lab.run("obs", "ip", "link", "del", "dev", "idle0")
    start, finding, end = [json.loads(line) for line in out.splitlines()]
    assert (status, finding["code"], finding["cause"]) == (2, "CAPTURE_BLIND", "INTERFACE_LOST")
    assert -1 < moment(finding) - moment(start) < 5
    assert -1 < moment(finding, "since") - moment(start) < 5
    assert moment(end) > moment(start)


def test_one_of_two_interfaces_is_missing(lab):
    status, out, errors = run(lab, "-i", "eth0", "-i", "eth9")
    assert (status, out, len(errors)) == (3, "", 1) and "eth9" in errors[0]


def test_interface_is_down(lab):
    lab.run("obs", "ip", "link", "add", "name", "idle0", "type", "veth", "peer", "name", "idle1")
    try:
        status, out, errors = run(lab, "-i", "idle0")
        assert (status, out, len(errors)) == (3, "", 1)
        assert "idle0" in errors[0] and "not up" in errors[0]
    finally:
        lab.run("obs", "ip", "link", "del", "dev", "idle0")


def test_no_permission(lab):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    status, out, errors = run(lab, "-i", "eth0",
                              prefix=("setpriv", "--bounding-set", "-all", "--inh-caps", "-all"))
    assert (status, out, len(errors)) == (3, "", 1)
    assert "eth0" in errors[0] and "CAP_NET_RAW" in errors[0]


def test_unwritable_output(lab):
    """A monitor that nobody can read ends at once."""
    done = subprocess.run(lab.argv("obs", "sh", "-c",
                                   f"exec {watch.PROGRAM} -i eth0 --format json >/dev/full"),
                          stderr=subprocess.PIPE, text=True, timeout=20)
    assert done.returncode == 3
    assert "cannot be written" in done.stderr and len(done.stderr.splitlines()) == 1


def test_carrier_lost(lab):
    """Without carrier silence is no news; one line says so, one when it is back."""
    monitor = watch.Carpmon(lab, "obs")
    monitor.wait_event(event="transition")
    time.sleep(3.2)
    lab.unplug("obs")
    time.sleep(9)
    lab.unplug("obs", on=False)
    monitor.wait_output("is back", 5)
    time.sleep(2.5)
    status = monitor.stop()
    assert len(monitor.output().splitlines()) == 2 and "no carrier" in monitor.output()
    total, _ = summary(monitor)
    assert total["findings"] == {}
    assert_was_blind(monitor, status)


def test_text_at_once(lab):
    """Lines are not held back when the output is a pipe."""
    child = subprocess.Popen(lab.argv("obs", watch.PROGRAM, "-i", "eth0"), stdout=subprocess.PIPE,
                             text=True)
    try:
        assert "WATCHING  eth0 (0 keys)" in child.stdout.readline()
        line = child.stdout.readline()
        assert child.poll() is None
        assert "MASTER" in line and "79@eth0" in line and "10.79.0.11" in line
    finally:
        child.send_signal(signal.SIGINT)
        rest = child.communicate(timeout=5)[0]
    assert child.returncode == 0 and "What happened" in rest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_with_summary(lab, number):
    monitor = watch.Carpmon(lab, "obs")
    monitor.wait_event(event="transition")
    asked = time.monotonic()
    assert monitor.stop(number) == 0
    assert time.monotonic() - asked < 1.0
    total, end = summary(monitor)
    assert total["master"] == "10.79.0.11" and total["adverts"] >= 1
    assert (end["worst"], end["exit_status"]) == (None, 0)
    assert monitor.output() == ""


def test_duration(lab):
    monitor = watch.Carpmon(lab, "obs", "--duration", "2.5")
    started = time.monotonic()
    assert monitor.wait_end() == 0
    assert 2.0 < time.monotonic() - started < 3.2
    assert summary(monitor)[0]["adverts"] in (2, 3)


def test_count(lab):
    monitor = watch.Carpmon(lab, "obs", "--count", "2")
    assert monitor.wait_end() == 0
    assert summary(monitor)[1]["packets"] == 2


def test_interface_vanishes(lab):
    """One line, what was seen is summarised, exit 3."""
    monitor = watch.Carpmon(lab, "obs", "--duration", "4")
    monitor.wait_event(event="transition")
    lab.detach("obs")
    try:
        assert monitor.wait_end() == 3
        total, end = summary(monitor)
        assert total["master"] == "10.79.0.11"
        assert (end["unreadable"], end["exit_status"]) == (1, 3)
        lines = monitor.output().splitlines()
        assert len(lines) == 1 and lines[0].startswith("carpmon: eth0: "), lines
        assert "waiting for it to come back" in lines[0]
    finally:
        lab.attach("obs")


def test_interface_comes_back(lab):
    """The watch goes on."""
    monitor = watch.Carpmon(lab, "obs")
    monitor.wait_event(event="transition")
    time.sleep(3.2)     # NO_MASTER needs three adverts of a master
    lab.detach("obs")
    time.sleep(8)
    lab.attach("obs")
    monitor.wait_output("is back", 5)
    time.sleep(2.5)
    status = monitor.stop()
    assert len(monitor.output().splitlines()) == 2
    total, end = summary(monitor)
    assert total["adverts"] >= 4 + 2
    assert end["unreadable"] == 0
    assert total["findings"] == {}
    assert_was_blind(monitor, status)


def test_pattern_finds_idle_interfaces(lab):
    """One without CARP may go: nothing is lost. Of one with CARP that is a finding."""
    lab.run("obs", "ip", "link", "add", "spare0", "type", "veth", "peer", "name", "spare1")
    lab.run("obs", "ip", "link", "set", "spare0", "up")
    lab.run("obs", "ip", "link", "set", "spare1", "up")
    monitor = watch.Carpmon(lab, "obs", interface="*")
    monitor.wait_event(event="transition")
    lab.run("obs", "ip", "link", "del", "spare0")
    monitor.wait_output("spare0: ", 5)
    time.sleep(1.5)
    assert [e for e in monitor.events if e["event"] == "finding"] == []
    lab.detach("obs")
    try:
        found = monitor.wait_event(event="finding")
    finally:
        lab.attach("obs")
    assert (found["segment"], found["code"], found["cause"]) == \
        ("eth0", "CAPTURE_BLIND", "INTERFACE_LOST")
    monitor.stop()


@pytest.mark.parametrize("more", [(), ("-i", "lo")], ids=["one", "two"])
def test_delay_at_rest(lab, more, record_property):
    """From the frame leaving its sender to the line arriving here."""
    monitor = watch.Carpmon(lab, "obs", *more)
    out = lab.run("a", sys.executable, os.path.join(HERE, "adverts.py"), "eth0", "100", "24", "0.23")
    time.sleep(0.5)
    monitor.stop()
    left = {int(vhid): float(when) for vhid, when in map(str.split, out.splitlines())}
    delays = sorted(delay + watch.seconds(event["time"]) - left[event["vhid"]]
                    for delay, event in monitor.delays()
                    if event["event"] == "transition" and event["vhid"] in left)
    assert len(delays) == len(left)
    record_property("frame to line at rest, %d interface(s), ms" % (1 + len(more) // 2),
                    "median %.0f, worst of %d %.0f" % (1000 * delays[len(delays) // 2],
                                                      len(delays), 1000 * delays[-1]))
    assert delays[-1] < 1.0


def is_instrumented():
    """A sanitizer makes the program too slow for full speed."""
    with open(watch.PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


def send_flood(lab):
    """LOAD adverts of vhid 200 at full speed from one core; frames per second."""
    program = os.path.join(lab.dir, "flood")
    netlab.sh("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program,
              os.path.join(HERE, "flood.c"))
    done = subprocess.run(lab.argv("a", program, "eth0", str(LOAD)), capture_output=True,
                          input=adverts.frame(200, 0), timeout=60, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="load: set CARP_LONG=1")
@pytest.mark.skipif(not shutil.which("cc"), reason="load: no C compiler")
@pytest.mark.parametrize("more", [(), ("-i", "lo")], ids=["one", "two"])
def test_nothing_lost_under_load(lab, more, record_property):
    """Every frame is counted, or said to be dropped; none is dropped by a release build."""
    monitor = watch.Carpmon(lab, "obs", *more)
    rate = send_flood(lab)
    time.sleep(1)
    monitor.stop(timeout=20)
    end = monitor.events[-1]
    counted = watch.pick(monitor.events, event="summary", vhid=200)[0]["adverts"]
    record_property("load, %d interface(s)" % (1 + len(more) // 2),
                    "%d frames/s, %d of %d counted" % (rate, counted, LOAD))
    assert counted <= LOAD <= counted + end["dropped"]
    assert end["dropped"] == 0 or is_instrumented()
