# SPDX-License-Identifier: BSD-2-Clause
"""What carpd's package does when it is upgraded: carpd.postinst, with a systemctl of the test's own.
tests/systemd/test_installed.py plays it in machines that a systemd boots."""
import os
import pathlib
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
OWN = SOURCE / "tests" / "lab" / "own"
CARPD = os.path.join(os.environ.get("BUILD", SOURCE / "build" / "dev"), "bin", "carpd")
POSTINST = SOURCE / "dist" / "debian" / "carpd.postinst"
GOOD = '[vhid "lan"]\ninterface = eth0\nvhid = 1\naddresses = 10.0.0.50/24\n%s\n'
# The program that runs: what it is asked with --check the real one answers.
RUNNING = """#!/bin/sh
case $* in *--check) exec %s "$@" ;; esac
exec 3>&-
while :; do sleep 1; done
"""
SYSTEMCTL = """#!/bin/sh
case $* in
*is-active*) [ -e running ] ;;
*MainPID*) cat running ;;
*User*) id -un ;;
*) echo "systemctl $*" >>said ;;
esac
"""


def can_play():
    """Whether there is a system whose /run is the test's own."""
    return subprocess.run([OWN, "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not os.access(CARPD, os.X_OK) or not can_play(),
                                reason="no carpd, or no namespaces")


def write(path, text, mode=0o755):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def upgrade(place, config, *, runs=True, words="configure 0.1-1"):
    """What was said, and which commands were given."""
    commands = place / "commands"
    commands.mkdir()
    write(commands / "systemctl", SYSTEMCTL)
    write(commands / "deb-systemd-invoke", '#!/bin/sh\necho "invoke $*" >>said\n')
    write(place / "carpd", RUNNING % CARPD)
    write(place / "carp.conf", config, 0o600)
    write(place / "said", "")
    text = POSTINST.read_text(encoding="utf-8")
    assert text.count("\n#DEBHELPER#\n") == 1
    write(place / "postinst", text)
    start = "./carpd -c carp.conf & echo $! >running; " if runs else ""
    done = subprocess.run(
        [OWN, "sh", "-c", "mkdir -p /run/systemd/system /run/credentials/carpd.service;"
         " umask 077; echo secret >/run/credentials/carpd.service/lan;"
         " %sPATH=$PWD/commands:$PATH sh postinst %s" % (start, words)], cwd=place, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr, (place / "said").read_text(encoding="utf-8").splitlines()


RESTARTED = ["systemctl --system daemon-reload", "invoke restart carpd.service"]


@pytest.mark.parametrize("words", ["password = secret",
                                   "password = longer than nineteen octets",
                                   "credential = lan"])
def test_usable(tmp_path, words):
    """Good, with warnings, or with a password from systemd: the new program takes over."""
    assert upgrade(tmp_path, GOOD % words) == ("", RESTARTED)


def test_unusable(tmp_path):
    """The old program runs on, and that is said in one line."""
    said, commands = upgrade(tmp_path, GOOD % "pasword = secret")
    assert said.count("\n") == 1 and "the old program runs on" in said
    assert commands == []


def test_not_running(tmp_path):
    """What does not run is left to what debhelper adds."""
    assert upgrade(tmp_path, GOOD % "pasword = secret", runs=False) == ("", [])


def test_first(tmp_path):
    """Nothing is asked when it is installed for the first time."""
    assert upgrade(tmp_path, GOOD % "password = secret", words="configure") == ("", [])
