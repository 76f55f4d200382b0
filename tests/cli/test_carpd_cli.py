# SPDX-License-Identifier: BSD-2-Clause
"""carpd's command line: what it checks, refuses and prints, without running anything."""
import fcntl
import os
import subprocess

import pytest

PROGRAM = os.environ["CARPD"]
SECRET = "s3cret-word"
GOOD = '[vhid "lan"]\ninterface = eth0\nvhid = 7\naddresses = 10.0.0.50/24\npassword = %s\n' % SECRET


def run(*argv):
    """Run it; its status, output and messages, none of which holds the secret."""
    done = subprocess.run([PROGRAM, *argv], capture_output=True, text=True, timeout=20, check=False)
    assert SECRET not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(name="conf")
def conf_file(tmp_path):
    """Writes a carp.conf and returns its path."""
    def write(text, mode=0o600):
        path = tmp_path / "carp.conf"
        path.write_text(text)
        path.chmod(mode)
        return str(path)
    return write


def test_check_good(conf):
    path = conf(GOOD)
    assert run("--check", "-c", path) == (0, path + ": 1 vhid to run, good\n", "")


@pytest.mark.parametrize("text, message", [
    (GOOD + "hook-time = 1\n", '[vhid "lan"] hook-time: is not a known key'),
    (GOOD + "vhid = 8\n", "vhid stands here twice, first in line 3"),
    (GOOD + "advskew = 255\n", "'255' is not a number from 0 to 254"),
    (GOOD + "replay = drop\n", "'drop' must be off, alert or strict"),
    (GOOD + "[carpd]\nrealtime = 100\n", "[carpd] realtime: '100' is not a number from 0 to 99"),
    (GOOD + '[vhid "b"]\ninterface = eth0\nvhid = 7\naddresses = 10.0.0.51\npassword = x\n',
     '7 runs on eth0 in [vhid "lan"] already'),
    ("what\n", "carp.conf:1: must be"),
    ("\0", "holds a NUL octet"),
])
def test_check_unusable(conf, text, message):
    status, out, err = run("--check", "-c", conf(text))
    assert (status, out) == (3, "")
    assert len(err.splitlines()) == 1 and message in err


def test_check_warnings(conf):
    status, out, err = run("--check", "-c", conf(GOOD + "preempt-delay = 5\n"))
    assert status == 4 and "usable with warnings" in out and "preempt-delay" in err
    status, out, err = run("--check", "-c", conf(GOOD.replace("interface = eth0\n", "")))
    assert status == 4 and "nothing would run" in err


def test_check_programs(conf, tmp_path):
    """A slip in a path shows before the first failover."""
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)
    path = conf(GOOD + f"hook = {hook}\n")
    assert run("--check", "-c", path) == (0, path + ": 1 vhid to run, good\n", "")
    for key, program, why in (("hook", "/none/hook", "No such file or directory"),
                              ("notify", tmp_path, "is no program"),
                              ("track-script", f"{path} 5", "Permission denied")):
        status, out, err = run("--check", "-c", conf(GOOD + f"{key} = {program}\n"))
        said = str(program).removesuffix(" 5")
        assert (status, err) == (4, f'carpd: warning: {path}: [vhid "lan"] {key}: {said}: {why}\n')
        assert "usable with warnings" in out


def test_others_may_read(conf):
    path = conf(GOOD, 0o644)
    for argv in (("--check",), ("--foreground",)):
        status, _out, err = run(*argv, "-c", path)
        assert status == 3 and "chmod o-rwx" in err


def test_nothing_to_run(conf, tmp_path):
    status, _out, err = run("-c", conf(""), "-f", "--state-dir", str(tmp_path / "s"))
    assert status == 3 and "nothing to run" in err and not (tmp_path / "s").exists()
    status, _out, err = run("-c", str(tmp_path / "none"), "-f")
    assert status == 3 and "No such file" in err


def test_refused_in_the_background(conf, tmp_path):
    """Who starts it reads why it does not run."""
    state = tmp_path / "state"
    state.mkdir()
    with open(state / "carpd.lock", "w", encoding="ascii") as lock:
        lock.write("4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _out, err = run("-c", conf(GOOD), "--background", "--state-dir", str(state),
                                "--socket", str(tmp_path / "socket"))
    assert status == 1 and "4711" in err and str(state) in err


def test_usage():
    for argv in (("--what",), ("word",), ("-f", "--background"), ("--ucarp", "--what"),
                 ("--ucarp", "-i", "eth0", "-v", "300"),
                 ("--ucarp", "-i", "eth0", "-s", "10.0.0.1", "-v", "1", "-p", SECRET, "-a",
                  "10.0.0.2", "-f", "nowhere"),
                 ("--check", "--ucarp", "-i", "eth0", "-s", "10.0.0.1", "-v", "1", "-p", SECRET,
                  "-a", "10.0.0.2")):
        status, out, err = run(*argv)
        assert (status, out) == (2, ""), argv
        assert len(err.splitlines()) == 1 and "--help" in err, argv
    assert run("--version")[0] == 0
    for argv in (("--help",), ("--ucarp", "--help")):
        status, out, _err = run(*argv)
        assert status == 0 and max(map(len, out.splitlines())) <= 80


def test_print_config(conf):
    argv = ["--print-config", "--ucarp", "-i", "eth0", "-s", "10.0.0.1", "-v", "9", "-p", SECRET,
            "-a", "10.0.0.9", "-a", "10.0.0.10", "-k", "50", "-P", "-u", "/bin/true", "-d", "/bin/false"]
    status, out, _err = run(*argv)
    assert status == 0
    for line in ("interface = eth0", "vhid = 9", "addresses = 10.0.0.9; 10.0.0.10", "advskew = 50",
                 "preempt = true", "up-script = /bin/true"):
        assert line in out.splitlines(), out
    # What is printed is a configuration, once it has a password.
    path = conf(out + "password = %s\n" % SECRET)
    assert run("--check", "-c", path)[0] == 0
    status, out, _err = run("--print-config", "-c", conf(GOOD))
    assert status == 0 and "addresses = 10.0.0.50/24" in out


def test_as_ucarp(tmp_path):
    link = tmp_path / "ucarp"
    link.symlink_to(PROGRAM)
    done = subprocess.run([str(link), "-v", "0"], capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == 2 and "1 to 255" in done.stderr
