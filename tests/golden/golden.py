#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Golden output of carpmon for every capture, and the table of findings.

  golden.py check CARPMON     compare; exit 1 and print a diff where different
  golden.py update CARPMON    write the goldens and the table's last column

For each captures/NAME.pcap (with captures/NAME.conf where there is one):
the text output must equal tests/golden/NAME.txt, every line of the JSON output
must satisfy docs/carpmon.schema.json, and the set of CODE/CAUSE found must be
the one that the table in captures/README.md expects. The expectation is
written by hand and never by this program.
"""
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "captures"
GOLDEN = ROOT / "tests" / "golden"
README = CAPTURES / "README.md"
SCHEMA = ROOT / "docs" / "carpmon.schema.json"
HEADING = "## Findings: expected and found"
JSON_GOLDENS = ("netbsd-mismatch", "netbsd-split-host", "ucarp-oneway-a-to-b")


def run(carpmon, name, *options):
    """carpmon's output for one capture; run where paths are short."""
    argv = [carpmon, "-r", name + ".pcap", "--utc", *options]
    if (CAPTURES / (name + ".conf")).exists():
        argv += ["-c", name + ".conf"]
    env = dict(os.environ, LC_ALL="C", TZ="UTC", NO_COLOR="1")
    done = subprocess.run(argv, cwd=CAPTURES, env=env, capture_output=True,
                          text=True, timeout=60)
    return done.stdout + f"exit status {done.returncode}\n", done.stderr


def found(lines):
    """{CODE or CODE/CAUSE} of all findings, updates included."""
    codes = set()
    for line in lines:
        event = json.loads(line)
        if event["event"] in ("finding", "update"):
            cause = event["cause"]
            codes.add(event["code"] + ("/" + cause if cause else ""))
    return codes


def table_rows():
    """The table: {name: (line number, expected, found)}."""
    rows, inside = {}, False
    for number, line in enumerate(README.read_text().splitlines()):
        if line.startswith("## "):
            inside = line == HEADING
        match = re.match(r"\| ([A-Za-z0-9-]+) \|([^|]*)\|([^|]*)\|$", line)
        if inside and match:
            rows[match[1]] = (number, codes_of(match[2]), codes_of(match[3]))
    return rows


def codes_of(cell):
    return {code for code in re.split(r"[,\s]+", cell.strip())
            if code and code != "none"}


def cell(codes):
    return ", ".join(sorted(codes)) or "none"


def check_schema(lines):
    import jsonschema
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    problems = []
    for line in lines:
        for error in validator.iter_errors(json.loads(line)):
            problems.append(f"{error.message}: {line[:120]}")
    return problems


def compare(path, text):
    if not path.exists():
        return [f"{path.name} does not exist: script/update-goldens\n"]
    return list(difflib.unified_diff(path.read_text().splitlines(True),
                                     text.splitlines(True),
                                     str(path.relative_to(ROOT)), "now"))


def check_width(name, text):
    return [f"{name}: longer than 80 columns: {line}\n"
            for line in text.splitlines() if len(line) > 80]


def outputs(carpmon, name):
    text, _ = run(carpmon, name)
    jsonl, _ = run(carpmon, name, "--format", "json")
    lines = [line for line in jsonl.splitlines() if line.startswith("{")]
    return text, jsonl, lines


def check(carpmon, names):
    rows, failed = table_rows(), 0
    for name in names:
        text, jsonl, lines = outputs(carpmon, name)
        problems = compare(GOLDEN / (name + ".txt"), text)
        problems += check_width(name, text)
        if name in JSON_GOLDENS:
            problems += compare(GOLDEN / (name + ".jsonl"), jsonl)
        problems += check_schema(lines)
        if name not in rows:
            problems.append(f"{name}: no row in captures/README.md\n")
        else:
            _, expected, told = rows[name]
            now = found(lines)
            if now != expected:
                problems.append(f"{name}: expected {cell(expected)}\n"
                                f"{name}: found    {cell(now)}\n")
            if now != told:
                problems.append(f"{name}: the table says {cell(told)}\n")
        print(("not ok " if problems else "ok ") + name)
        sys.stdout.writelines(problems)
        failed += bool(problems)
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


def update(carpmon, names):
    rows = table_rows()
    readme = README.read_text().splitlines()
    for name in names:
        text, jsonl, lines = outputs(carpmon, name)
        (GOLDEN / (name + ".txt")).write_text(text)
        if name in JSON_GOLDENS:
            (GOLDEN / (name + ".jsonl")).write_text(jsonl)
        if name in rows:
            number, expected, _ = rows[name]
            readme[number] = (f"| {name} | {cell(expected)} "
                              f"| {cell(found(lines))} |")
        else:
            print(f"{name}: add a row to captures/README.md: "
                  f"{cell(found(lines))}")
    README.write_text("\n".join(readme) + "\n")
    return 0


def main(argv):
    if len(argv) < 3 or argv[1] not in ("check", "update"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    carpmon = str(pathlib.Path(argv[2]).resolve())
    names = argv[3:] or sorted(p.stem for p in CAPTURES.glob("*.pcap"))
    return (check if argv[1] == "check" else update)(carpmon, names)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
