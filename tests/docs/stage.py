# SPDX-License-Identifier: BSD-2-Clause
"""Where the commands of the manual are run: two interfaces, captures under the names that the
pages use, a running carpd, and wrappers that let what runs for ever end."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import manual

BIN = pathlib.Path(os.environ["CARP_BIN"])
CAPTURES = manual.ROOT / "captures"
SITE = "ucarp-oneway-a-to-b"
FILES = {"site": SITE, "sideA": "netbsd-split-sideA", "sideB": "netbsd-split-sideB",
         "dmz": "openbsd-01-ob-ob-basic"}
# Paths of a real machine are here below the test's directory.
ABSOLUTE = re.compile(r"(?<![\w.])/(etc|run|var|usr/local|tmp)/")
WRAPPERS = {
    # Watching goes on until ^C: here for a second.
    "carpmon": """case " $* " in
*" -i "*) case " $* " in *" --check "*) ;; *)
    exec timeout --preserve-status -s INT 1 "$real" "$@" ;; esac ;;
esac
exec "$real" "$@\"""",
    "carpctl": """case " $* " in *" import "*) exec "$real" "$@" ;; esac
exec "$real" --socket "$CARPD_SOCKET" "$@\"""",
    "carpd": 'exec "$real" "$@"', "carpsim": 'exec "$real" "$@"',
    "carpinject": 'exec "$real" "$@"'}
FREEBSD = {
    "rc.conf": 'ifconfig_em0="inet 192.168.1.2/24"\n'
               'ifconfig_em0_alias0="vhid 1 pass secret alias 192.168.1.50/32"\n',
    "sysctl.conf": "net.inet.carp.preempt=1\n"}


class Stage:
    """A directory in which every example runs."""

    def __init__(self, folder):
        self.folder = folder
        self.daemon = None
        self.env = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "LC_ALL": "C",
                    "TZ": "UTC", "CARPD_SOCKET": f"{folder}/carpd.sock"}
        for name in ("bin", "etc/carp", "run/carpmon", "var/lib/carpmon", "usr/local/bin", "tmp"):
            (folder / name).mkdir(parents=True)
        self._programs()
        self._files()
        self._interfaces()

    def _script(self, path, text):
        path.write_text("#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)

    def _programs(self):
        for name, text in WRAPPERS.items():
            self._script(self.folder / "bin" / name, f"real='{BIN / name}'\n{text}")
        self._script(self.folder / "bin" / "ssh", f"cat '{CAPTURES / SITE}.pcap'")
        self._script(self.folder / "usr" / "local" / "bin" / "page", "exit 0")

    def _files(self):
        manual.write_files(self.folder)
        for name, capture in FILES.items():
            shutil.copy(CAPTURES / f"{capture}.pcap", self.folder / f"{name}.pcap")
        conf = re.sub(r'\[vhid "[^"]*"\]', '[vhid "lan"]',
                      (CAPTURES / f"{SITE}.conf").read_text(), count=1)
        for path in ("carp.conf", "etc/carp/carp.conf"):
            (self.folder / path).write_text(conf)
            (self.folder / path).chmod(0o600)
        for name, text in FREEBSD.items():
            (self.folder / name).write_text(text)
        (self.folder / "etc" / "vip.pass").write_text("secret\n")
        (self.folder / "tests").symlink_to(manual.ROOT / "tests")
        (self.folder / "captures").symlink_to(CAPTURES)

    @staticmethod
    def _interfaces():
        for argv in ("link add name eth0 type veth peer name peer0",
                     "link add name eth1 type veth peer name peer1", "link set dev lo up",
                     "address add 192.168.1.2/24 dev eth0", "link set dev eth0 up",
                     "link set dev peer0 up", "link set dev eth1 up", "link set dev peer1 up"):
            subprocess.run(["ip", *argv.split()], check=True)

    def start_carpd(self, conf):
        """The daemon that carpctl's examples steer."""
        path = self.folder / "etc" / "carp" / "carpd.conf"
        path.write_text(conf)
        path.chmod(0o600)
        secret = path.parent / "lan.key"
        secret.write_text("secret\n")
        secret.chmod(0o600)
        (self.folder / "state").mkdir()
        with open(self.folder / "carpd.log", "wb") as log:
            self.daemon = subprocess.Popen(
                [BIN / "carpd", "-c", path, "--foreground", "--socket", self.env["CARPD_SOCKET"],
                 "--state-dir", self.folder / "state"], stdout=log, stderr=log,
                # A program without rights cannot look at its own memory.
                env={**self.env, "ASAN_OPTIONS": "detect_leaks=0"})
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self.daemon.poll() is None and time.monotonic() < deadline, \
                (self.folder / "carpd.log").read_text()
            time.sleep(0.1)

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.env["CARPD_SOCKET"]) == 0

    def stop(self):
        if self.daemon is not None:
            self.daemon.terminate()
            assert self.daemon.wait(20) == 0, (self.folder / "carpd.log").read_text()

    def run(self, text):
        """One example as a shell runs it."""
        here = ABSOLUTE.sub(lambda m: f"{self.folder}/{m[1]}/", text)
        return subprocess.run(["sh", "-c", here], cwd=self.folder, env=self.env, text=True,
                              errors="replace", capture_output=True, timeout=120, check=False,
                              stdin=subprocess.DEVNULL)
