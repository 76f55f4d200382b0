# SPDX-License-Identifier: BSD-2-Clause
"""carpmon -r … --report: one page that says what happened, in Chromium and without it."""
import html.parser
import os
import re
import shutil
import struct
import subprocess

import pytest

import wire

CAPTURES = wire.ROOT / "captures"
NAMES = ["ucarp-oneway-a-to-b", "netbsd-split-host", "openbsd-14-dualstack-one-family-lost",
         "openbsd-05b-split-unequal-skew", "ucarp-wrong-password", "keepalived-v3-beside"]
EVIL = "<b>x<script>alert(1)<script>\"&'"


def report(tmp_path, *argv):
    """Run carpmon; (exit status, the page, where it is)."""
    path = tmp_path / "report.html"
    done = subprocess.run([wire.PROGRAM, "--utc", "-q", "--report", str(path), *argv],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, path.read_text() if path.exists() else done.stderr, path


class Checker(html.parser.HTMLParser):
    """Every element is closed, nothing runs and nothing is loaded."""

    void = {"meta", "link", "rect", "line", "br"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "img", "iframe", "b", "object"), tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "href") or value == "data:,", (tag, value)
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.void:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def check(page):
    """The text of a page that is in order."""
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    assert "default-src 'none'" in page
    return " ".join(" ".join(checker.text).split())


def capture(name):
    config = CAPTURES / f"{name}.conf"
    return ["-r", str(CAPTURES / f"{name}.pcap"), *(["-c", str(config)] if config.exists() else [])]


@pytest.mark.parametrize("name", NAMES)
def test_is_in_order(tmp_path, name):
    _status, page, path = report(tmp_path, *capture(name))
    check(page)
    assert len(page) < 100000 and [p.name for p in tmp_path.iterdir()] == [path.name]


def test_says_what_happened(tmp_path):
    status, page, _path = report(tmp_path, *capture("ucarp-oneway-a-to-b"))
    text = check(page)
    assert status == 2
    assert "1 critical, 0 warnings" in text and "79@ucarp-oneway-a-to-b" in text
    assert "10.79.0.12 took over from 10.79.0.11" in text
    assert "IGMP snooping" in text and "10.79.0.12 yielded" in text
    assert "lab-secret" not in page
    # The frames that the finding names, as tshark numbers them.
    for number in (12, 18, 20):
        assert re.search(rf"<tr><td>{number}</td><td[^>]*>18:57:\d\d\.\d{{3}}</td><td>CARP</td>",
                         page)
    assert page.count('class="span lane-') == 2 and 'class="overlap"' in page


def test_unseen_master_is_drawn(tmp_path):
    _status, page, _path = report(tmp_path, *capture("netbsd-split-host"))
    assert page.count(" unseen\"><title>") == 2 and "not seen here" in page


def test_hostile_names(tmp_path):
    _status, page, _path = report(tmp_path, "--segment", EVIL, *capture("ucarp-oneway-a-to-b"))
    assert f"79@{EVIL}" in check(page)


def test_nothing_captured(tmp_path):
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    status, page, _path = report(tmp_path, "-r", str(empty))
    assert status == 0 and "No CARP was seen" in check(page)


def test_cannot_be_written(tmp_path):
    done = subprocess.run([wire.PROGRAM, "-q", "--report", str(tmp_path / "no" / "x.html"),
                           *capture("ucarp-oneway-a-to-b")], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 3 and "the report is not written" in done.stderr
    assert "79@ucarp-oneway-a-to-b" in done.stdout


@pytest.mark.parametrize("argv, words", [
    (["-i", "lo", "--report", "x"], "--report is for -r"),
    (["-r", "x", "--listen", ":0"], "--listen is for -i"),
    (["-i", "lo", "--listen-token", "x"], "needs --listen"),
    (["-r", "x", "--report", ""], "name of a file")])
def test_usage(argv, words):
    done = subprocess.run([wire.PROGRAM, *argv], capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == 3 and words in done.stderr


def test_in_chromium(tmp_path):
    pytest.importorskip("websocket", reason="python3-websocket is not installed")
    import browser
    if browser.missing():
        pytest.skip(browser.missing())
    os.chmod(tmp_path, 0o755)
    with browser.Browser() as chromium:
        for name in NAMES[:4]:
            _status, _page, path = report(tmp_path, *capture(name))
            shutil.move(path, tmp_path / f"{name}.html")
            chromium.open(f"file://{tmp_path}/{name}.html")
            assert chromium.run("document.querySelector('svg.lanes').getBoundingClientRect()"
                                ".width") > 500
            assert chromium.run("document.querySelectorAll('.finding').length") >= 1
        assert chromium.problems == []
        assert all(url.startswith("file:") or url == "data:," for url in chromium.requests)
