# SPDX-License-Identifier: BSD-2-Clause
"""carpd on a host whose disk is slow and one of whose file systems hangs."""
import glob
import os
import shutil

import pytest

import carpd
import carpd_scenes
import hung
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


def children(daemon):
    """The processes that it has started and not seen the end of."""
    pid = daemon.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return f.read().split()


def threads(daemon):
    """The names of its threads."""
    names = []
    for path in glob.glob("/proc/%d/task/*/comm" % daemon.process.pid):
        with open(path, encoding="ascii") as f:
            names.append(f.read().strip())
    return names


def inode(path):
    """Its number; None: there is none."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return None


def is_zombie(process):
    """Whether its first thread has ended."""
    with open("/proc/%d/stat" % process.pid, encoding="utf-8") as f:
        return f.read().rpartition(") ")[2][0] == "Z"


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


def hung_file(scene):
    """A tracked file whose server is gone holds up no advert, and keeps its verdict."""
    with hung.Hung(os.path.join(scene.lab.dir, "hung_file")) as server:
        path = os.path.join(server.path, "file")
        local = os.path.join(scene.lab.dir, "local%d" % scene.vhid)
        with open(local, "w", encoding="ascii") as f:
            f.write("30")
        a = scene.carpd("a", 60, advbase=0, **{"track-file": "%s; %s" % (path, local)})
        first = "v%d" % scene.vhid
        yield is_state(a, "MASTER", 8, first)
        yield Condition("the other one is read", lambda: a.show(first)["demotion"] == 30, 3)
        sent = a.counts()["opackets"]
        yield Condition("that is told", lambda: "file %s: reading it hangs" % path in a.output(), 9)
        assert a.state(first) == "MASTER" and a.counts()["opackets"] - sent >= 6
        os.unlink(local)
        yield Condition("the other one is looked at", lambda: a.show(first)["demotion"] == 0, 3)
        assert a.output().count("reading it hangs") == 1
        for vmac in ("off", "on", "off"):
            a.write(scene.keys(**FAST, **{"track-file": "%s; %s" % (path, local)}),
                    {"vhid": 203, "addresses": scene.vip2 + "/24", **FAST, "vmac": vmac,
                     "track-file": path})
            said = a.ask("reload")
            assert said["added"] + said["changed"] == ["v203"]
            yield 0.2
        assert threads(a).count("look") == 1, "one at a time"
        server.close()
        yield Condition("it goes on", lambda: "file %s can be read again" % path in a.output(), 3)
        a.stop()


def ends_while_it_hangs(scene):
    """The kernel keeps its process until the server answers; all else is free for the next one, also after
    SIGKILL."""
    with hung.Hung(os.path.join(scene.lab.dir, "ends")) as server:
        a = scene.carpd("a", 60, advbase=0, **{"track-file": os.path.join(server.path, "file")})
        yield is_state(a, "MASTER", 8)
        yield Condition("it is looked at", lambda: server.asked > 0, 3)
        old = a.process
        old.terminate()
        yield Condition("all but one thread has ended", lambda: is_zombie(old), 5)
        assert not scene.has("a") and old.poll() is None
        a.start()       # with the same state directory and socket
        yield is_state(a, "MASTER", 8)
        yield Condition("it is looked at, too", lambda: "look" in threads(a), 3)
        killed = a.process
        killed.kill()       # and this one gives nothing free
        yield Condition("all but one thread is dead", lambda: is_zombie(killed), 5)
        assert scene.has("a") and killed.poll() is None
        nobody = os.stat(a.socket).st_ino       # whoever connects to it waits in vain
        a.start()
        yield Condition("there is another", lambda: inode(a.socket) not in (None, nobody), 5)
        yield is_state(a, "MASTER", 8)
        server.close()
        assert (old.wait(5), killed.wait(5)) == (0, -9)
        a.stop()


def immortal(scene):
    """Hooks and checks that not even SIGKILL ends hold up no others."""
    with hung.Hung(os.path.join(scene.lab.dir, "immortal")) as server:
        hang = scene.lab.write_script("hang%d" % scene.vhid, "exec cat %s/x\n" % server.path)
        mark = os.path.join(scene.lab.dir, "mark%d" % scene.vhid)
        fine = scene.lab.write_script("fine%d" % scene.vhid, "echo $2 >> %s\n" % mark)
        groups = [scene.keys(**FAST, **{"track-script": hang + " 7", "track-interval": 1})]
        groups += [{"vhid": 210 + i, "addresses": "10.79.0.%d/24" % (210 + i), "hook": hang, **FAST}
                 for i in range(8)]
        a = carpd.Carpd(scene.lab, scene.a, *groups, daemon={"hook-time-limit": 1})
        first = "v%d" % scene.vhid
        yield is_state(a, "MASTER", 8, first)
        a.write(*groups, {"vhid": 220, "addresses": scene.vip2 + "/24", "hook": fine, **FAST},
                daemon={"hook-time-limit": 1})
        assert a.ask("reload")["added"] == ["v220"]
        yield is_state(a, "MASTER", 8, "v220")
        yield Condition("another vhid's hook runs", lambda: os.path.exists(mark), 12)
        yield Condition("the check counts as failed", lambda: a.show(first)["demotion"] == 7, 12)
        yield Condition("each is told", lambda: a.output().count("cannot be killed") >= 9, 6)
        assert len(children(a)) == 9, "none was started beside one that hangs"
        server.close()
        yield Condition("the latest state is told", lambda: a.counts()["hooks_failed"] >= 7, 5)
        a.stop()


def lower_fall(scene):
    """A reload that lowers track-fall judges what has failed already."""
    bad = scene.lab.write_script("bad%d" % scene.vhid, "exit 1\n")
    keys = {"track-script": bad + " 9", "track-interval": 1, **FAST}
    a = carpd.Carpd(scene.lab, scene.a, scene.keys(**keys, **{"track-fall": 200}))
    yield is_state(a, "MASTER", 8)
    yield 3.2
    assert a.show()["demotion"] == 0
    a.write(scene.keys(**keys, **{"track-fall": 2}))
    assert a.ask("reload")["ok"]
    yield Condition("it is demoted", lambda: a.show()["demotion"] == 9, 4)
    assert a.output().count("exit status 1") == 1
    a.stop()


SCENES = [slow_disk, hung_file, ends_while_it_hangs, immortal, lower_fall]


@pytest.fixture(name="play", scope="module")
def fixture_play():
    """All scenes, played once."""
    why = carpd.missing() or hung.missing()
    if why or not shutil.which("cc"):
        pytest.skip(why or "no C compiler")
    with carpd_scenes.Play(SCENES) as play:
        yield play


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
