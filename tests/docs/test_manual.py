# SPDX-License-Identifier: BSD-2-Clause
"""Every example of the manual pages runs, and every file that they show is a good one."""
import re
import subprocess

import pytest

import manual
import stage

OUTPUTS = ("CARP CRITICAL",)    # blocks that show what a program prints
SHOWN = [(page, text) for page in manual.PAGES for text in manual.blocks(page)
         if not manual.is_command(text)]
EXAMPLES = [(page, text) for page in manual.PAGES for text in manual.commands(page)]


@pytest.fixture(scope="module", name="set_up")
def fixture_set_up(tmp_path_factory):
    made = stage.Stage(tmp_path_factory.mktemp("manual"))
    config, = [text for text in manual.blocks(manual.ROOT / "docs/man/carpd.8")
               if text.startswith("[vhid")]
    made.start_carpd(config)
    yield made
    made.stop()


def offline(line):
    """An example of carpinject without its wire: what would be sent is written to a file. The
    tests of carpinject run scenarios on a wire."""
    words = line.split("|")[0].split()
    plays = words[1] in ("play", "conform")
    if "-i" in words:
        at = words.index("-i")
        del words[at:at + 2]
        for flag in ("--probe",) + (("-w",) if plays else ()):
            if flag in words:
                at = words.index(flag)
                del words[at:at + 2]
        if plays:
            words += ["--dry-run"]
        elif "--count" not in words:
            words += ["--count", "50"]
        if not plays and "-w" not in words:
            words += ["-w", "out.pcap"]
    if words[1] == "conform":
        words += ["--suite", "tests/conformance"]
    return " ".join(words)


def statuses(text):
    """What may come out: findings are told by the exit status."""
    last = text.splitlines()[-1]
    if "--check" in last:
        return range(4)
    return range(3) if "carpmon" in last and "| grep" not in last else (0,)


@pytest.mark.parametrize("page, text", EXAMPLES,
                         ids=[f"{page.name}: {text[:50]}" for page, text in EXAMPLES])
def test_example(set_up, page, text):
    if page.name == "carpinject.1":
        for line in text.splitlines():
            done = set_up.run(offline(line))
            assert done.returncode == 0, done.stderr
        return
    (set_up.folder / "carp.conf.keep").write_bytes((set_up.folder / "carp.conf").read_bytes())
    if "-o carp.conf" in text:    # a new file, never over an old one
        (set_up.folder / "carp.conf").unlink()
    done = set_up.run(text)
    assert done.returncode in statuses(text), (done.returncode, done.stdout, done.stderr)
    assert "Usage" not in done.stdout and not re.search(
        r"unknown option|No such file|cannot|must be", done.stderr), done.stderr
    if "-o carp.conf" in text:
        checked = set_up.run("carpctl check carp.conf")
        assert checked.returncode in (0, 4), checked.stderr
    keep = set_up.folder / "carp.conf"
    keep.write_bytes((set_up.folder / "carp.conf.keep").read_bytes())
    keep.chmod(0o600)


def test_there_are_examples():
    with_examples = {page.name for page, _text in EXAMPLES}
    assert with_examples == {"carp-alerts.7", "carpctl.8", "carpd.8", "carpinject.1", "carpmon.1",
                             "carpsim.1"}
    assert len(EXAMPLES) >= 25


def run_c(set_up, text):
    """A program against the library of this build."""
    source = set_up.folder / "example.c"
    source.write_text(text)
    build = stage.BIN.parent
    flags = [f"-fsanitize={name}" for name in ("address", "undefined")
             if name in (build / "CMakeCache.txt").read_text().partition("CARP_SANITIZE:")[2]
             .partition("\n")[0]]
    subprocess.run(["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", *flags, "-I",
                    manual.ROOT / "lib" / "include", source, "-o", set_up.folder / "example",
                    build / "lib" / "libcarp.a", "-lcrypto"], check=True, timeout=60)
    done = subprocess.run([set_up.folder / "example"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "right\n"), done.stderr


@pytest.mark.parametrize("page, text", SHOWN, ids=[page.name for page, _text in SHOWN])
def test_file(set_up, page, text):
    """Configurations, scenarios, programs."""
    if text.startswith("[vhid"):
        path = set_up.folder / "shown.conf"
        path.write_text(text)
        path.chmod(0o600)
        done = set_up.run("carpctl check shown.conf")
        assert done.returncode == 0, done.stderr
    elif text.startswith("#include"):
        run_c(set_up, text)
    elif page.name == "carpsim.1":
        (set_up.folder / "shown.sim").write_text(text)
        assert set_up.run("carpsim shown.sim").returncode == 0
    else:
        assert text.startswith("# takeover.carp") or text.startswith(OUTPUTS), page
