# SPDX-License-Identifier: BSD-2-Clause
"""The plugin and carpmon say the same of every capture."""
import collections
import struct

import pytest

import packets
from wireshark import captures, carpmon_events

FINDING = ["frame.number", "carp.analysis.finding", "carp.analysis.severity",
           "carp.analysis.confidence", "carp.analysis.resolved"]
CAUSES = ["carp.analysis.cause"]
STATUS = {"good": "1", "bad": "0", "unverified": "2"}


def told_by_plugin(world, name, keys):
    told = collections.Counter()
    causes = collections.Counter()
    over = collections.Counter()
    rows = world.fields(name, FINDING + CAUSES, "-Y",
                        "carp.analysis.finding || carp.analysis.resolved",
                        keys=keys)
    for _, codes, severities, confidences, resolved, cause in rows:
        told.update(zip(codes, severities, confidences))
        causes.update(cause)
        over.update(resolved)
    return told, causes, over


def told_by_carpmon(carpmon, name, keys):
    told = collections.Counter()
    causes = collections.Counter()
    over = collections.Counter()
    for event in carpmon_events(carpmon, name, keys):
        if event["event"] in ("finding", "update"):
            told[event["code"], event["severity"], event["confidence"]] += 1
            if event["cause"]:
                causes[event["cause"]] += 1
        elif event["event"] == "resolved":
            over[event["code"]] += 1
    return told, causes, over


@pytest.mark.parametrize("keys", [True, False], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("name", captures())
def test_findings(world, carpmon, name, keys):
    assert told_by_plugin(world, name, keys) == told_by_carpmon(carpmon,
                                                                name, keys)


@pytest.mark.parametrize("name", captures())
def test_verdicts(world, carpmon, name):
    rows = world.fields(name, ["carp.hmac.status"], "-Y", "carp.hmac.status")
    plugin = collections.Counter(row[0][0] for row in rows)
    monitor = collections.Counter()
    for event in carpmon_events(carpmon, name):
        if event["event"] == "summary":
            for word, status in STATUS.items():
                monitor[status] += event["hmac"][word]
    # Copies and adverts that receivers drop are shown, but not counted.
    for status in "01":
        assert plugin[status] >= monitor[status], (plugin, monitor)
    assert sum(plugin.values()) >= sum(monitor.values())
    if not name.startswith(("freebsd14-inject", "ucarp-loop")):
        assert +plugin == +monitor


@pytest.mark.parametrize("name", captures())
def test_transitions(world, carpmon, name):
    rows = world.fields(name, ["carp.analysis.takeover",
                               "carp.analysis.master",
                               "carp.analysis.yielded"])
    plugin = collections.Counter()
    for takeover, master, yielded in rows:
        plugin["MASTER"] += len(takeover) + len(master)
        plugin["BACKUP"] += len(yielded)
    monitor = collections.Counter(
        event["role"] for event in carpmon_events(carpmon, name)
        if event["event"] == "transition")
    assert +plugin == +monitor


@pytest.mark.parametrize("link", [113, 276], ids=["SLL", "SLL2"])
def test_bridge_on_any(world, link):
    """A bridge and its port show one frame each: copies, no loop."""
    def head(frame, index):
        mac = frame[6:12] + b"\0\0"
        if link == 113:
            return struct.pack(">HHH", 1, 1, 6) + mac + frame[12:14]
        return frame[12:14] + struct.pack(">HIHBB", 0, index, 1, 1, 6) + mac

    packets.write(world.folder / "work" / "any.pcap",
                  [(when, head(frame, index) + frame[14:])
                   for when, frame in packets.read("ucarp-election")
                   for index in (2, 3)], link=link)
    rows = world.fields("any.pcap", ["carp.vhid"], "-Y",
                        "carp.analysis.loop || carp.analysis.duplicate")
    assert rows == []
    assert len(world.fields("any.pcap", ["carp.vhid"], "-Y", "carp")) > 10


def test_moment_of_another_day(world):
    """What is told the day after says the day, as carpmon does."""
    world.run("editcap", "-t", "18131", "ucarp-oneway-a-to-b.pcap", "days.pcap")
    told = " ".join(world.tshark("days.pcap", "-V", "-O", "carp").stdout.split())
    assert "accepted the advert of 2026-11-22 23:59:57.810" in told
    assert "both MASTER since 00:00:02.036" in told
