# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: the programs under test come from ctest, by environment."""
import os
import pathlib
import shutil
import tempfile

import pytest

from wireshark import ROOT, Wireshark

BUILD = ROOT / "build" / "release"


def program(variable, default):
    path = pathlib.Path(os.environ.get(variable, default))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def module():
    return program("CARPKIT_SO", BUILD / "plugin" / "carpkit.so")


@pytest.fixture(scope="session")
def carpmon():
    return program("CARPMON", BUILD / "bin" / "carpmon")


@pytest.fixture(scope="session")
def make_world(module):
    """Make private worlds, with the module or without."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root cannot load plugins, and there is no setpriv")
    made = []

    def make(plugin=True):
        folder = tempfile.mkdtemp(prefix="carpkit-plugin-")
        os.chmod(folder, 0o755)
        made.append(folder)
        return Wireshark(folder, module if plugin else None)

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def world(make_world):
    return make_world()


@pytest.fixture
def fresh(make_world):
    """A world whose configuration the test may change."""
    return make_world()
