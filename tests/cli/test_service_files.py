#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What dist/ gives to systemd is what systemd takes: verified by its own tools, offline."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

DIST = pathlib.Path(os.environ["DIST"])      # the build tree's: units with paths filled in
SOURCE = pathlib.Path(__file__).resolve().parents[2] / "dist" / "systemd"
UNITS = sorted(DIST.glob("*.service"))

needs_analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                                   reason="systemd-analyze is not installed")


def test_units_are_there():
    assert UNITS


@needs_analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_verify(unit, tmp_path):
    """No unknown key, no bad value. The program itself is not installed here."""
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"^(Exec\w+=)/\S*/(carp\w+)", r"\1/bin/true", unit.read_text(),
                           flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True,
                          text=True, timeout=60, check=False)
    lines = [line for line in done.stderr.splitlines() if unit.name in line]
    assert not lines and done.returncode == 0, done.stderr


@needs_analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_hardened(unit, record_property):
    """systemd's own exposure score, 10 the worst."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                          capture_output=True, text=True, timeout=60, check=False)
    score = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])
    record_property("exposure of " + unit.name, score)
    assert score <= 2.0, done.stdout


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="systemd-sysusers is missing")
def test_sysusers(tmp_path):
    """The user of the units is made."""
    done = subprocess.run(["systemd-sysusers", "--dry-run", "--root", tmp_path,
                           SOURCE / "carpkit.sysusers"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    users = {re.search(r"^User=(\S+)", unit.read_text(), re.M) for unit in UNITS}
    made = {line.split()[1] for line in (SOURCE / "carpkit.sysusers").read_text().splitlines()
            if line.startswith("u ")}
    assert {found[1] for found in users if found} <= made
