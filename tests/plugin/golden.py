#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Golden output of tshark with the plugin, by Wireshark 4.0.

  golden.py update [NAME…]   write tests/plugin/golden/; review the diff

For every capture NAME.txt holds, with its keys: the packet list of protocol
112, and the tree of each frame at which something was found. Some captures
have their whole tree as well, keyed and not, and some all of it as JSON.
"""
import os
import pathlib
import shutil
import sys
import tempfile

from wireshark import ROOT, Wireshark, captures

GOLDEN = pathlib.Path(__file__).with_name("golden")
VERSION = "4.0"
LISTED = "carp || vrrp"
TOLD = "carp.analysis.finding || carp.analysis.resolved"
WHOLE = ("ucarp-election", "netbsd-v6only", "vrrp-same-id")
JSON = ("ucarp-loop", "ucarp-wrong-address")


def outputs(world, name):
    """{file name: content} of one capture."""
    told = world.tshark(name, "-V", "-O", "carp", "-Y", TOLD).stdout
    text = world.tshark(name, "-Y", LISTED).stdout + "\n" + told
    made = {name + ".txt": text}
    if name in WHOLE:
        for keys in (True, False):
            made[f"{name}.{'keyed' if keys else 'unkeyed'}.tree"] = (
                world.tshark(name, "-V", "-O", "carp", "-Y", "carp",
                             keys=keys).stdout)
    if name in JSON:
        made[name + ".json"] = world.tshark(name, "-T", "json", "-J", "carp",
                                            "-Y", "carp").stdout
    return made


def update(names):
    folder = tempfile.mkdtemp(prefix="carpkit-golden-")
    pathlib.Path(folder).chmod(0o755)
    world = Wireshark(folder, os.environ.get("CARPKIT_SO",
                      ROOT / "build/release/plugin/carpkit.so"))
    if world.version != VERSION:
        sys.exit(f"goldens are those of Wireshark {VERSION}")
    GOLDEN.mkdir(exist_ok=True)
    for name in names or captures():
        for file, text in outputs(world, name).items():
            (GOLDEN / file).write_text(text)
    shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1:2] != ["update"]:
        sys.exit(__doc__.strip())
    update(sys.argv[2:])
