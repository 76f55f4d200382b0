# SPDX-License-Identifier: BSD-2-Clause
"""The examples of carpinject(1), for the tests that run them."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / "docs" / "man" / "carpinject.1"
PASSWORD = "lab-secret"


def examples():
    """Lines of the manual page that show a command."""
    text = MAN.read_text(encoding="utf-8")
    return [line[len(".Dl "):] for line in text.splitlines()
            if line.startswith(".Dl carpinject")]


def write_files(folder):
    """The files that the examples name: the scenario is in the page."""
    secret = folder / "lan.key"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    shown = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", MAN.read_text(
        encoding="utf-8"), re.M | re.S)
    for text in shown:
        name = re.match(r"# (\w+\.carp)$", text.splitlines()[0])
        (folder / name[1]).write_text(text)
