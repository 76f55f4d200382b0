# SPDX-License-Identifier: BSD-2-Clause
"""Programs that run: two carpds, a stranger with nearly the password, and carpmon with all its
outputs. Everything they say, write and show of themselves is searched for the markers."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

import marker
from marker import FIRST, SECOND, TOKEN

sys.path.insert(0, str(marker.ROOT / "tests" / "lab"))
# pylint: disable=wrong-import-position
import carpd
import netlab      
import test_service
import watch

CARPD = marker.program("CARPD", "carpd")
CARPINJECT = marker.program("CARPINJECT", "carpinject")
VHID, VIP = 79, "10.79.0.50"
PAGES = ("", "metrics", "api/v1/state", "api/v1/row?vhid=79", "api/v1/findings", "api/v1/events",
         "page.js", "nothing")
# All that a program that is started can see.
HOOK = """#!/bin/sh
{ echo "== $0 $*"; env; cat; tr '\\0' '\\n' </proc/$PPID/cmdline; tr '\\0' '\\n' </proc/self/environ
  ls -l /proc/self/fd; } >>"$(dirname "$0")/calls" 2>&1
echo "hook: $*"
"""


def unavailable():
    """None if it can run, else why not."""
    return (netlab.usable() or watch.missing() or carpd.Carpd.missing()
            or (None if os.access(CARPINJECT, os.X_OK) else "%s is not built" % CARPINJECT))


@pytest.fixture(scope="module", name="lab")
def built():
    reason = unavailable()
    if reason:
        pytest.skip(reason)
    hosts = {"a": "10.79.0.11", "b": "10.79.0.12", "c": "10.79.0.13", "obs": "10.79.0.99"}
    with netlab.Lab(hosts) as made:
        os.chmod(made.dir, 0o755)
        yield made


def secret_file(lab, name, text):
    """A file that only its owner can read."""
    path = os.path.join(lab.dir, name)
    with open(path, "w", encoding="ascii") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write(text)
    return path


def proc(pid, name):
    """A file of /proc/PID."""
    with open("/proc/%d/%s" % (pid, name), "rb") as f:
        return f.read()


class Scene:
    """Everything at once; `texts` are what programs printed, by name."""

    def __init__(self, lab):
        self.lab = lab
        self.texts = {}
        self.calls = test_service.make_dir(lab, "calls")
        self.hook = os.path.join(self.calls, "hook")
        with open(self.hook, "w", encoding="ascii") as f:
            f.write(HOOK)
        os.chmod(self.hook, 0o755)
        self.dev = test_service.make_dir(lab, "dev")
        self.syslog = test_service.Listener(os.path.join(self.dev, "log"))
        keys = {"vhid": VHID, "addresses": VIP + "/24", "password": FIRST,
                "accept-password": SECOND, "preempt": "true", "hook": self.hook,
                "up-script": self.hook, "down-script": self.hook}
        self.keys = keys
        self.first = carpd.Carpd(lab, "a", {**keys, "advskew": 0}, options=("-v",))
        self.second = carpd.Carpd(lab, "b", {**keys, "advskew": 100, "replay": "strict"},
                                  options=("-v",))
        self.stranger = carpd.Carpd(lab, "c", {**keys, "password": FIRST[:-1], "advskew": 50})
        conf = secret_file(lab, "carpmon.conf", test_service.CONF % (VHID, VIP, FIRST)
                           + "accept-password = %s\n" % SECOND)
        token = secret_file(lab, "token", TOKEN + "\n")
        self.outputs = test_service.make_dir(lab, "outputs")
        out = self.outputs
        self.monitor = watch.Carpmon(
            lab, "obs", "-c", conf, "--listen", ":8079", "--listen-token", token, "--exec",
            self.hook, "--evidence", out, "--evidence-seconds", "5", "--state", out + "/state.json",
            "--textfile", out + "/carpmon.prom")
        self.service = watch.Carpmon(
            lab, "obs", "-c", conf, "--syslog", "local3",
            prefix=("sh", "-c", test_service.OWN_DEV.format(self.dev), "sh"))

    def play(self):
        """What makes each of them talk."""
        self.first.wait_state("MASTER")
        self.monitor.wait_event(15, event="finding", code="BAD_HMAC")
        self.ask_carpctl()
        self.inject()
        self.ask_pages()
        self.look_at_processes()
        self.first.stop()
        self.second.wait_state("MASTER")
        self.texts["syslog"] = "\n".join(self.syslog.lines)

    def ask_carpctl(self):
        """Everything carpctl can ask, and reloads of good and broken files."""
        watcher = self.lab.spawn("a", carpd.CLIENT, "--socket", self.first.socket, "watch")
        for words in (("show",), ("-v", "show"), ("--format", "json", "show"), ("stats",),
                      ("--format", "json", "stats"), ("demote", "240"), ("demote", "0"),
                      ("promote",), ("reload",)):
            self.texts["carpctl %s" % (words,)] = self.first.ctl(*words)
        with open(self.first.config, "a", encoding="ascii") as f:
            f.write("%s\npasword = %s\n" % (FIRST, SECOND))
        done = subprocess.run(self.lab.argv("a", carpd.CLIENT, "--socket", self.first.socket,
                                            "reload"), capture_output=True, check=False)
        assert done.returncode != 0
        self.texts["carpctl reload"] = (done.stdout + done.stderr).decode()
        self.texts["reload"] = json.dumps(self.first.ask("reload"))
        netlab.stop_process(watcher)

    def inject(self):
        """carpinject plays a scenario that names the password."""
        scenario = secret_file(self.lab, "marked.carp",
                               "role r vhid=80 address=10.79.0.60 password=%s\n"
                               "test one \"one\"\n  send r count=2\n"
                               "  expect advert vhid=81 within 200ms\n" % SECOND)
        for form in ("text", "json"):
            done = subprocess.run(self.lab.argv(
                "c", CARPINJECT, "play", scenario, "-i", "eth0", "--format", form,
                "--i-own-this-network"), capture_output=True, timeout=30, check=False)
            text = done.stdout + done.stderr
            assert b"one" in text and done.returncode == 1, text
            self.texts["carpinject play " + form] = text.decode()

    def ask_pages(self):
        """The listener, with the token, without it, and with half of it."""
        for token in (TOKEN, TOKEN[:8], ""):
            said = self.lab.run("obs", "python3", "-c", GET, token, *PAGES)
            assert said.count("\nContent-Type:") == len(PAGES), said
            self.texts["pages with %d octets of the token" % len(token)] = said

    def look_at_processes(self):
        """What other users can see of them."""
        for peer in (self.first, self.second, self.monitor, self.service):
            for name in ("cmdline", "environ", "status", "comm"):
                self.texts["%s of %s" % (name, peer.pid)] = proc(peer.pid, name).decode()


# Requests, by a Python of its own inside the host.
GET = """
import sys, urllib.request, urllib.error
for page in sys.argv[2:]:
    ask = urllib.request.Request("http://127.0.0.1:8079/" + page)
    if sys.argv[1]: ask.add_header("Authorization", "Bearer " + sys.argv[1])
    try: answer = urllib.request.urlopen(ask, timeout=3)
    except urllib.error.HTTPError as error: answer = error
    print(answer.status, answer.headers, answer.read().decode(errors="replace"))
"""


@pytest.fixture(scope="module", name="scene")
def played(lab):
    scene = Scene(lab)
    try:
        scene.play()
        yield scene
    finally:
        scene.syslog.close()


def test_what_is_said(scene):
    assert all(name.startswith("environ") or text for name, text in scene.texts.items())
    for name, text in scene.texts.items():
        marker.check(name, text)


def test_files(scene):
    """Logs, state, evidence, metrics, sockets' names, what hooks saw: all that is in the lab."""
    for peer in (scene.monitor, scene.service):
        peer.stop()
        marker.check("carpmon's standard output", json.dumps(peer.events))
    names = {os.path.basename(path) for _top, _dirs, files in os.walk(scene.lab.dir)
             for path in files}
    assert {"calls", "log", "state.json", "carpmon.prom"} <= names, names
    assert any(name.endswith(".pcapng") for name in names)
    own = ("carp.conf", "carpmon.conf", "token", "marked.carp")
    assert marker.check_tree(scene.lab.dir, but=own) >= 10
    with open(os.path.join(scene.calls, "calls"), encoding="utf-8") as f:
        assert "CARP_" in f.read()


def crash(lab, host, *argv, wait):
    """Start a program with room for a core, abort it: whether it left one."""
    where = test_service.make_dir(lab, "core-%s-%d" % (os.path.basename(argv[0]), time.time_ns()))
    env = {**os.environ, "ASAN_OPTIONS": "disable_coredump=0:detect_leaks=0"}
    limit = resource.RLIM_INFINITY
    with open(os.path.join(where, "log"), "wb") as log:
        child = subprocess.Popen(
            lab.argv(host, *argv), cwd=where, env=env, stdin=subprocess.PIPE, stdout=log,
            stderr=log, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (limit, limit)))
    try:
        netlab.wait_for("%s has started" % argv[0], lambda: wait(child), 10)
        child.send_signal(signal.SIGABRT)
        _pid, status = os.waitpid(child.pid, 0)
        child.returncode = status
    finally:
        child.stdin.close()
    assert os.WTERMSIG(status) == signal.SIGABRT, status
    shutil.rmtree(where)
    return os.WCOREDUMP(status)


def catches_or_waits(child):
    """It runs its own program, and has read what it starts with."""
    time.sleep(0.3)
    return b"ip\0netns" not in proc(child.pid, "cmdline")


def test_no_core(lab):
    """None of them leaves a core where any other program does."""
    conf = secret_file(lab, "core.conf", '[vhid "x"]\ninterface = eth0\n' + test_service.CONF.split(
        "\n", 1)[1] % (VHID + 1, "10.79.0.70", FIRST))
    if not crash(lab, "c", "sleep", "60", wait=catches_or_waits):
        pytest.skip("programs leave no cores here")
    programs = [
        (watch.PROGRAM, "-c", conf, "-i", "eth0"),
        (watch.PROGRAM, "-c", conf, "-r", "-"),
        (CARPD, "-c", conf, "-f", "--socket", lab.dir + "/core.s",
         "--state-dir", lab.dir + "/core.state"),
        (CARPINJECT, "advert", "-c", conf, "-i", "eth0", "--count", "0",
         "--i-own-this-network"),
        (carpd.CLIENT, "import", "--from", "freebsd", "-")]
    for argv in programs:
        assert not crash(lab, "c", *argv, wait=catches_or_waits), argv
