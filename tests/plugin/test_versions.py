# SPDX-License-Identifier: BSD-2-Clause
"""The same sources with newer Wiresharks, and the same answers."""
import os
import pathlib
import subprocess
import tempfile

import pytest

from wireshark import captures

HERE = pathlib.Path(__file__).parent
FIELDS = ["frame.number", "carp.vhid", "carp.hmac.status",
          "carp.hmac.reason", "carp.analysis.role", "carp.analysis.finding",
          "carp.analysis.cause", "carp.analysis.resolved",
          "carp.analysis.lineage"]


@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_newer_wireshark(world, suite):
    if os.environ.get("CARP_LONG") != "1":
        pytest.skip("CARP_LONG=1 is not set")
    work = pathlib.Path(os.environ.get(
        "CARP_VERSIONS_DIR",
        os.path.join(tempfile.gettempdir(), "carpkit-versions")))
    done = subprocess.run([HERE / "other-versions", suite, work],
                          capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    for name in captures():
        here = world.tshark(name, "-2", "-T", "fields",
                            *[part for field in FIELDS
                              for part in ("-e", field)]).stdout
        there = (work / f"{suite}-out" / name).read_text()
        assert there == here, name
