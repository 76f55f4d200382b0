# SPDX-License-Identifier: BSD-2-Clause
"""The documentation as a site: every document and page is there, and no link leads nowhere."""
import importlib.machinery
import importlib.util
import re
import shutil
import subprocess

import pytest

import manual

SCRIPT = manual.ROOT / "script" / "site"
pytestmark = pytest.mark.skipif(not (shutil.which("cmark-gfm") and shutil.which("mandoc")),
                                reason="cmark-gfm or mandoc is not installed")


@pytest.fixture(scope="module", name="site")
def fixture_site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "html"
    done = subprocess.run([SCRIPT, out], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return out


def test_everything_is_there(site):
    pages = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    assert "index.html" in pages
    for path in (manual.ROOT / "docs").glob("*.md"):
        assert f"docs/{path.stem}.html" in pages
    for path in manual.PAGES:
        assert f"docs/man/{path.name}.html" in pages
    text = (site / "docs" / "ALERTS.html").read_text()
    assert 'href="carpd.html"' in text and '<h2 id="15-stale_arp">' in text
    assert "script src" not in text and "http-equiv" not in text


def load(folder):
    """The script with another tree."""
    loader = importlib.machinery.SourceFileLoader("site_script", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("site_script", loader))
    loader.exec_module(module)
    module.ROOT = folder
    module.MENU = (("Start", ("README.md", "docs/a.md")),)
    return module


def test_dead_links_are_found(tmp_path):
    (tmp_path / "docs" / "man").mkdir(parents=True)
    (tmp_path / "README.md").write_text(
        "# Top\n[a](docs/a.md#one) [b](docs/a.md#two) [c](docs/gone.md) ![d](gone.png)\n"
        "[e](#top) [f](#bottom) [g](https://example.org/x) [h](https:)\n")
    (tmp_path / "docs" / "a.md").write_text("# A\n## One\n[up](../README.md)\n")
    (tmp_path / "docs" / "b.md").write_text("# Left out\n")
    problems = load(tmp_path).Site(tmp_path / "out").make()
    found = sorted(re.sub(r"^index.html: ", "", problem) for problem in problems)
    assert found == [
        "#bottom: no such heading", "docs/a.html#two: no such heading",
        "docs/gone.md: no such file", "gone.png: no such file", "https:: no address"]
    # A document that the menu does not name is there all the same.
    assert ">Left out</a>" in (tmp_path / "out" / "docs" / "a.html").read_text()


def test_every_picture_is_made_by_script():
    """What documents show is in docs/images, and script/pictures makes all of that and no more."""
    shown = {name for path in [manual.ROOT / "README.md", *(manual.ROOT / "docs").glob("*.md")]
             for name in re.findall(r"images/([\w-]+\.png)", path.read_text(encoding="utf-8"))}
    kept = {path.name for path in (manual.ROOT / "docs" / "images").iterdir()}
    script = (manual.ROOT / "script" / "pictures").read_text(encoding="utf-8")
    made = {name + ".png" for name in re.findall(r'"((?:carpmon|wireshark)-[\w-]+)(?:\.png)?"', script)}
    assert shown and shown == kept == made
