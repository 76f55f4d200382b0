# SPDX-License-Identifier: BSD-2-Clause
"""The sessions of a document: what it says to type, and what it says comes back.

A block is indented by four. One that begins with "# " is a session of a root
shell: lines with "# " are typed, those below are the answer. Another one is
the contents of the file that the text before it tells to write.
"""
import re

PROMPT = "# "
FILE = re.compile(r"[Ww]rite this to `([^`]+)`")
# What differs from run to run, and what takes its place in a pattern.
VARIABLE = (
    (r"\d\d:\d\d:\d\d\.\d{3}", r"\d\d:\d\d:\d\d\.\d{3}"),
    (r"\d{8}T\d{6}\.\d{6}Z", r"\d{8}T\d{6}\.\d{6}Z"),
    (r"\d[\d.]* m?s\b", r"[\d.]+\s+m?s"),
    (r"time=\d[\d.]*", r"time=[\d.]+"),
    (r"frames(?: \d+)+", r"frames(?:\s+\d+)+"),
    (r"\d+\.pcapng", r"\d+\.pcapng"),
    (r"…", r"[^\0]*"),
    (r"\s+", r"\s+"),         # where lines break depends on what is in them
)
TOKEN = re.compile("|".join("(%s)" % what for what, _ in VARIABLE))


def blocks(text):
    """(the paragraph before it, its lines) of each indented block."""
    before, block, paragraph = "", [], []
    for line in text.splitlines() + ["end"]:
        if line.startswith("    ") or (block and not line):
            block.append(line[4:])
            continue
        if block:
            yield before, "\n".join(block).rstrip().splitlines()
            block, paragraph = [], []
        if line:
            paragraph.append(line)
            before = " ".join(paragraph)
        else:
            paragraph = []


def steps(text):
    """("write", file, contents) and ("type", command, answer) in the order of the document."""
    for before, lines in blocks(text):
        if not lines[0].startswith(PROMPT):
            named = FILE.findall(before)
            if named:
                yield "write", named[-1], "\n".join(lines) + "\n"
            continue
        session = []
        for line in lines:
            if line.startswith(PROMPT):
                session.append(("type", line[len(PROMPT):], []))
            else:
                session[-1][2].append(line)
        yield from session


def pattern(answer):
    """What an answer has to match: "…" is anything, times and lengths are any."""
    text, made, at = "\n".join(answer), "", 0
    for found in TOKEN.finditer(text):
        made += re.escape(text[at:found.start()]) + VARIABLE[found.lastindex - 1][1]
        at = found.end()
    return re.compile(made + re.escape(text[at:]))
