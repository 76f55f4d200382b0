#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The two commands of README.md in a fresh Debian 12. Takes long: only with CARP_LONG."""
import os
import re

import pytest

import roots
import session

pytestmark = [
    pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="takes minutes: CARP_LONG=1"),
    pytest.mark.skipif(bool(roots.missing()), reason=str(roots.missing()))]


def commands():
    """The first block of README.md: a command, blanks, what it does."""
    text = (roots.SOURCE / "README.md").read_text(encoding="utf-8")
    _, lines = next(session.blocks(text))
    return [re.split(r"\s{2,}", line)[0] for line in lines]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    root = roots.Root("bookworm", tmp_path_factory.mktemp("readme"))
    try:
        yield root, root.give_source()
    finally:
        root.remove()


def test_there_are_two():
    assert commands() == ["script/demo", "script/test"]


def test_demo(fresh):
    """It installs what it needs, builds, and shows both split brains."""
    root, source = fresh
    said = root.sh("cd %s && script/demo" % source, timeout=3600)
    assert "=== 1." in said and "=== 2." in said and "left out" not in said
    assert said.count("DUAL_MASTER") >= 1 and "UNSEEN_MASTER" in said


def test_test(fresh):
    """Every test passes on the system of a stranger."""
    root, source = fresh
    said = root.sh("cd %s && script/test" % source, timeout=7200)
    assert re.search(r"^100% tests passed", said, re.M), said[-4000:]
