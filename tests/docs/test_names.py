# SPDX-License-Identifier: BSD-2-Clause
"""What documents and the manual name is there under that name, and what is there is in the manual:
options, keys of carp.conf, metrics, variables of hooks, fields of Wireshark, files of this tree."""
import functools
import os
import re
import subprocess

import pytest

from manual import PAGES, ROOT

BIN = os.environ["CARP_BIN"]
OPTION = r"--[a-z][a-z0-9-]*"
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"),
                                     *ROOT.glob("dist/**/*.md"), *ROOT.glob("tests/**/*.md"),
                                     *ROOT.glob("captures/*.md")])
PAGE = {"carpctl": "carpctl.8", "carpd": "carpd.8", "carpinject": "carpinject.1",
        "carpmon": "carpmon.1", "carpsim": "carpsim.1"}
# Said of ucarp, whose options they are, in carpd.8 and docs/.
COMMON = {"--help", "--version", "--ucarp"}


def read(path):
    return path.read_text(encoding="utf-8")


def sources(*folders):
    return "\n".join(read(path) for folder in folders for path in sorted((ROOT / folder).rglob("*"))
                     if path.suffix in (".c", ".h", ".js", ".py", ".in"))


def page(name):
    return read(ROOT / "docs" / "man" / name)


def help_of(*words):
    done = subprocess.run([os.path.join(BIN, words[0]), *words[1:]], capture_output=True, text=True,
                          timeout=20, check=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
    return set(re.findall(r"(?:^|[ ,(])(%s)" % OPTION, done.stdout, re.M))


@functools.cache
def options_of(name):
    if name != "carpinject":
        return help_of(name, "--help")
    return set().union(*(help_of(name, command, "--help-all") for command in (
        "advert", "replay", "fuzz", "flood")), *(help_of(name, command, "--help")
                                                 for command in ("play", "conform")))


@pytest.mark.parametrize("name", PAGE)
def test_options_are_in_the_manual(name):
    has = {option for option in options_of(name) if not option.startswith("--help")} - COMMON
    told = {"-" + word for word in re.findall(r"\bFl (-[a-z][a-z0-9-]*)", page(PAGE[name]))}
    assert has - told == set(), "not in the manual"
    others = set().union(*(options_of(other) for other in PAGE)) | COMMON
    assert told - others == set(), "in the manual only"
    listed = {"-" + word for word in re.findall(r"^\.It (?:Fl \w , )?Fl (-[a-z][a-z0-9-]*)",
                                                page(PAGE[name]), re.M)}
    assert listed - has - COMMON == set(), "another program's"


def command_lines():
    """(where, program, words) of what documents show as commands of ours."""
    for path in [*DOCUMENTS, *PAGES]:
        if path.name == "CHANGELOG.md":
            continue
        text = read(path).replace("\\-", "-").replace("\\e\n", " ").replace("\\\n", " ")
        shown = re.findall(r"`([^`\n]+)`", text) + re.findall(
            r"^(?:    |\.Dl |\.Ql )(.*)$", text, re.M)
        for line in shown:
            for part in re.split(r"[|;&]+", line):
                found = re.match(r"\s*(?:[#$] )?(?:ip netns exec \S+ |\S*/)?(carp(?:mon|d|ctl|inject"
                                 r"|sim))\s(.*)", part)
                if found:
                    yield path.relative_to(ROOT), found[1], found[2]


def test_options_in_documents_exist():
    has = {name: options_of(name) | COMMON for name in PAGE}
    ucarp = help_of("carpd", "--ucarp", "--help")
    wrong = []
    for where, name, words in command_lines():
        allowed = has[name] | (ucarp if "ucarp" in words else set())
        wrong += [f"{where}: {name} {option}" for option in re.findall(r"(?<!\S)" + OPTION, words)
                  if option not in allowed]
    assert wrong == []


def test_keys_of_carp_conf():
    """All that the reader knows are in carp.conf(5), and the other way round."""
    code = "\n".join(read(ROOT / "tools/common" / name)
                     for name in ("conf_keys.c", "conf_daemon.c", "conf_secret.c"))
    keys = set(re.findall(r'^    \{"([a-z0-9-]+)", ', code, re.M))
    text = page("carp.conf.5")
    listed = {word for line in re.findall(r"^\.It Ic (.*)$", text, re.M)
              for word in re.findall(r"[a-z0-9-]+", line)}
    named = set(re.findall(r"\bIc ([a-z0-9-]+)", text)) | listed
    assert len(keys) > 50
    assert listed - keys == set()
    assert keys - named == set()
    # In examples of any document.
    wrong = []
    for path in [*DOCUMENTS, *PAGES]:
        for group in re.findall(r'^ *\[(?:vhid "[^"]*"|carpd)\]\n((?: *[a-z0-9-]+ = .*\n)+)',
                                read(path).replace("\\-", "-").replace("\\(dq", '"'), re.M):
            wrong += [f"{path.name}: {key}" for key in re.findall(r"^ *([a-z0-9-]+) =", group, re.M)
                      if key not in keys]
    assert wrong == []


def test_metrics():
    """Metrics in documents, rules and dashboards are those that the programs write."""
    code = sources("tools/carpmon", "tools/carpctl")
    has = {re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", name)
           for name in re.findall(r'"((?:carpmon|carpd)_[a-z_]+)["{ ]', code)}
    told = set()
    for path in [*DOCUMENTS, *PAGES, *ROOT.glob("dist/prometheus/*")]:
        if path.is_file() and path.suffix in (".md", ".1", ".8", ".yml", ".json"):
            told |= {name for name in re.findall(r"\b((?:carpmon|carpd)_[a-z_]+[a-z])\b(?!\.)",
                                                 read(path))
                     if not name.endswith(("_lib", "_linux", "_network"))}
    told = {re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", name) for name in told}
    assert len(has) > 30
    assert told - has == set(), "no program writes it"
    manual = page("carpmon.1") + page("carpctl.8")
    assert {name for name in has if name not in manual} == set(), "not in the manual"


def test_variables_of_hooks():
    code = sources("tools")
    for name in ("carpmon.1", "carpd.8"):
        words = re.findall(r"\bEv CARP_([A-Z_]+)", page(name))
        assert len(words) > 5
        for word in words:
            assert re.search(r'"(?:CARP_)?%s[="]' % word, code), f"{name}: CARP_{word}"


def test_fields_of_wireshark():
    code = sources("plugin")
    for path in DOCUMENTS:
        for field in re.findall(r"`(carp\.(?!conf|pcap|c\b|h\b|sh\b|key|map|prom)[a-z_.]*[a-z_0-9])",
                                read(path)):
            assert f'"{field}' in code or f'"{field.removeprefix("carp.")}"' in code, (
                f"{path.name}: {field}")


def test_files_of_this_tree():
    tops = "|".join(("bench", "captures", "cmake", "dist", "docs", "fuzz", "lib", "plugin", "script",
                     "sim", "tests", "tools"))
    wrong = []
    for path in DOCUMENTS:
        for name in re.findall(r"`((?:%s)/[\w./*-]*)`" % tops, read(path)):
            if re.search(r"[A-Z]{3,}", name.replace("README", "").replace("CMakeLists", "")):
                continue    # a placeholder, as PACKAGE.install
            name = name.rstrip("/.")
            if not (any(ROOT.glob(name)) or any(path.parent.glob(name))):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []
