# SPDX-License-Identifier: BSD-2-Clause
"""Every public function of libcarp is in one page, the one of its header, as it is declared."""
import re

import pytest

import manual

INCLUDE = manual.ROOT / "lib" / "include" / "carp"
HEADERS = sorted(path for path in INCLUDE.glob("*.h") if path.name != "export.h")
LIBRARY = manual.ROOT / "docs" / "man"


def same(prototype):
    """One spelling of a prototype."""
    return re.sub(r"\s*\*\s*", " *", " ".join(prototype.split())).replace("* *", "**")


def declared(header):
    """{function: prototype} of a header, inline ones too."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    found = re.findall(r"(?:CARP_API\s+(?:CARP_NODISCARD\s+)?|static inline\s+)([^;{]*?\))\s*[;{]",
                       text)
    return {re.search(r"(\w+)\s*\(", one).group(1): same(one) for one in found}


def described(page):
    """{function: prototype} of a page's synopsis."""
    synopsis = manual.section(page, "SYNOPSIS")
    found = {}
    for kind, name, arguments in re.findall(
            r"^\.Ft (.*)\n\.Fo (\w+)\n((?:\.Fa .*\n)*)\.Fc", synopsis, re.M):
        listed = ", ".join(re.findall(r'^\.Fa "?(.*?)"?$', arguments, re.M))
        kind = kind.strip('"')
        assert name not in found
        found[name] = same(f"{kind} {name}({listed})")
    return found


def test_headers_have_functions():
    assert sum(len(declared(header)) for header in HEADERS) > 90


@pytest.mark.parametrize("header", HEADERS, ids=[path.name for path in HEADERS])
def test_page(header):
    page = LIBRARY / f"carp_{header.stem}.3"
    wanted, shown = declared(header), described(page)
    assert shown == wanted
    assert f".In carp/{header.name}\n" in page.read_text()
    # Named for apropos, and each described.
    assert re.findall(r"^\.Nm (\w+)", manual.section(page, "NAME"), re.M) == list(wanted)
    text = manual.section(page, "DESCRIPTION")
    for name in wanted:
        item = re.search(r"^\.It Fn %s\n(.+)" % name, text, re.M)
        assert item and not item.group(1).startswith((".It", ".El")), name


@pytest.mark.parametrize("header", HEADERS, ids=[path.name for path in HEADERS])
def test_every_function_has_a_comment(header):
    lines = header.read_text().splitlines()
    for before, line in zip(lines, lines[1:]):
        if re.match(r"(CARP_API|static inline) ", line + " "):
            assert before.endswith("*/"), f"{header.name}: {line}"


def test_sections_exist():
    """What comments and documents name as a section of a document is one."""
    headings = {}
    for name in ("PROTOCOL", "LINEAGE", "SECURITY-MODEL"):
        text = (manual.ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        headings[name] = set(re.findall(r"^(?:#+|\|) (\d+(?:\.\d+)?)\b", text, re.M))
    wrong = []
    for folder in ("lib", "tools", "sim", "plugin", "tests", "docs"):
        for path in sorted((manual.ROOT / folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".md", ".py"):
                continue
            text = path.read_text(encoding="utf-8")
            for name, more in re.findall(
                    r"\b(PROTOCOL|LINEAGE|SECURITY-MODEL)(?:\.md)?,? (?:section )?"
                    r"(\d[\d.]*(?:(?:, |-| and )\d[\d.]*)*)", text):
                wrong += [f"{path.relative_to(manual.ROOT)}: {name} {number}"
                          for number in re.findall(r"\d+(?:\.\d+)?", more)
                          if number not in headings[name]]
    assert wrong == []


def test_overview():
    named = re.findall(r"^\.It In carp/(\w+)\.h Ta Xr carp_(\w+) 3$",
                       (LIBRARY / "libcarp.3").read_text(), re.M)
    assert named == [(path.stem, path.stem) for path in HEADERS]
    assert {page.name for page in LIBRARY.glob("*.3")} == {
        "libcarp.3", *(f"carp_{path.stem}.3" for path in HEADERS)}
