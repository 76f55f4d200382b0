# SPDX-License-Identifier: BSD-2-Clause
"""All programs take --help, --version and a mistake in the same way."""
import os
import re
import subprocess

import pytest

BIN = os.environ["CARP_BIN"]
MANUAL = {"carpctl": 8, "carpd": 8, "carpinject": 1, "carpmon": 1, "carpsim": 1}
PROGRAMS = [name for name in MANUAL if os.access(os.path.join(BIN, name), os.X_OK)]
COMMANDS = [("carpinject", command)
            for command in ("advert", "replay", "fuzz", "flood", "play", "conform")]
LINES = [line for line in [(name,) for name in PROGRAMS] + COMMANDS + [("carpd", "--ucarp")]
         if line[0] in PROGRAMS]
# Of carpmon 2 is "critical", as monitoring systems have it.
USAGE = {"carpmon": 3}
ENV = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="80")


def run(*argv):
    done = subprocess.run([os.path.join(BIN, argv[0]), *argv[1:]], env=ENV, capture_output=True,
                          text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_help(line):
    name = line[0]
    status, out, err = run(*line, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("Usage:\n  " + " ".join(line))
    assert out.rstrip().endswith("See %s(%d)." % (name, MANUAL[name]))
    assert [text for text in out.splitlines() if len(text) > 80] == []
    if line != ("carpd", "--ucarp"):
        assert "\nExit status: 0 " in out


@pytest.mark.parametrize("name", PROGRAMS)
def test_version(name):
    for option in ("--version", "-V"):
        status, out, err = run(name, option)
        assert status == 0 and err == "" and re.fullmatch(name + r" \(carpkit\) [0-9.]+\n", out)


WRONG = [(*line, "--nonsense") for line in LINES] + [
    ("carpmon",), ("carpmon", "word"), ("carpmon", "-c"), ("carpmon", "--check"),
    ("carpmon", "-r", "a", "-i", "b"), ("carpmon", "-r", "a", "--count", "x"),
    ("carpctl",), ("carpctl", "dance"), ("carpctl", "demote"), ("carpctl", "show", "a", "b"),
    ("carpctl", "show", "--format", "xml"), ("carpctl", "show", "--format", "prometheus"),
    ("carpd", "word"), ("carpd", "-f", "--background"), ("carpd", "--ucarp"),
    ("carpsim",), ("carpsim", "-n", "0"), ("carpsim", "-n", "-3"), ("carpsim", "-n", "2", "a"),
    ("carpinject",), ("carpinject", "dance"), ("carpinject", "advert", "--vhid", "300"),
    ("carpinject", "play"), ("carpinject", "play", "--var", "x"), ("carpinject", "conform"),
    ("carpinject", "conform", "-i", "lo")]


@pytest.mark.parametrize("line", [line for line in WRONG if line[0] in PROGRAMS], ids=" ".join)
def test_mistake(line):
    """One line: who, what, where to look; and the status for it."""
    status, out, err = run(*line)
    assert (status, out) == (USAGE.get(line[0], 2), "")
    assert err.count("\n") == 1
    assert re.match(line[0] + r"( [a-z]+)?: .* \(%s( [a-z-]+)? --help shows how\)\n$" % line[0],
                    err), err
