# SPDX-License-Identifier: BSD-2-Clause
"""What the manual pages and documents show as examples, for the tests that run them."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "man").iterdir())
MAN = ROOT / "docs" / "man" / "carpinject.1"
PASSWORD = "lab-secret"
PROGRAMS = ("carpmon", "carpinject", "carpd", "carpctl", "carpsim", "ssh")


def plain(text):
    """mdoc's escapes undone."""
    return text.replace("\\(dq", '"').replace("\\e", "\\").replace("\\&", "").replace("\\-", "-")


def section(page, name):
    """One section of a page as mdoc; "" when there is none."""
    found = re.search(r"^\.Sh %s\n(.*?)(?=^\.Sh |\Z)" % name, page.read_text(encoding="utf-8"),
                      re.M | re.S)
    return found.group(1) if found else ""


def blocks(page):
    """The literal blocks of a page."""
    return [plain(text) for text in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page.read_text(
        encoding="utf-8"), re.M | re.S)]


def is_command(text):
    return text.split(None, 1)[0] in PROGRAMS


def commands(page):
    """Command lines of a page's examples; those shown together are one text."""
    found = []
    text = section(page, "EXAMPLES")
    for shown in re.findall(r"(?:^\.Dl [^\n]*\n)+|^\.Bd -literal.*?\n.*?^\.Ed", text, re.M | re.S):
        if shown.startswith(".Dl"):
            found.append(plain(re.sub(r"^\.Dl ", "", shown, flags=re.M)))
        else:
            found.append(plain(re.sub(r"^\..*\n?", "", shown, flags=re.M)))
    return [one.strip() for one in found if is_command(one)]


def examples(page=MAN):
    """The same, one line each."""
    return [line for one in commands(page) for line in one.splitlines()]


def write_files(folder):
    """The files that carpinject's examples name: the scenario is in the page."""
    secret = folder / "lan.key"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    for text in blocks(MAN):
        name = re.match(r"# (\w+\.carp)$", text.splitlines()[0])
        (folder / name[1]).write_text(text)
