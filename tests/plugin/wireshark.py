# SPDX-License-Identifier: BSD-2-Clause
"""tshark and friends with the plugin, and nothing else of the user's.

Wireshark ignores personal plugin folders and WIRESHARK_PLUGIN_DIR for user 0,
so that root runs it as nobody.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "captures"
NOBODY = 65534


def captures():
    return sorted(path.stem for path in CAPTURES.glob("*.pcap"))


class Wireshark:
    """One private world: plugins, configuration, home, captures."""

    def __init__(self, folder, module):
        self.folder = pathlib.Path(folder)
        for name in ("config", "home", "work"):
            (self.folder / name).mkdir()
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "WIRESHARK_CONFIG_DIR": str(self.folder / "config"),
            "HOME": str(self.folder / "home"), "TZ": "UTC", "LC_ALL": "C",
            "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1"}
        self.version = self.ask_version()
        if module is not None:
            plugins = self.folder / "plugins"
            target = plugins / self.version / "epan"
            target.mkdir(parents=True)
            shutil.copy(module, target / "carpkit.so")
            self.environment["WIRESHARK_PLUGIN_DIR"] = str(plugins)
        for path in CAPTURES.iterdir():
            if path.suffix in (".pcap", ".conf"):
                shutil.copy(path, self.folder / "work")
        if os.geteuid() == 0:
            for top, folders, files in os.walk(self.folder):
                for name in [top] + [os.path.join(top, f)
                                     for f in folders + files]:
                    os.chown(name, NOBODY, NOBODY)

    def ask_version(self):
        text = subprocess.run(["tshark", "--version"], capture_output=True,
                              text=True, check=True).stdout
        return re.search(r"(\d+\.\d+)\.\d+", text)[1]

    def run(self, *argv, check=True, timeout=240, **keywords):
        """Run a program of Wireshark in the folder of the captures."""
        if os.geteuid() == 0:
            keywords.update(user=NOBODY, group=NOBODY, extra_groups=[])
        keywords.setdefault("text", True)
        environment = dict(self.environment, **keywords.pop("env", {}))
        done = subprocess.run(
            [str(arg) for arg in argv], cwd=self.folder / "work",
            env=environment, capture_output=True, timeout=timeout,
            check=False, **keywords)
        if check and done.returncode != 0:
            raise AssertionError(f"{argv}: status {done.returncode}\n"
                                 f"{done.stderr[-2000:]}")
        return done

    def tshark(self, name, *options, keys=True, **keywords):
        """tshark on captures/NAME.pcap, with the keys beside it or not."""
        argv = ["tshark", "-n", "-r", name if "." in name else name + ".pcap"]
        conf = self.folder / "work" / (name + ".conf")
        if keys and conf.exists():
            argv += ["-o", f"carp.config_file:{conf}"]
        return self.run(*argv, *options, **keywords)

    def fields(self, name, names, *options, **keywords):
        """Rows of lists: every occurrence of every field."""
        wanted = [part for field in names for part in ("-e", field)]
        text = self.tshark(name, "-T", "fields", "-E", "occurrence=a",
                           "-E", "aggregator=\x03", "-E", "separator=\x02",
                           *wanted, *options, **keywords).stdout
        return [[cell.split("\x03") if cell else []
                 for cell in line.split("\x02")]
                for line in text.splitlines()]


def carpmon_events(carpmon, name, keys=True):
    """What carpmon says of a capture, as JSON objects."""
    argv = [carpmon, "-r", name + ".pcap", "--format", "json"]
    if keys and (CAPTURES / (name + ".conf")).exists():
        argv += ["-c", name + ".conf"]
    done = subprocess.run(argv, cwd=CAPTURES, capture_output=True, text=True,
                          timeout=120, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()
            if line.startswith("{")]
