# SPDX-License-Identifier: BSD-2-Clause
"""The clock is set, the machine sleeps, the monitor is stopped for a while: no false alarm, and
what happens then is still told in time."""
import os
import re
import shutil
import signal
import time

import pytest

import netlab
import peers
import watch

HERE = os.path.dirname(os.path.abspath(__file__))
VHID = 79
HOUR = 3600
# name: (clock set by, machine suspended for), seconds
SHIFTS = {"back": (-HOUR, 0), "forward": (HOUR, 0), "suspend": (0, HOUR), "both": (-600, HOUR)}


def preload(lab, program, name):
    """The words in front of carpmon that give it a clock of its own, and that clock's file."""
    path = os.path.join(lab.dir, name + ".shift")
    write(path, 0, 0)
    # A sanitizer wants to be the first library.
    return path, ("env", "LD_PRELOAD=" + program, "CLOCKSHIFT=" + path,
                  "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0")


def write(path, *seconds):
    """In one step: a reader finds the old numbers or the new ones."""
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write(" ".join("%d" % (number * 10**9) for number in seconds))
    os.rename(path + ".new", path)


@pytest.fixture(scope="module")
def played():
    """A pair; the clocks change; the master dies."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as lab:
        program = os.path.join(lab.dir, "clockshift.so")
        netlab.sh("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", program,
                  os.path.join(HERE, "clockshift.c"), "-ldl")
        a = peers.Ucarp(lab, "a", vhid=VHID, password="secret", vip="10.79.0.50")
        a.wait_state("MASTER")
        peers.Ucarp(lab, "b", vhid=VHID, password="secret", vip="10.79.0.50", advskew=100)
        files, monitors = {}, {}
        for name in SHIFTS:
            files[name], prefix = preload(lab, program, name)
            monitors[name] = watch.Carpmon(lab, "obs", prefix=prefix)
        monitors["stopped"] = watch.Carpmon(lab, "obs")
        for monitor in monitors.values():
            monitor.wait_event(event="transition")
        time.sleep(3.5)
        monitors["stopped"].process.send_signal(signal.SIGSTOP)
        for name, shift in SHIFTS.items():
            write(files[name], *shift)
        time.sleep(5)
        monitors["stopped"].process.send_signal(signal.SIGCONT)
        time.sleep(1)
        quiet = {name: len(monitor.events) for name, monitor in monitors.items()}
        killed = time.time()
        a.crash()
        for monitor in monitors.values():
            monitor.wait_event(12, event="transition", sender="10.79.0.12", role="MASTER")
        took = {name: max(when for when, _line in list(monitor._lines)) - killed
                for name, monitor in monitors.items()}
        for monitor in monitors.values():
            monitor.stop()
        yield monitors, quiet, took


@pytest.mark.parametrize("name", [*SHIFTS, "stopped"])
def test_no_false_alarm(played, name):
    monitors, quiet, took = played
    monitor = monitors[name]
    before = monitor.events[:quiet[name]]
    assert [e["event"] for e in before] == ["start", "transition"], before
    assert took[name] < 6
    lines = monitor.output().splitlines()
    if name == "stopped":
        assert lines == []
        return
    step, slept = SHIFTS[name]
    assert len(lines) == bool(step) + bool(slept)
    told = " ".join(lines)
    for wanted, pattern in ((step, r"the clock was set by ([-+][\d.]+) s"),
                            (slept, r"suspended for ([\d.]+) s")):
        found = re.search(pattern, told)
        assert bool(found) == bool(wanted)
        assert not found or abs(float(found[1]) - wanted) < 0.2
