# SPDX-License-Identifier: BSD-2-Clause
"""carpinject play on a wire: the manual's examples with a real ucarp, what -w
records, and several roles in one file."""
import json
import os
import pathlib
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

import manual
import netlab
import schema
import targets

SUITE = manual.ROOT / "tests" / "conformance"


@pytest.fixture(name="lab")
def make_lab():
    reason = netlab.usable()
    if reason:
        pytest.skip(reason)
    netlab.Lab.ended_by = KeyboardInterrupt
    with netlab.Lab({"a": "10.79.0.11", "inj": "10.79.0.12"},
                    ipv6=True) as lab:
        yield lab


def run(lab, words, status=0):
    done = subprocess.run(lab.argv("inj", targets.CARPINJECT, *words),
                          capture_output=True, text=True, timeout=120,
                          check=False, cwd=lab.dir)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def read(path, *argv):
    """What tshark finds in a file, a line a frame."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    return netlab.sh("tshark", "-r", path, *argv).splitlines()


def test_manual(lab):
    """The scenario and the examples of the manual, word for word."""
    if targets.Ucarp.missing():
        pytest.skip(targets.Ucarp.missing())
    manual.write_files(pathlib.Path(lab.dir))
    device = targets.Ucarp(lab)
    netlab.wait_for("ucarp is MASTER",
                    lambda: lab.has_address("a", targets.VIP), 10)
    played = 0
    for line in manual.examples():
        words = line.split()[1:]
        if words[0] not in ("play", "conform") or "--dry-run" in words:
            continue
        if words[0] == "conform":
            words += ["--suite", str(SUITE), "--control", device.control]
        out = run(lab, words)
        played += 1
        if words[0] == "play":
            assert "1 passed" in out and "last to back: " in out
            check_recording(os.path.join(lab.dir, "takeover.pcap"))
        elif "junit" in words:
            suite = xml.etree.ElementTree.fromstring(out)
            assert suite.get("tests") == "1" and suite.get("failures") == "0"
        else:
            assert "0 failed" in out
    assert played == 3


def check_recording(path):
    """Everything sent and heard, readable, in its order and time."""
    lines = read(path, "-Y", "ip.proto == 112", "-T", "fields", "-e",
                 "frame.time_epoch", "-e", "ip.src")
    frames = [(float(time), source) for time, source in
              (line.split("\t") for line in lines)]
    assert frames == sorted(frames)
    ours = [time for time, source in frames if source == "10.79.0.12"]
    # Every 1.195 s for 5 s, and one more.
    assert len(ours) == 6
    gaps = [b - a for a, b in zip(ours, ours[1:])]
    assert all(abs(gap - 1.1953) < 0.1 for gap in gaps[:4])
    theirs = [time for time, source in frames if source == "10.79.0.11"]
    assert theirs and theirs[-1] > ours[-1] + 3.3
    # Its announcement was heard, too.
    assert read(path, "-Y", "arp.isgratuitous")
    text = netlab.sh("tcpdump", "-T", "carp", "-nnvvr", path, "ip proto 112")
    assert text.count("CARPv2-advertise 36: vhid=7 advbase=1") == len(frames)
    assert "bad" not in text and "ttl=255!" not in text


ROLES = """
role one advskew=20 source=10.79.0.21
role two advskew=40 source=10.79.0.22

test both "two masters in one file, each with its own count"
  start one counter=0x100 as a
  start two counter=0x9000 as b
  wait 2.5s
  silence advert source=10.79.0.11 for 1s
  stop
test late "this cannot be"
  expect advert source=10.79.0.11 within 10s as x
  check x advskew=1
"""


def test_roles(lab):
    if targets.Simulated.missing():
        pytest.skip(targets.Simulated.missing())
    device = targets.Simulated(lab, "freebsd", settings=("state=master",))
    scenario = os.path.join(lab.dir, "roles.carp")
    with open(scenario, "w", encoding="ascii") as file:
        file.write(ROLES)
    words = ["play", scenario, "-i", "eth0", "--vhid", "7", "--address",
             targets.VIP, "--password-file", device.secret, "--peer",
             "10.79.0.11", "-w", "roles.pcap", "--format"]
    lines = [json.loads(line) for line in
             run(lab, words + ["json"], status=1).splitlines()]
    schema.check(lines)
    assert [line.get("result") for line in lines] == ["pass", "fail", None]
    assert lines[1]["detail"] == "'check x advskew=1' does not hold: " \
        "advskew is 100"
    assert lines[1]["line"] == 13
    sent = read(os.path.join(lab.dir, "roles.pcap"), "-Y", "ip.proto == 112",
                "-T", "fields", "-e", "ip.src")
    # 1.08 s and 1.16 s apart, for 3.5 s
    assert sent.count("10.79.0.21") == 4 and sent.count("10.79.0.22") == 4
