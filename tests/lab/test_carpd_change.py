# SPDX-License-Identifier: BSD-2-Clause
"""carpd with another configuration, other rights, other processes around it, or a peer that it has no
way to."""
import glob
import os
import resource
import shutil

import pytest

import carpd
import carpd_scenes
import netlab
from carpd_scenes import is_state
from stage import Condition


FAST = {"advbase": 0, "advskew": 60}      # a dead time of less than a second


def no_macvlan(scene):
    """A reload that cannot do what it should leaves the vhid as it was, and says so."""
    name = "carp%d-eth0" % scene.vhid
    a = scene.carpd("a", 60, advbase=0, vmac="off")
    yield is_state(a, "MASTER", 8)
    scene.lab.run(scene.a, "ip", "link", "add", name, "type", "bridge")
    a.write(scene.keys(**FAST, vmac="on"), {"vhid": 201, "addresses": scene.vip2 + "/24"})
    said = a.ask("reload")
    assert not said["ok"] and "stays in force" in said["error"]["text"]
    assert "%s: exists and is not carpd's" % name in said["messages"][0]
    with pytest.raises(netlab.LabError, match="exit 1"):
        a.ctl("reload")
    yield 1.2
    assert a.state() == "MASTER" and scene.has("a") and a.show()["vmac"] == "off"
    assert a.show()["transitions"] == 2, "it was never away"
    scene.lab.run(scene.a, "ip", "link", "del", name)
    assert a.ask("reload")["changed"] == ["v%d" % scene.vhid]
    yield is_state(a, "MASTER", 8, "v%d" % scene.vhid)
    assert scene.vip in scene.lab.run(scene.a, "ip", "addr", "show", "dev", name)
    assert "carp201" in scene.lab.run(scene.a, "ip", "link")
    a.stop()


def from_a_script(scene):
    """The addresses that a script has put up become carpd's, and the other way round."""
    up = scene.lab.write_script("up%d" % scene.vhid, 'ip addr add "$2/24" dev eth0\n')
    down = scene.lab.write_script("down%d" % scene.vhid, 'ip addr del "$2/24" dev eth0\n')
    scripts = {"addresses-by": "script", "up-script": up, "down-script": down}
    a = scene.carpd("a", 60, advbase=0, **scripts)
    yield is_state(a, "MASTER", 8)
    yield Condition("the script has put it up", lambda: scene.has("a"), 3)
    a.write(scene.keys(**FAST))
    assert a.ask("reload")["ok"]
    yield is_state(a, "MASTER", 8)
    name = "carp%d-eth0" % scene.vhid
    assert scene.vip in scene.lab.run(scene.a, "ip", "addr", "show", "dev", name)
    assert scene.vip not in scene.lab.run(scene.a, "ip", "addr", "show", "dev", "eth0")
    a.write(scene.keys(**FAST, **scripts))
    assert a.ask("reload")["ok"]
    yield is_state(a, "MASTER", 8)
    yield Condition("the script has it again", lambda: scene.has("a"), 3)
    a.stop()


def no_way(scene):
    """An advert to a peer that there is no route to was not sent."""
    a = scene.carpd("a", 60, advbase=0, peer="10.99.0.1", **{"demote-send-error": 7})
    yield is_state(a, "MASTER", 8)
    yield Condition("the third failure demotes", lambda: a.show()["demotion"] == 7, 6)
    counts = a.counts()
    assert counts["send_errors"] >= 3 and counts["opackets"] == 0
    assert a.output().count("no way to the peer") == 1
    scene.lab.run(scene.a, "ip", "route", "add", "10.99.0.0/24", "dev", "eth0")
    yield Condition("three successes end it", lambda: a.show()["demotion"] == 0, 6)
    assert a.counts()["opackets"] >= 3
    a.stop()


class Contained(carpd.Carpd):
    """carpd among processes of its own, as in a container that has the host's network."""

    script = 'exec "$@"'

    def start(self):
        self.go, other = os.path.join(self.base, "go"), os.path.join(self.base, "carpd-like")
        os.mkfifo(self.go)
        os.symlink(shutil.which("sleep"), other)
        self.process = self.lab.spawn(
            self.host, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
            self.script, "sh", carpd.PROGRAM, *self.options, *self.argv, log=self.log,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "GO": self.go, "OTHER": other})


class PidTwice(Contained):
    """The same. At a word it is killed, another program gets its process id, and it starts again."""

    script = """
"$@" & old=$!
read -r _ <"$GO"
kill -9 $old
wait $old
new=
until [ "$new" = $old ]; do
    [ -z "$new" ] || kill $new
    echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
    "$OTHER" 1000 & new=$!
done
exec "$@"
"""


def another_has_its_pid(scene):
    """What has the pid of one that was killed has not made its macvlan, though it is called like it."""
    a = PidTwice(scene.lab, scene.a, scene.keys(**FAST))
    yield is_state(a, "MASTER", 8)
    with open(a.go, "w", encoding="ascii") as go:
        go.write("\n")
    yield Condition("it starts again", lambda: a.output().count("INIT -> BACKUP") == 2, 8)
    yield is_state(a, "MASTER", 8)
    assert scene.has("a") and "another carpd" not in a.output()
    a.kill()


def containers(scene):
    """Neither sees the other's process: what it has made is no leftover all the same."""
    a = Contained(scene.lab, scene.a, scene.keys(**FAST))
    yield is_state(a, "MASTER", 8)
    said = a.output()
    other = Contained(scene.lab, scene.a,
                      {"vhid": 209, "addresses": scene.vip2 + "/24", **FAST})
    yield is_state(other, "MASTER", 8)
    assert a.output() == said and "left by" not in other.output()
    assert scene.has("a")
    other.kill()
    a.kill()


SCENES = [no_macvlan, from_a_script, no_way, another_has_its_pid, containers]


play = carpd_scenes.played_once(SCENES)


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)


def policies(pid):
    """(name, scheduling policy, priority) of each thread."""
    found = []
    for path in sorted(glob.glob("/proc/%d/task/*/stat" % pid)):
        with open(path, encoding="ascii") as f:
            head, tail = f.read().rsplit(")", 1)
        found.append((head.split("(")[1], int(tail.split()[38]), int(tail.split()[37])))
    return found


def status(pid, key):
    """A number of /proc/PID/status."""
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(key + ":"))


def is_sanitized():
    """AddressSanitizer lets no memory be locked."""
    with open(carpd.PROGRAM, "rb") as f:
        return b"__asan_init" in f.read()


@pytest.fixture(name="lab")
def make_lab():
    """One host, whose files everybody may read."""
    if carpd.missing() or os.geteuid() != 0:
        pytest.skip(carpd.missing() or "only root has such rights and can give them away")
    with netlab.Lab({"a": "10.79.0.11"}) as lab:
        os.chmod(lab.dir, 0o755)
        yield lab


GROUP = {"vhid": 7, "addresses": "10.79.0.50/24", **FAST}


def test_realtime_and_locked_memory(lab):
    """Both take effect, and for carpd alone: its hooks have neither."""
    hook = lab.write_script("hook", "sed 's/.*) //' /proc/self/stat | cut -d' ' -f39\n"
                            "grep VmLck /proc/self/status\n")
    a = carpd.Carpd(lab, "a", {**GROUP, "hook": hook},
                    daemon={"realtime": 10, "lock-memory": "true", "user": "nobody"})
    a.wait_state("MASTER", 8)
    netlab.wait_for("the hook's words", lambda: a.output().count(" MASTER: ") == 2, 5)
    main, *others = policies(a.pid)
    assert main[1:] == (1, 10), "SCHED_FIFO"
    assert others and all(policy == 0 for _, policy, _ in others), others
    assert is_sanitized() or status(a.pid, "VmLck") > status(a.pid, "VmRSS")
    said = [line.split(" MASTER: ")[1] for line in a.output().splitlines() if " MASTER: " in line]
    assert said[0] == "0" and said[1].split()[1] == "0", said
    assert a.stop() == 0


@pytest.mark.parametrize("key, value, words", [
    ("realtime", 10, "realtime: Operation not permitted: it needs CAP_SYS_NICE or LimitRTPRIO="),
    ("lock-memory", "true", "it needs CAP_IPC_LOCK or LimitMEMLOCK=infinity")])
def test_where_they_cannot_be_had(lab, key, value, words):
    """One message says which, and what to do."""
    limits = [resource.getrlimit(limit)[1] for limit in (resource.RLIMIT_MEMLOCK,
                                                         resource.RLIMIT_RTPRIO)]
    if resource.RLIM_INFINITY in limits or (key == "lock-memory" and is_sanitized()):
        pytest.skip("nothing keeps carpd from having it here")
    config = os.path.join(lab.dir, "carp.conf")
    with open(config, "w", encoding="ascii") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write("[carpd]\n%s = %s\n[vhid \"one\"]\nvhid = 7\ninterface = eth0\n"
                "password = x\naddresses = 10.79.0.50/24\n" % (key, value))
    with pytest.raises(netlab.LabError) as refused:
        lab.run("a", "setpriv", "--bounding-set=-sys_nice,-ipc_lock", carpd.PROGRAM, "-c", config,
                "--foreground", "--socket", config + ".s", "--state-dir", config + ".d")
    said = str(refused.value).split("exit 1: ")[1]
    assert words in said and len(said.splitlines()) == 1, said
