# SPDX-License-Identifier: BSD-2-Clause
"""What carpd's packages do when they are upgraded: carpd.postinst, and %postun of the RPM spec, with a
systemctl of the test's own. tests/systemd/test_installed.py plays the former in machines that a systemd
boots."""
import os
import pathlib
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
OWN = SOURCE / "tests" / "lab" / "own"
CARPD = os.path.join(os.environ.get("BUILD", SOURCE / "build" / "dev"), "bin", "carpd")
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


class Debian:
    """dpkg calls it behind the new files."""
    UPGRADE, NO_UPGRADE = "configure 0.1-1", "configure"
    RESTARTED = ["systemctl --system daemon-reload", "invoke restart carpd.service"]
    IDLE = []       # left to what debhelper adds

    @staticmethod
    def script():
        text = (SOURCE / "dist" / "debian" / "carpd.postinst").read_text(encoding="utf-8")
        assert text.count("\n#DEBHELPER#\n") == 1
        return text


class Rpm:
    """The old package's script runs behind the new files; its argument is how many are left."""
    UPGRADE, NO_UPGRADE = "1", "0"
    RESTARTED = ["systemctl mark restart"]
    IDLE = RESTARTED        # systemd does not start what does not run

    @staticmethod
    def script():
        spec = (SOURCE / "dist" / "rpm" / "carpkit.spec").read_text(encoding="utf-8")
        text = spec.split("\n%postun -n carpd\n")[1].split("\n%post -n carpmon\n")[0]
        assert text.count("%systemd_postun_with_restart carpd.service") == 1
        return text.replace("%systemd_postun_with_restart carpd.service",
                            "if [ $1 -ge 1 ]; then systemctl mark restart; fi")


@pytest.fixture(params=[Debian, Rpm])
def package(request):
    return request.param


def upgrade(place, package, config, *, runs=True, words=None):
    """What was said, and which commands were given."""
    commands = place / "commands"
    commands.mkdir()
    write(commands / "systemctl", SYSTEMCTL)
    write(commands / "deb-systemd-invoke", '#!/bin/sh\necho "invoke $*" >>said\n')
    write(place / "carpd", RUNNING % CARPD)
    write(place / "carp.conf", config, 0o600)
    write(place / "said", "")
    write(place / "script", package.script())
    # As long as it is not executed it has the shell's command line.
    start = ("./carpd -c carp.conf & echo $! >running; until grep -qz '^carp.conf$' /proc/$!/cmdline; "
             "do sleep 0.01; done; " if runs else "")
    done = subprocess.run(
        [OWN, "sh", "-c", "mkdir -p /run/systemd/system /run/credentials/carpd.service;"
         " umask 077; echo secret >/run/credentials/carpd.service/lan;"
         " %sPATH=$PWD/commands:$PATH sh script %s" % (start, words or package.UPGRADE)],
        cwd=place, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr, (place / "said").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("words", ["password = secret",
                                   "password = longer than nineteen octets",
                                   "credential = lan"])
def test_usable(tmp_path, package, words):
    """Good, with warnings, or with a password from systemd: the new program takes over."""
    assert upgrade(tmp_path, package, GOOD % words) == ("", package.RESTARTED)


def test_unusable(tmp_path, package):
    """The old program runs on, and that is said in one line."""
    said, commands = upgrade(tmp_path, package, GOOD % "pasword = secret")
    assert said.count("\n") == 1 and "the old program runs on" in said
    assert commands == []


def test_not_running(tmp_path, package):
    """What does not run is not asked."""
    assert upgrade(tmp_path, package, GOOD % "pasword = secret", runs=False) == ("", package.IDLE)


def test_no_upgrade(tmp_path, package):
    """Nothing is asked when it is installed for the first time, or removed."""
    assert upgrade(tmp_path, package, GOOD % "pasword = secret", words=package.NO_UPGRADE) == ("", [])
