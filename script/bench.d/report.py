# SPDX-License-Identifier: BSD-2-Clause
"""What script/bench found: a table, a document, and the raw figures."""
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess

TITLES = {
    "hmac": "Verifying a digest",
    "mixed": "Reading a capture of which 1 % is CARP",
    "adverts": "Reading adverts, every HMAC verified",
    "plugin": "The Wireshark plugin",
    "flood": "Sending",
    "live": "Watching live",
    "failover": "Failover and idling",
    "soak": "Watching for long",
    "long": "Bounded memory",
}
# How each says its version. ucarp does not.
PEERS = {
    "tshark": ["tshark", "--version"],
    "tcpdump": ["tcpdump", "--version"],
    "ucarp": ["dpkg-query", "-W", "-f", "${Version}", "ucarp"],
    "keepalived": ["keepalived", "--version"],
    "trafgen": ["trafgen", "--version"],
    "tcpreplay": ["tcpreplay", "--version"],
    "OpenSSL": ["openssl", "version"],
    "gcc": ["gcc", "-dumpfullversion"],
}
INTRODUCTION = """<!-- SPDX-License-Identifier: BSD-2-Clause -->
# Benchmarks

Written by `script/bench --markdown docs/benchmarks.md`; measure your own machine with `script/bench`. Each ratio
compares programs that ran by turns in the same run: the median of the ratios, so that a busy moment hits both.
Times are CPU time, user and system, of whole processes that read from the page cache; those of failovers are what a
clock shows. A budget is what was promised; `OVER` is said where it was not kept. What loses against a peer, or has no
peer, stands here too.
"""


def output(command):
    """Both streams of a command, whatever its status; "" when there is none."""
    environment = dict(os.environ, LC_ALL="C",
                       PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=20, check=False, env=environment)
    except OSError:
        return ""
    return done.stdout + done.stderr


def version(name):
    found = re.search(r"\d+(\.\d+)+[\w.+~-]*", output(PEERS[name]))
    return found[0].rstrip(".") if found else "not installed"


def field(path, name):
    """NAME : value of a file as /proc/cpuinfo."""
    found = re.search(r"^%s\s*:\s*(.*)$" % re.escape(name),
                      pathlib.Path(path).read_text(encoding="utf-8"), re.M)
    return found[1].strip() if found else "unknown"


def machine():
    """What the figures depend on."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    return {
        "CPU": "%d x %s" % (len(os.sched_getaffinity(0)),
                            field("/proc/cpuinfo", "model name")),
        "memory": "%.0f GiB" % memory,
        "kernel": platform.release(),
        "system": system,
        "load before": "%.1f" % os.getloadavg()[0],
        **{name: version(name) for name in PEERS},
    }


class Report:
    """Rows as they come, by group."""

    def __init__(self):
        self.machine, self.group = machine(), ""
        self.when = datetime.datetime.now(datetime.timezone.utc)
        self.rows, self.raw = [], {}

    def begin(self, group):
        self.group = group

    def add(self, what, figure, budget, good, note=""):
        verdict = "" if good is None else "ok" if good else "OVER"
        self.rows.append((self.group, what, figure, budget, verdict, note))
        print(f"  {what}: {figure} ({budget or 'for information'})"
              f" {verdict}  {note}", flush=True)

    def at_most(self, what, value, limit, note=""):
        self.add(what, f"{value:.2f} x", f"<= {limit} x", value <= limit,
                 note)

    def at_least(self, what, value, limit, note=""):
        self.add(what, f"{value:.1f} x", f">= {limit} x", value >= limit,
                 note)

    def missing(self, what, why):
        self.rows.append((self.group, what, "-", "", "-", why))
        print(f"  {what}: {why}", flush=True)

    def keep(self, what, found):
        """The figures of every single run."""
        self.raw.setdefault(self.group, {})[what] = found

    def show(self):
        head = ("what", "figure", "budget", "", "note")
        rows = [head] + [row[1:] for row in self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        print("\n" + "\n".join(f"{name}: {value}" for name, value
                               in self.machine.items()) + "\n")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths)]
            print("  ".join(cells + [row[4]]).rstrip())

    def write_raw(self, path, arguments):
        path.parent.mkdir(parents=True, exist_ok=True)
        names = ("group", "what", "figure", "budget", "verdict", "note")
        path.write_text(json.dumps({
            "date": self.when.isoformat(timespec="seconds"),
            "machine": self.machine, "arguments": arguments,
            "rows": [dict(zip(names, row)) for row in self.rows],
            "runs": self.raw}, indent=1) + "\n", encoding="utf-8")
        print(f"\nraw figures: {path}")

    def write_markdown(self, path, command):
        lines = [INTRODUCTION, "## The machine", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {value} |"
                  for name, value in self.machine.items()]
        lines += [f"| date | {self.when:%-d %B %Y} |",
                  f"| command | `{command}` |"]
        for group in dict.fromkeys(row[0] for row in self.rows):
            lines += ["", f"## {TITLES[group]}", "",
                      "| what | figure | budget | | |", "|---|---|---|---|---|"]
            lines += ["| " + " | ".join(cell.replace("|", "\\|")
                                        for cell in row[1:]) + " |"
                      for row in self.rows if row[0] == group]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"document: {path}")


def has(program):
    return shutil.which(str(program)) is not None
