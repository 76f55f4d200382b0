# SPDX-License-Identifier: BSD-2-Clause
"""Which files make the tree."""
import os
import pathlib
import shutil
import subprocess

MADE = ("build", "obj-", ".git")


def tracked(source):
    """Names of the tree's files: Git's if it is a work tree, else all but what was built. A build
    tree is not entered: tests that run at the same time make and remove files there."""
    names = []
    if shutil.which("git"):
        names = subprocess.run(
            ["git", "-C", str(source), "ls-files", "-co", "--exclude-standard"],
            capture_output=True, text=True, check=False).stdout.splitlines()
    if not names:
        names = walk(source)
    return sorted(name for name in names
                  if not name.startswith(MADE) and (source / name).is_file())


def walk(source):
    """Every file below a folder, but for those that a build makes at its top."""
    for folder, below, files in os.walk(source):
        if pathlib.Path(folder) == pathlib.Path(source):
            below[:] = [name for name in below if not name.startswith(MADE)]
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), source)
