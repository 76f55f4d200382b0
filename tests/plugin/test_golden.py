# SPDX-License-Identifier: BSD-2-Clause
"""tshark's output for every capture is what it was when it was reviewed."""
import pytest

import golden
from wireshark import captures


@pytest.mark.parametrize("name", captures())
def test_golden(world, name):
    if world.version != golden.VERSION:
        pytest.skip(f"goldens are those of Wireshark {golden.VERSION}, "
                    f"this is {world.version}")
    for file, text in golden.outputs(world, name).items():
        path = golden.GOLDEN / file
        assert path.exists(), "golden.py update"
        assert path.read_text().splitlines() == text.splitlines()
