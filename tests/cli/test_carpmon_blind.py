#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""CAPTURE_BLIND in carpmon's output: a capture that sees nothing for a while."""
import json
import os
import pathlib
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARPMON = os.environ["CARPMON"]
# From 26 to 46 s A (10.79.0.11) is MASTER of vhid 79 and B (10.79.0.12) of vhid 80.
CAPTURE = (ROOT / "captures" / "ucarp-split-placement.pcap").read_bytes()


def events(tmp_path, is_lost):
    """What carpmon says when the frames for which is_lost(second, frame) are missing."""
    out, at, first = bytearray(CAPTURE[:24]), 24, None
    while at < len(CAPTURE):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", CAPTURE, at)
        frame = CAPTURE[at + 16:at + 16 + length]
        when = seconds + fraction / 1e6
        first = when if first is None else first
        if not is_lost(when - first, frame):
            out += CAPTURE[at:at + 16 + length]
        at += 16 + length
    path = tmp_path / "lost.pcap"
    path.write_bytes(out)
    done = subprocess.run([CARPMON, "-r", path, "--format", "json"], capture_output=True,
                          text=True, timeout=60, env=dict(os.environ, LC_ALL="C"))
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_code(told, code, event="finding"):
    return [e for e in told if e["event"] == event and e["code"] == code]


def test_all_silent(tmp_path):
    told = events(tmp_path, lambda second, _frame: 28 < second < 40)
    found = of_code(told, "CAPTURE_BLIND")
    assert [(e["cause"], e["severity"], e["vhid"]) for e in found] == [("ALL_SILENT", "critical", 0)]
    assert len(of_code(told, "CAPTURE_BLIND", "resolved")) == 1
    assert not of_code(told, "NO_MASTER")


def test_one_died(tmp_path):
    """The other host still speaks: this silence is its master's."""
    told = events(tmp_path, lambda second, frame: 28 < second < 40
                  and frame[26:30] == bytes([10, 79, 0, 12]))
    assert not of_code(told, "CAPTURE_BLIND")
    assert [e["vhid"] for e in of_code(told, "NO_MASTER")] == [80]
