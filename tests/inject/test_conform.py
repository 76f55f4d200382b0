# SPDX-License-Identifier: BSD-2-Clause
"""carpinject conform against ucarp: each deviation that docs/PROTOCOL.md
knows of is found, and nothing else.

The quick part takes a minute; with CARP_LONG=1 the whole suite runs and, with
CARP_KEEP=DIR, its JSON lines are kept as DIR/ucarp.jsonl.
"""
import json
import os
import signal
import subprocess
import threading
import xml.etree.ElementTree

import pytest

import netlab
import peers

HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, "..", "conformance")
CARPINJECT = os.environ.get("CARPINJECT", "carpinject")
PASSWORD = "lab-secret"
VIP = "10.79.0.50"
LONG = bool(os.environ.get("CARP_LONG"))
# What ucarp does otherwise, by test.
DIFFERS = {
    "parameters.source-mac", "announcements.announced-mac",
    "announcements.announced-again", "announcements.answer",
    "announcements.worse-answered", "election.silent-yield",
    "election.too-slow", "election.tie-high", "timing.takeover",
    "timing.bow-out", "timing.leave", "unicast.unicast",
    "unicast.other-group",
}


class Device:
    """ucarp, started and stopped by carpinject through a pair of pipes."""

    def __init__(self, lab, preempt=False):
        self.lab = lab
        self.preempt = preempt
        self.peer = None
        self.asked = os.path.join(lab.dir, "asked")
        self.done = os.path.join(lab.dir, "done")
        self.command = os.path.join(lab.dir, "control")
        os.mkfifo(self.asked)
        os.mkfifo(self.done)
        with open(self.command, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "$1" > %s\nread x < %s\n'
                       % (self.asked, self.done))
        os.chmod(self.command, 0o700)
        self.do("start")
        self.peer.wait_state("MASTER")
        threading.Thread(target=self.serve, daemon=True).start()

    def do(self, action):
        if action == "start":
            self.peer = peers.Ucarp(self.lab, "a", vhid=7, vip=VIP,
                                    password=PASSWORD, advskew=100,
                                    preempt=self.preempt)
        elif self.peer is not None:
            self.peer.stop(signal.SIGTERM)

    def serve(self):
        while True:
            with open(self.asked, encoding="ascii") as file:
                action = file.read().strip()
            self.do(action)
            with open(self.done, "w", encoding="ascii") as file:
                file.write("x\n")


def run(lab, *options):
    password = os.path.join(lab.dir, "password")
    with open(password, "w", encoding="ascii") as file:
        file.write(PASSWORD + "\n")
    os.chmod(password, 0o600)
    return subprocess.run(
        lab.argv("inj", CARPINJECT, "conform", "-i", "eth0", "--vhid", "7",
                 "--address", VIP, "--password-file", password, "--profile",
                 "ucarp", "--target", "10.79.0.11", "--target-skew", "100",
                 "--suite", SUITE, *options),
        capture_output=True, text=True, timeout=560, check=False)


@pytest.fixture(name="lab")
def make_lab():
    reason = netlab.usable() or peers.Ucarp.missing()
    if reason:
        pytest.skip(reason)
    netlab.Lab.ended_by = KeyboardInterrupt
    with netlab.Lab({"a": "10.79.0.11", "inj": "10.79.0.12"}) as lab:
        yield lab


def results(done):
    tests = [json.loads(line) for line in done.stdout.splitlines()]
    return {"%s.%s" % (test["group"], test["name"]): test
            for test in tests if test["event"] == "test"}


def test_suite(lab):
    device = Device(lab)
    groups = [] if LONG else [
        "--group", "parameters,unicast.unicast,timing.takeover,timing.leave,"
        "counters.fresh,validity.ttl-254,election.tie-high"]
    done = run(lab, "--control", device.command, "--format", "json", *groups)
    found = results(done)
    if "CARP_KEEP" in os.environ:
        with open(os.path.join(os.environ["CARP_KEEP"], "ucarp.jsonl"), "w",
                  encoding="utf-8") as file:
            file.write(done.stdout)
    assert {name: test["detail"] for name, test in found.items()
            if test["result"] == "fail"} == {}
    assert done.returncode == 0, done.stderr
    assert {name for name, test in found.items()
            if test["result"] == "differs"} == DIFFERS & set(found)
    assert len(found) > 14


def test_formats(lab):
    Device(lab)
    done = run(lab, "--format", "junit", "--group", "parameters.digest,ipv6")
    suite = xml.etree.ElementTree.fromstring(done.stdout)
    assert suite.get("tests") == "3" and suite.get("skipped") == "2"
    tap = run(lab, "--format", "tap", "--group", "parameters.digest")
    assert tap.stdout.startswith("1..1\nok 1 - parameters.digest")
