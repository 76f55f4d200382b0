# SPDX-License-Identifier: BSD-2-Clause
"""Every command of docs/troubleshooting.md prints what the document says, and so do those of others
that need no wire."""
import re
import shutil

import pytest

import shown

GUIDE = shown.ROOT / "docs" / "troubleshooting.md"
CASES = shown.shown(GUIDE)


@pytest.mark.parametrize("command, said", CASES, ids=[command[:60] for command, _said in CASES])
def test_command(command, said):
    program = command.split()[0]
    if program not in ("carpmon", "carpctl") and not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    assert shown.output(command) == said


@pytest.mark.parametrize("name", ["README.md", "docs/SIMULATOR.md"])
def test_other_documents(name):
    (command, said), = shown.shown(shown.ROOT / name)
    printed = shown.output(command, ".")
    assert shown.agrees(said, printed), printed


def test_every_symptom_has_a_command():
    text = GUIDE.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    assert len(sections) >= 12
    for section in sections:
        assert "\n    $ " in section, section.splitlines()[0]
    table = re.findall(r"\]\(#([\w-]+)\) \|$", text, re.M)
    titles = [re.sub(r"[^\w -]", "", s.splitlines()[0]).lower().replace(" ", "-")
              for s in sections]
    assert table == titles
