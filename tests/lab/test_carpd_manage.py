# SPDX-License-Identifier: BSD-2-Clause
"""carpd under its operator: reload, rotation, demotion, groups, start and refusal."""
import json
import os
import signal
import socket
import subprocess

import pytest

import carpd
import carpd_scenes
import peers
from carpd import PASSWORD
from carpd_scenes import is_state
from stage import Condition


def reload(scene):
    """A reload is a difference; what has not changed is not touched; a bad file changes nothing."""
    one = scene.keys(name="one", preempt="true")
    two = {"name": "two", "vhid": 200, "addresses": scene.vip2 + "/24"}
    a = carpd.Carpd(scene.lab, scene.a, one)
    yield is_state(a, "MASTER")
    watcher = carpd.Watcher(a)
    sent = a.counts()["opackets"]
    a.write(one, two)
    said = a.ask("reload")
    assert (said["added"], said["unchanged"]) == (["two"], 1)
    of_two = carpd.Watcher(a, vhid="two")
    of_one = carpd.Watcher(a, vhid="%d@eth0" % scene.vhid)
    assert a.ask("watch", vhid="three")["error"]["code"] == "no-vhid"
    yield is_state(a, "MASTER", 5, "two")
    assert scene.has("a") and scene.has("a", scene.vip2)
    a.write(one, {**two, "addresses": scene.vip2 + "/24; 10.79.0.240/24"})
    assert a.ask("reload")["changed"] == ["two"]
    yield 0.2
    assert scene.has("a", "10.79.0.240") and a.state("two") == "MASTER"
    a.write(one, {**two, "vhid": 999})
    said = a.ask("reload")
    assert said["error"]["code"] == "config"
    assert 'vhid: \'999\' is not a number from 1 to 255' in said["messages"][0]
    a.write(one, {**two, "interface": "nosuch0"})
    said = a.ask("reload")
    assert "nosuch0" in said["messages"][0] and said["error"]["code"] == "config"
    assert a.state("two") == "MASTER"
    a.write()
    said = a.ask("reload")
    assert "no group has an interface" in said["messages"][-1]
    assert said["error"]["code"] == "config"
    assert a.state("two") == "MASTER"
    a.write(one)
    a.process.send_signal(signal.SIGHUP)
    yield Condition("two is gone", lambda: len(a.ask("show")["vhids"]) == 1, 2)
    assert not scene.has("a", scene.vip2) and scene.has("a")
    assert a.show()["transitions"] == 2
    assert a.counts()["opackets"] - sent < 15
    assert [event["event"] for event in watcher.events].count("reload") == 3
    assert [event["to"] for event in of_two.events if "to" in event][-2:] == ["MASTER", "INIT"]
    assert not [event for event in of_one.events if event.get("name", "one") != "one"]
    assert [event["event"] for event in of_one.events].count("reload") == 2
    for one_watching in (watcher, of_one, of_two):
        one_watching.close()
    a.stop()


def rotation(scene):
    """Password and addresses change host by host without two masters."""
    old = {"password": PASSWORD}
    both = {**old, "accept-password": "new-secret"}
    new_sends = {"password": "new-secret", "accept-password": PASSWORD}
    a = scene.carpd("a", 0, preempt="true")
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(a, "MASTER")
    yield 1
    steps = [(both, both), (new_sends, both), (new_sends, new_sends),
             ({"password": "new-secret"}, new_sends)]
    for keys_a, keys_b in steps:
        for peer, skew, keys in ((a, 0, keys_a), (b, 100, keys_b)):
            peer.write(scene.keys(advskew=skew, preempt="true", **keys))
            assert peer.ask("reload")["ok"]
        yield 1.3
    (heard,) = b.show()["peers"]
    assert heard["key"] == "current"
    wide = scene.vip + "/24; " + scene.vip2 + "/24"
    keys = {"password": "new-secret", "preempt": "true"}
    b.write({**scene.keys(advskew=100, **keys), "accept-addresses": wide})
    assert b.ask("reload")["ok"]
    a.write({**scene.keys(advskew=0, **keys), "addresses": wide})
    assert a.ask("reload")["ok"]
    yield 1.5
    (heard,) = b.show()["peers"]
    assert heard["addresses"] == "accepted 1"
    b.write({**scene.keys(advskew=100, **keys), "addresses": wide})
    assert b.ask("reload")["ok"]
    yield 1.5
    assert (a.state(), b.state()) == ("MASTER", "BACKUP")
    assert a.show()["transitions"] == 2 and b.show()["transitions"] == 1
    assert a.counts()["badauth"] == 0 and b.counts()["badauth"] == 0
    a.stop()
    b.stop()


def group(scene):
    """What demotes one of a group moves all of it, and all come back."""
    flag = os.path.join(scene.lab.dir, "%s.flag" % scene.name)
    one = scene.keys(name="one", group="g", preempt="true")
    two = {"name": "two", "vhid": scene.vhid + 100, "addresses": scene.vip2, "group": "g",
           "preempt": "true"}
    a = carpd.Carpd(scene.lab, scene.a, {**one, "track-file": flag + " 150"}, two)
    b = carpd.Carpd(scene.lab, scene.b, {**one, "advskew": 50}, {**two, "advskew": 50})
    for name in ("one", "two"):
        yield is_state(a, "MASTER", 5, name)
    yield 1
    with open(flag, "w", encoding="ascii"):
        pass
    for name in ("one", "two"):
        yield is_state(b, "MASTER", 5, name)
        yield is_state(a, "BACKUP", 2, name)
    assert a.show("two")["demotions"] == [
        {"by": "file %s of %d@eth0" % (flag, scene.vhid), "amount": 150}]
    os.unlink(flag)
    for name in ("one", "two"):
        yield is_state(a, "MASTER", 6, name)
        yield is_state(b, "BACKUP", 2, name)
    a.stop()
    b.stop()


def by_hand(scene):
    """demote, promote and state; a tracked script."""
    check = os.path.join(scene.lab.dir, "%s.check" % scene.name)
    with open(check, "w", encoding="ascii") as f:
        f.write("#!/bin/sh\n[ ! -e %s.down ]\n" % check)
    os.chmod(check, 0o755)
    a = scene.carpd("a", 0, preempt="true", **{"track-script": check + " 20",
                                               "track-interval": 1, "track-fall": 1})
    b = scene.carpd("b", 100, preempt="true")
    yield is_state(a, "MASTER")
    yield 1
    a.ask("demote", vhid="%d@eth0" % scene.vhid, amount=120)
    yield is_state(b, "MASTER", 4)
    assert a.show()["advertised_advskew"] == 120
    assert a.ask("promote")["vhids"] == ["%d@eth0" % scene.vhid]
    yield is_state(a, "MASTER", 1)
    yield is_state(b, "BACKUP", 2)
    a.ask("state", state="backup")
    yield is_state(b, "MASTER", 1)
    with open(check + ".down", "w", encoding="ascii"):
        pass
    yield Condition("demoted", lambda: a.show()["demotion"] == 20, 4)
    os.unlink(check + ".down")
    yield Condition("no more", lambda: a.show()["demotion"] == 0, 5)
    assert a.ask("demote", vhid="nobody", amount=1)["error"]["code"] == "no-vhid"
    assert a.ask("jump")["error"]["code"] == "unknown"
    b.stop()
    yield is_state(a, "MASTER")
    a.process.send_signal(signal.SIGUSR1)
    yield Condition("status", lambda: "MASTER on eth0 id %d" % scene.vhid in a.output(), 2)
    a.stop()


def ipv6_only(scene):
    """IPv6 addresses alone, by a link-local source."""
    a = scene.carpd("a", 0, addresses=scene.vip6 + "/64")
    b = scene.carpd("b", 100, addresses=scene.vip6 + "/64")
    yield is_state(a, "MASTER", 6)
    yield 2
    assert b.state() == "BACKUP" and b.show()["master"].startswith("fe80:")
    scene.lab.run(carpd_scenes.CLIENT, "ping", "-6", "-c1", "-W2", scene.vip6)
    a.stop()
    yield is_state(b, "MASTER", 1)
    scene.lab.run(carpd_scenes.CLIENT, "ping", "-6", "-c1", "-W2", scene.vip6)
    b.stop()


def dual_stack(scene):
    """One family lost does not make two masters."""
    keys = {"addresses": "%s/24; %s/64" % (scene.vip, scene.vip6)}
    a = scene.carpd("a", 0, **keys)
    b = scene.carpd("b", 100, **keys)
    yield is_state(a, "MASTER", 6)
    scene.lab.cut(scene.a, scene.b, "ip6 nexthdr 112")
    yield 6
    assert b.state() == "BACKUP" and b.show()["transitions"] == 1
    assert "over IPv4 only" in b.output()
    scene.lab.cut(scene.a, scene.b)
    yield is_state(b, "MASTER", 6)
    a.stop()
    b.stop()


def drop_in(scene):
    """ucarp's options, scripts and signals; ucarp itself on the other side."""
    up, down = (peers._script(scene.lab, name, text)       # pylint: disable=protected-access
                for name, text in (("up", peers._UP), ("down", peers._DOWN)))
    words = ["--ucarp", "-i", "eth0", "-s", scene.addresses[scene.a], "-v", str(scene.vhid), "-p",
             PASSWORD, "-a", scene.vip, "-u", up, "-d", down, "-z", "-n", "-f", "none"]
    a = carpd.Carpd(scene.lab, scene.a, scene.keys(), argv=words)
    yield is_state(a, "MASTER")
    yield Condition("the script put it up", lambda: scene.has("a"), 2)
    u = scene.ucarp("b", 100)
    yield 4
    assert (a.state(), u.state()) == ("MASTER", "BACKUP")
    with open("/proc/%d/cmdline" % a.pid, "rb") as f:
        assert PASSWORD.encode() not in f.read()
    a.process.send_signal(signal.SIGUSR2)
    yield Condition("ucarp takes over", lambda: u.state() == "MASTER", 4)
    yield Condition("the script took it away", lambda: not scene.has("a"), 2)
    u.stop()
    yield is_state(a, "MASTER", 6)
    a.stop()
    assert not scene.has("a")


def refusals(scene):
    """What cannot work is said in one line, and nothing is left behind."""
    lab = scene.lab
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER")

    def refuse(host, options, group, *parts, status=1):
        config = os.path.join(lab.dir, "%s.refused" % scene.name)
        with open(config, "w", encoding="utf-8") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write('[vhid "x"]\npassword = p\n' + group)
        state = os.path.join(lab.dir, "%s.state" % scene.name)
        argv = lab.argv(host, carpd.PROGRAM, "-c", config, "--foreground", "--state-dir", state,
                        "--socket", state + ".s", *options)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        assert done.returncode == status, done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1 and all(part in lines[0] for part in parts), done.stderr
        assert not os.path.exists(state + ".s")

    good = "interface = eth0\nvhid = 77\naddresses = %s/24\n" % scene.vip2
    refuse(scene.a, ["--state-dir", a.state_dir], good, "another carpd", str(a.pid), a.state_dir)
    refuse(scene.a, ["--socket", a.socket], good, a.socket, "listens there")
    refuse(scene.a, [], good.replace("eth0", "eth7"), "eth7", "no such interface")
    refuse(scene.a, [], good.replace(scene.vip2, scene.addresses[scene.a]),
           scene.addresses[scene.a], "already")
    refuse(scene.a, [], good.replace("77", "277"), "'277' is not a number from 1 to 255", status=3)
    assert "carp77" not in lab.run(scene.a, "ip", "-o", "link")
    done = subprocess.run(
        lab.argv(scene.a, "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--reuid",
                 "65534", "--clear-groups", carpd.PROGRAM, "-c", "/dev/null"),
        capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 3, done.stderr
    a.stop()


def clients(scene):
    """Odd clients: too many, too long, too slow; each is answered or closed."""
    a = scene.carpd("a", 0)
    yield is_state(a, "MASTER")
    many = []
    for _ in range(40):
        talk = socket.socket(socket.AF_UNIX)
        talk.settimeout(2)
        talk.connect(a.socket)
        many.append(talk)
    yield 0.3
    assert b'"busy"' in many[-1].recv(4096) and many[-1].recv(10) == b""
    for talk in many:
        talk.close()
    yield 0.3
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(2)
        talk.connect(a.socket)
        talk.sendall(b"x" * 5000)
        assert json.loads(talk.makefile().readline())["error"]["code"] == "syntax"
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(2)
        talk.connect(a.socket)
        talk.sendall(b'{"command":"show"}\n{"command":"stats"}\nwhat\n')
        said = [carpd.checked(line) for _, line in zip(range(3), talk.makefile())]
        assert [answer["ok"] for answer in said] == [True, True, False]
    assert a.state() == "MASTER"
    a.stop()


SCENES = [reload, rotation, group, by_hand, ipv6_only, dual_stack, drop_in, refusals, clients]


@pytest.fixture(scope="module", name="play")
def play_all():
    """Everything, once."""
    if carpd.missing():
        pytest.skip(carpd.missing())
    with carpd_scenes.Play(SCENES, ipv6=True) as played:
        yield played


@pytest.mark.parametrize("name", [scene.__name__ for scene in SCENES])
def test_scene(play, name):
    """Each scene came to its end."""
    play.check(name)
