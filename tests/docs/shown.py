#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Commands in a document with what they print: indented blocks that begin with "$ ".

    CARP_BIN=DIR tests/docs/shown.py update docs/troubleshooting.md

writes anew what the commands print; review the diff.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^    \$ (.*)\n((?:    (?!\$ ).*\n|\n(?=    (?!\$ )))*)", re.M)


def output(command, folder="captures"):
    """What a shell in a folder of the tree prints, as it stands in a document."""
    env = {**os.environ, "PATH": os.environ["CARP_BIN"] + ":" + os.environ["PATH"], "TZ": "UTC",
           "LC_ALL": "C", "NO_COLOR": "1"}
    done = subprocess.run(["sh", "-c", command], cwd=ROOT / folder, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)
    lines = done.stdout.rstrip().splitlines()
    assert lines, (command, done.stderr)
    return "".join(("    " + line).rstrip() + "\n" for line in lines)


def shown(path):
    """(command, what the document says it prints) of a document."""
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def agrees(said, printed):
    """A line of three points stands for any lines."""
    pattern = "".join("(?:.*\n)*" if line.strip() in ("…", "...") else re.escape(line)
                      for line in said.splitlines(keepends=True))
    return re.fullmatch(pattern, printed) is not None


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "update":
        sys.exit(__doc__)
    path = pathlib.Path(sys.argv[2])
    path.write_text(BLOCK.sub(lambda m: f"    $ {m[1]}\n" + output(m[1]),
                              path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
