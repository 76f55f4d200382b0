# SPDX-License-Identifier: BSD-2-Clause
"""carpinject conform on a wire: against ucarp each deviation that
docs/PROTOCOL.md knows of is found, and nothing else; carpd passes; and a
simulated device shows that IPv6 and preempt are tested on real sockets, too.
(unit.conform plays every test with right and wrong devices, in no time.)

With CARP_LONG=1 the whole suite runs and, with CARP_KEEP=DIR, its JSON lines
are kept as DIR/ucarp.jsonl and so on, for tests/conformance/interop.
"""
import json
import os
import subprocess
import xml.etree.ElementTree

import pytest

import netlab
import schema
import targets

HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, "..", "conformance")
LONG = bool(os.environ.get("CARP_LONG"))
needs_time = pytest.mark.skipif(not LONG, reason="takes minutes: CARP_LONG=1")
# What ucarp does otherwise, by test.
UCARP_DIFFERS = {
    "parameters.source-mac", "announcements.announced-mac",
    "announcements.announced-again", "announcements.answer",
    "announcements.worse-answered", "election.silent-yield",
    "election.too-slow", "election.tie-high", "timing.takeover",
    "timing.bow-out", "timing.leave", "unicast.unicast",
    "unicast.other-group",
}
# May be in time by chance: it reads once a second.
BY_CHANCE = {"election.too-slow", "election.preempt"}
CARPD_DIFFERS = {
    "announcements.announced-again", "announcements.worse-answered",
    "counters.continues", "election.silent-yield", "election.tie-low",
    "unicast.other-group",
}
REAL_MAC = {"parameters.source-mac", "announcements.announced-mac",
            "announcements.answer"}


@pytest.fixture(name="lab")
def make_lab():
    reason = netlab.usable()
    if reason:
        pytest.skip(reason)
    netlab.Lab.ended_by = KeyboardInterrupt
    with netlab.Lab({"a": "10.79.0.11", "inj": "10.79.0.12"},
                    ipv6=True) as lab:
        yield lab


def target(kind, lab, *argv, **more):
    if kind.missing():
        pytest.skip(kind.missing())
    return kind(lab, *argv, **more)


def conform(device, *options):
    return subprocess.run(
        device.lab.argv("inj", targets.CARPINJECT, "conform", "-i", "eth0",
                        "--suite", SUITE, *device.arguments(), *options),
        capture_output=True, text=True, timeout=900, check=False)


def judge(device, group, keep=None):
    """Every result by test; none has failed."""
    done = conform(device, "--format", "json",
                   *([] if group is None else ["--group", group]))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if keep is not None and "CARP_KEEP" in os.environ:
        with open(os.path.join(os.environ["CARP_KEEP"], keep + ".jsonl"),
                  "w", encoding="utf-8") as file:
            file.write(done.stdout)
    schema.check(lines)
    found = {"%s.%s" % (line["group"], line["name"]): line
             for line in lines if line["event"] == "test"}
    assert {name: test["detail"] for name, test in found.items()
            if test["result"] == "fail"} == {}
    assert done.returncode == 0, done.stderr
    return {name: test["result"] for name, test in found.items()}


def differing(results):
    return {name for name, result in results.items() if result == "differs"}


def test_ucarp_quick(lab):
    results = judge(target(targets.Ucarp, lab),
                    "parameters.source-mac,parameters.values,"
                    "election.tie-high,unicast.unicast")
    assert len(results) == 4
    assert differing(results) == UCARP_DIFFERS & set(results)


def test_simulated_quick(lab):
    """What no installed daemon can show: IPv6, and preempt."""
    device = target(targets.Simulated, lab, "freebsd", dual=True,
                    preempt=True)
    results = judge(device, "ipv6.destination,ipv6.neighbour,ipv6.answer,"
                    "election.preempt")
    assert set(results.values()) == {"pass"} and len(results) == 4


def test_carpd_quick(lab):
    results = judge(target(targets.Carpd, lab),
                    "parameters,timing.leave,election.better,counters.continues")
    assert differing(results) == {"counters.continues"}


@needs_time
def test_ucarp(lab):
    results = judge(target(targets.Ucarp, lab), None, "ucarp")
    assert differing(results) | BY_CHANCE == UCARP_DIFFERS | BY_CHANCE


@needs_time
def test_ucarp_preempts(lab):
    results = judge(target(targets.Ucarp, lab, preempt=True),
                    "election,replay")
    assert differing(results) - BY_CHANCE == \
        UCARP_DIFFERS & set(results) - BY_CHANCE
    assert results["election.preempt"] != "skip"


@needs_time
def test_ucarp_script(lab):
    """Its script blocks it."""
    results = judge(target(targets.Ucarp, lab, script=2), "timing.script")
    assert results == {"timing.script": "differs"}


@needs_time
def test_ucarp_skew_0(lab):
    """Without a skew its poll costs nothing, only that it reads late."""
    results = judge(target(targets.Ucarp, lab, advskew=0), None)
    assert differing(results) | BY_CHANCE | {"timing.takeover"} == \
        UCARP_DIFFERS | BY_CHANCE


@needs_time
@pytest.mark.parametrize("profile, differs", [
    ("freebsd", {"replay.own", "timing.leave"}),
    ("openbsd", {"announcements.announced-again", "counters.continues",
                 "counters.fresh", "timing.takeover", "unicast.unicast"})])
def test_simulated(lab, profile, differs):
    results = judge(target(targets.Simulated, lab, profile, dual=True,
                           preempt=True), None)
    assert differing(results) == differs


@needs_time
@pytest.mark.parametrize("keep, more, differs", [
    ("carpd", {}, CARPD_DIFFERS),
    ("carpd-vmac-off", {"settings": {"vmac": "off"}.items()},
     CARPD_DIFFERS | REAL_MAC),
    ("carpd-strict", {"settings": {"replay": "strict"}.items()},
     CARPD_DIFFERS | {"counters.older", "replay.hold"}),
    ("carpd-dual", {"dual": True, "preempt": True},
     CARPD_DIFFERS | {"counters.fresh", "ipv6.two-timers"}),
])
def test_carpd(lab, keep, more, differs):
    device = target(targets.Carpd, lab, **more)
    assert differing(judge(device, None, keep)) <= differs


@needs_time
def test_carpd_script(lab):
    """Its script holds nothing up."""
    results = judge(target(targets.Carpd, lab, script=2), "timing.script")
    assert results == {"timing.script": "pass"}
    assert os.path.exists(os.path.join(lab.dir, "was-run"))


def test_formats(lab):
    device = target(targets.Simulated, lab, "freebsd")
    done = conform(device, "--format", "junit", "--group",
                   "parameters.digest,ipv6")
    suite = xml.etree.ElementTree.fromstring(done.stdout)
    assert suite.get("tests") == "8" and suite.get("skipped") == "7"
    tap = conform(device, "--format", "tap", "--group", "parameters.digest")
    assert tap.stdout.startswith("1..1\nok 1 - parameters.digest")
