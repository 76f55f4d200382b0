# SPDX-License-Identifier: BSD-2-Clause
"""carpd on a host whose disk is slow and one of whose file systems hangs."""
import os
import shutil

import pytest

import carpd
import carpd_scenes
import netlab
from carpd_scenes import is_state
from stage import Condition

HERE = os.path.dirname(os.path.abspath(__file__))
FAST = {"advbase": 0, "advskew": 60}      # adverts four times a second


class SlowDisk(carpd.Carpd):
    """carpd whose fsync() takes a second while `slow` exists."""

    def start(self):
        library = os.path.join(self.lab.dir, "slowdisk.so")
        if not os.path.exists(library):
            netlab.sh("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
                      library, os.path.join(HERE, "slowdisk.c"), "-ldl")
        self.slow = os.path.join(self.base, "slow")
        env = {**os.environ, "LD_PRELOAD": library, "SLOWDISK": self.slow,
               "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
        self.process = self.lab.spawn(self.host, carpd.PROGRAM, *self.options, *self.argv,
                                      log=self.log, env=env)


def slow_disk(scene):
    """A vhid that a reload adds waits for the disk; the others do not."""
    vhid = "v%d" % scene.vhid
    a = SlowDisk(scene.lab, scene.a, scene.keys(**FAST))
    yield is_state(a, "MASTER", 8)
    wire = carpd.Wire(scene.lab, scene.a)
    with open(a.slow, "w", encoding="ascii"):
        pass
    a.write(scene.keys(**FAST), {"vhid": 202, "addresses": scene.vip2 + "/24", **FAST})
    before = len(wire.lines("vhid=%d " % scene.vhid))
    assert a.ask("reload")["added"] == ["v202"]
    assert a.state("v202") == "INIT", "its counters are not on the disk"
    yield 2.5
    assert a.state("v202") == "INIT"
    sent = len(wire.lines("vhid=%d " % scene.vhid)) - before
    assert sent >= 7, "%d adverts in 2.5 s" % sent
    # Two writes, of the file and of its folder each.
    yield is_state(a, "MASTER", 15, "v202")
    assert a.show(vhid)["transitions"] == 2, "it was never away"
    # One that is made anew has its counters on the disk.
    a.write(scene.keys(**FAST, vmac="off"), {"vhid": 202, "addresses": scene.vip2 + "/24", **FAST})
    assert a.ask("reload")["changed"] == [vhid]
    yield is_state(a, "MASTER", 1.9, vhid)
    os.unlink(a.slow)
    a.stop()


SCENES = [slow_disk]


play = carpd_scenes.played_once(SCENES)


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
