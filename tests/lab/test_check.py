# SPDX-License-Identifier: BSD-2-Clause
"""carpmon --check as a monitoring system runs it, and what a monitor that lost frames says."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import adverts
import netlab
import peers
import watch

HERE = os.path.dirname(os.path.abspath(__file__))
VHID = 79
DATA = r"masters=%d;1:1;1:1 gap=[\d.]+s"


@pytest.fixture(scope="module")
def lab():
    """A pair of ucarp, an observer."""
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as built:
        first = peers.Ucarp(built, "a", vhid=VHID, password="secret", vip="10.79.0.50")
        first.wait_state("MASTER")
        built.second = peers.Ucarp(built, "b", vhid=VHID, password="secret", vip="10.79.0.50",
                                   advskew=100)
        yield built


def check(lab, *options):
    """Exit status and the one line."""
    done = subprocess.run(lab.argv("obs", watch.PROGRAM, "--check", *options),
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.stderr == "" and len(done.stdout.splitlines()) == 1, done
    return done.returncode, done.stdout.rstrip("\n")


def read_state(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def test_listening(lab):
    config = os.path.join(lab.dir, "check.conf")
    with open(config, "w", encoding="ascii") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write('[vhid "%s"]\nvhid = %d\naddresses = 10.79.0.50\npassword = secret\n' % (
            "lan", VHID))
        f.write('[vhid "gone"]\nvhid = 80\naddresses = 10.79.0.60\npassword = secret\n')
    status, line = check(lab, "-i", "eth0", "--duration", "2.5")
    assert status == 0
    assert re.fullmatch(r"CARP OK - 79@eth0: master 10\.79\.0\.11 \| " + DATA % 1, line), line
    status, line = check(lab, "-i", "eth0", "--duration", "1.5", "-c", config)
    assert status == 2
    assert line.startswith("CARP CRITICAL - vhid 80: configured, never heard | "), line
    status, line = check(lab, "-i", "lo", "--duration", "0.5")
    assert (status, line) == (3, "CARP UNKNOWN - no CARP was heard")


def test_state(lab):
    """The state of a running carpmon, when all is well, in a split, and after it."""
    path = os.path.join(lab.dir, "state.json")
    status, line = check(lab, "--state", path)
    assert status == 3 and "is carpmon running with --state" in line
    monitor = watch.Carpmon(lab, "obs", "--state", path)
    monitor.wait_event(event="transition")
    netlab.wait_for("a state", lambda: os.path.exists(path), 5)
    time.sleep(3.5)
    watch.check_schema([read_state(path)])
    status, line = check(lab, "--state", path)
    assert status == 0 and re.fullmatch(r"CARP OK - 79@eth0: master 10\.79\.0\.11 \| "
                                        + DATA % 1, line), line
    lab.cut_both("a", "b")
    monitor.wait_event(15, event=("finding", "update"), code="DUAL_MASTER", severity="critical")
    time.sleep(1.5)
    watch.check_schema([read_state(path)])
    status, line = check(lab, "--state", path, "--vhid", str(VHID))
    assert status == 2
    assert re.match(r"CARP CRITICAL - 79@eth0: 2 masters \(10\.79\.0\.1[12], 10\.79\.0\.1[12]\), "
                    r".*DUAL_MASTER \w+.* \| " + DATA % 2 + "$", line), line
    lab.heal()
    monitor.wait_event(15, event="resolved", code="DUAL_MASTER")
    netlab.wait_for("a good state", lambda: check(lab, "--state", path)[0] < 2, 8, 0.5)
    monitor.stop()
    assert not [name for name in os.listdir(lab.dir) if name.startswith("state.json.")]


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_lost_frames(lab):
    """The kernel's buffer is full for longer than the dead time: that is told, and it is not
    taken for silence of the master."""
    program = os.path.join(lab.dir, "flood")
    netlab.sh("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program,
              os.path.join(HERE, "flood.c"))
    monitor = watch.Carpmon(lab, "obs")
    monitor.wait_event(event="transition")
    time.sleep(3.5)
    monitor.process.send_signal(signal.SIGSTOP)
    subprocess.run(lab.argv("b", program, "eth0", "100000"), capture_output=True,
                   input=adverts.frame(200, 0), timeout=60, check=True)
    time.sleep(5)       # the dead time is 3 s
    monitor.process.send_signal(signal.SIGCONT)
    monitor.wait_event(10, event="finding", code="CAPTURE_BLIND")
    monitor.wait_output("frames dropped: the machine is too slow", 5)
    time.sleep(2.5)
    monitor.stop()
    end = monitor.events[-1]
    assert end["dropped"] > 1000
    total = watch.pick(monitor.events, event="summary", vhid=VHID)[0]
    assert total["master"] == "10.79.0.11" and total["transitions"] == 1
    for code in ("NO_MASTER", "LATE_ADVERTS", "MISSED_ADVERTS"):
        assert code not in total["findings"], total["findings"]
