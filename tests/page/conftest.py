# SPDX-License-Identifier: BSD-2-Clause
"""Skips with a reason what cannot run here."""
import os
import subprocess

import pytest

import wire


@pytest.fixture(scope="session", autouse=True)
def usable():
    """A program to test, and a network of our own."""
    if not os.access(wire.PROGRAM, os.X_OK):
        pytest.skip(f"{wire.PROGRAM} is not built")
    made = subprocess.run(["ip", "link", "add", "name", "probe0", "type", "veth", "peer", "name",
                           "probe1"], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip("no interfaces can be made here: " + made.stderr.strip())
    subprocess.run(["ip", "link", "del", "dev", "probe0"], check=True)
    subprocess.run(["ip", "link", "set", "dev", "lo", "up"], check=True)
