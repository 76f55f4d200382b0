#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Completions offer what --help tells, in each shell that is installed."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPLETIONS = ROOT / "dist" / "completions"
BIN = os.environ["CARP_BIN"]
ENV = dict(os.environ, PATH=BIN + os.pathsep + os.environ["PATH"], LC_ALL="C.UTF-8")
PROGRAMS = [name for name in ("carpctl", "carpd", "carpinject", "carpmon", "carpsim")
            if os.access(os.path.join(BIN, name), os.X_OK)]


def options(*argv):
    """Of a command of carpinject, those of all its groups."""
    words = [*argv, "--help-all" if len(argv) > 1 else "--help"]
    done = subprocess.run(words, env=ENV, capture_output=True, text=True, timeout=20,
                          check=True)
    return set(re.findall(r"(?:^|[ ,])(--[a-z][a-z0-9-]*)", done.stdout, re.M))


def bash(*words):
    """What bash offers for the last of the words."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _carpkit; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", COMPLETIONS / "carpkit.bash", *words],
                          env=ENV, capture_output=True, text=True, timeout=20, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def fish(line):
    done = subprocess.run(["fish", "-N", "-c", "source $argv[1]; complete -C $argv[2]",
                           COMPLETIONS / "carpkit.fish", line],
                          env=ENV, capture_output=True, text=True, timeout=20, check=True)
    return {word.split("\t")[0] for word in done.stdout.splitlines()}


def zsh(*words):
    """What the widget would get for the last of the words."""
    script = ('compadd() { print -rl -- "${found[@]}" }; _files() { }; completion=$1; shift; '
              'words=("$@"); CURRENT=$#; PREFIX=${words[-1]}; source $completion')
    done = subprocess.run(["zsh", "-fc", script, "zsh", COMPLETIONS / "_carpkit", *words],
                          env=ENV, capture_output=True, text=True, timeout=20, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize("program", PROGRAMS)
def test_bash_offers_every_option(program):
    wanted = options(program)
    assert len(wanted) > 1
    assert bash(program, "--") >= wanted


def test_bash_offers_commands_and_values():
    assert {"show", "import", "demote"} <= bash("carpctl", "")
    assert bash("carpctl", "sh") == {"show"}
    assert bash("carpctl", "state", "b") == {"backup"}
    assert bash("carpctl", "--format", "j") == {"json"}
    assert bash("carpctl", "--format", "p") == {"prometheus"}
    assert bash("carpmon", "--format", "p") == set()
    assert "lo" in bash("carpmon", "-i", "l")


@pytest.mark.skipif("carpinject" not in PROGRAMS, reason="carpinject is not built")
def test_bash_knows_commands_of_carpinject():
    assert {"advert", "conform"} <= bash("carpinject", "")
    assert bash("carpinject", "advert", "--") >= options("carpinject", "advert")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("program", PROGRAMS)
def test_fish(program):
    assert fish(program + " --") >= options(program)
    if program == "carpctl":
        assert {"show", "import"} <= fish("carpctl ")
    if program == "carpinject":
        assert {"advert", "conform"} <= fish("carpinject ")
        assert fish("carpinject advert --") >= options("carpinject", "advert")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("program", PROGRAMS)
def test_zsh(program):
    assert zsh(program, "--") >= options(program)
    assert program in (COMPLETIONS / "_carpkit").read_text().splitlines()[0].split()
    if program == "carpinject":
        assert {"advert", "conform"} <= zsh(program, "")
        assert zsh(program, "-q", "advert", "--") >= options(program, "advert")


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
