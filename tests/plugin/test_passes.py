# SPDX-License-Identifier: BSD-2-Clause
"""The same answer in one pass, in two, and in any order afterwards."""
import json
import shutil

import pytest

CAPTURES = ["ucarp-oneway-a-to-b", "openbsd-12-replayed-adverts",
            "netbsd-split-host", "ucarp-wrong-address", "freebsd14-inject"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_one_pass_and_two(world, capture):
    one = world.tshark(capture, "-V", "-O", "carp").stdout
    assert "carp" in one.lower()
    assert world.tshark(capture, "-V", "-O", "carp", "-2").stdout == one
    one = world.tshark(capture).stdout
    assert world.tshark(capture, "-2").stdout == one


@pytest.mark.parametrize("capture", CAPTURES[:2])
def test_a_filter_of_the_first_pass(world, capture):
    """-2 -R numbers frames anew: verdicts must not hang on numbers."""
    names = ["carp.counter", "carp.hmac.status", "carp.hmac.reason"]
    one = world.fields(capture, names, "-Y", "carp")
    assert world.fields(capture, names, "-2", "-R", "carp") == one


def labels(nodes):
    for node in nodes:
        if "l" in node:
            yield node["l"]
        yield from labels(node.get("n", []))


def in_sharkd(world, capture, numbers):
    conf = world.folder / "work" / (capture + ".conf")
    calls = [("setconf", {"name": "carp.config_file", "value": str(conf)}),
             ("load", {"file": capture + ".pcap"})]
    calls += [("frame", {"frame": number, "proto": True})
              for number in numbers]
    text = "".join(json.dumps({"jsonrpc": "2.0", "id": i, "method": method,
                               "params": params}) + "\n"
                   for i, (method, params) in enumerate(calls, 1))
    done = world.run("sharkd", "-", input=text)
    answers = [json.loads(line) for line in done.stdout.splitlines()
               if line.startswith("{")]
    assert all("result" in answer for answer in answers), answers[:2]
    shown = {}
    for number, answer in zip(numbers, answers[2:]):
        shown[number] = list(labels(answer["result"]["tree"]))
    return shown


@pytest.mark.parametrize("capture", CAPTURES)
def test_any_order(world, capture):
    if shutil.which("sharkd") is None:
        pytest.skip("sharkd is not installed")
    count = len(world.fields(capture, ["frame.number"]))
    forward = list(range(1, count + 1))
    first = in_sharkd(world, capture, forward)
    assert in_sharkd(world, capture, forward[::-1]) == first
    mixed = forward[1::2] + forward[::2] + forward[:3]
    assert in_sharkd(world, capture, mixed) == first
    findings = sum(label.startswith("Finding") or "[Finding" in label
                   for shown in first.values() for label in shown)
    rows = world.fields(capture, ["carp.analysis.finding"])
    assert findings == sum(len(row[0]) for row in rows)
