#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""senders of carp.conf: who advertises and is none of them is ROGUE_SENDER."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARPMON = os.environ["CARPMON"]
CAPTURE = ROOT / "captures" / "ucarp-failover.pcap"
FIRST, SECOND = "10.79.0.11", "10.79.0.12"
GROUP = """[vhid "{name}"]
vhid = {vhid}
addresses = 10.79.0.50
password = lab-secret
senders = {senders}
"""


def rogues(tmp_path, *groups):
    """ROGUE_SENDER findings, by sender."""
    conf = tmp_path / "carp.conf"
    conf.write_text("".join(GROUP.format(name=f"g{number}", vhid=vhid, senders=senders)
                            for number, (vhid, senders) in enumerate(groups)))
    conf.chmod(0o600)
    done = subprocess.run([CARPMON, "-r", CAPTURE, "-c", conf, "--format", "json"],
                          env=dict(os.environ, LC_ALL="C"), capture_output=True, text=True,
                          timeout=60)
    assert done.stderr == ""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    found = [event for event in events
             if event["event"] == "finding" and event["code"] == "ROGUE_SENDER"]
    assert done.returncode == (1 if found else 0)
    return {event["senders"][0]: event for event in found}


def test_not_listed(tmp_path):
    found = rogues(tmp_path, (79, FIRST))
    assert set(found) == {SECOND}
    assert found[SECOND]["cause"] == "NOT_CONFIGURED"
    assert found[SECOND]["severity"] == "warning"
    assert SECOND + " advertises, but is none of this vhid's senders" in found[SECOND]["text"]
    assert "Its digest is right" in found[SECOND]["detail"]


@pytest.mark.parametrize("groups", [
    [(79, f"{FIRST}; {SECOND}")],
    [(79, FIRST), (79, SECOND)],    # the lists are joined
    [(80, FIRST)],                  # about another vhid
    [(79, "fd00::1")],              # about the other family
])
def test_nothing_to_say(tmp_path, groups):
    assert not rogues(tmp_path, *groups)


def test_too_many(tmp_path):
    """64 in all groups of a vhid: more would be told as rogues."""
    many = [";".join(f"10.{group}.0.{host}" for host in range(1, 41)) for group in (1, 2)]
    conf = tmp_path / "carp.conf"
    conf.write_text("".join(GROUP.format(name=f"g{number}", vhid=79, senders=senders)
                            for number, senders in enumerate(many)))
    conf.chmod(0o600)
    done = subprocess.run([CARPMON, "-r", CAPTURE, "-c", conf], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 3 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert '[vhid "g1"] senders: vhid 79 has more than 64' in done.stderr
