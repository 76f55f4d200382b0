# SPDX-License-Identifier: BSD-2-Clause
"""The page in headless Chromium: content, live changes, keyboard, hostile names, 200 vhids."""
import re
import shutil
import subprocess
import time

import pytest

import wire

pytest.importorskip("websocket", reason="python3-websocket is not installed")
import browser  # noqa: E402

EVIL = "<b>x<script>alert(1)<script>\"&'"
MANY = tuple(range(1, 201))


@pytest.fixture(scope="module", name="lan")
def fixture_lan():
    reason = browser.missing()
    if reason:
        pytest.skip(reason)
    with wire.Wire() as made:
        made.first = {vhid: made.start(wire.Master(vhid, "10.77.0.11", counter=1000 * vhid))
                      for vhid in MANY}
        yield made


@pytest.fixture(scope="module", name="monitor")
def fixture_monitor(lan, tmp_path_factory):
    with wire.Carpmon(lan, tmp_path_factory.mktemp("monitor"), vhids=MANY) as running:
        wire.wait_for("200 rows", lambda: len([
            row for row in running.json("api/v1/state")["rows"] if row["masters"] == 1]) == 200)
        yield running


@pytest.fixture(scope="module", name="chromium")
def fixture_chromium(lan):
    assert lan
    with browser.Browser() as running:
        yield running


@pytest.fixture(name="page")
def fixture_page(chromium, monitor):
    """The page, with its 200 rows drawn; afterwards: no complaint, nothing from elsewhere."""
    chromium.problems.clear()
    chromium.requests.clear()
    chromium.open(monitor.url)
    chromium.wait("document.querySelectorAll('#rows > tr').length >= 200 "
                  "&& document.getElementById('link').textContent === 'live'")
    yield chromium
    assert chromium.problems == []
    assert all(url.startswith((monitor.url, "data:")) for url in chromium.requests)


def text(page, selector):
    return page.run(f"document.querySelector({selector!r}).textContent")


def row(vhid):
    return f"tr[data-key=\"0-0-4-{vhid}\"]"


def test_healthy(page):
    assert text(page, "#verdict") == "Good: 200 vhids, one master each"
    assert text(page, "#findings") == "None now."
    cells = page.run(f"[...document.querySelector('{row(7)}').children].map(c => c.textContent)")
    assert cells[:3] == ["GOOD", "7@lan", "10.77.0.11"] and cells[5:7] == ["–", "good"]
    assert re.fullmatch(r"\d\.\d s ago", cells[4])
    label = page.wait(f"document.querySelector('{row(1)} svg').getAttribute('aria-label')")
    assert re.fullmatch(r"10\.77\.0\.11: \d\d:\d\d:\d\d to now", label)
    assert page.run("document.querySelectorAll('#events > li').length") >= 200


def test_split_brain_comes_and_goes(lan, page):
    first = lan.first[9]
    second = wire.Master(9, "10.77.0.12", 100, counter=first.counter)
    first.follow = second    # it hears the second one, which does not hear it
    lan.start(second)
    try:
        page.wait("document.querySelector('.finding')")
        card = text(page, ".finding")
        assert "CRITICAL DUAL_MASTER 9@lan" in card and "IGMP snooping" in card
        assert text(page, "#verdict") == "1 critical" and page.run("document.title") == \
            "(1) carpmon"
        assert page.run("document.querySelector('#rows > tr').dataset.key") == "0-0-4-9"
        page.wait(f"document.querySelector('{row(9)} svg .overlap')")
        label = page.run(f"document.querySelector('{row(9)} svg').getAttribute('aria-label')")
        assert "two at once" in label and "10.77.0.12" in label
        assert text(page, row(9) + " td.two") == "10.77.0.11 and 10.77.0.12"
    finally:
        lan.stop(second)
        first.follow = None
    page.wait("document.getElementById('verdict').textContent.startsWith('Good')")
    assert "DUAL_MASTER 9@lan" in text(page, "#past-list")
    assert page.run("document.querySelector('#rows > tr').dataset.key") == "0-0-4-1"
    assert text(page, "#events li .badge") in ("RESOLVED", "BACKUP")
    # Now somebody is known who would follow: 3 advbase + 100/256 s.
    page.wait(f"document.querySelector('{row(9)}').children[5].textContent === "
              "'10.77.0.12 in 3.4 s'")


CUT = """(() => {
  const real = window.fetch;
  let end = new AbortController();
  window.fetch = (path, how) => end === null ? Promise.reject(new Error("cut"))
    : real(path, { ...how, signal: end.signal });
  window.cut = (isCut) => { end?.abort(); end = isCut ? null : new AbortController(); };
})()"""


def test_events_of_a_lost_connection(lan, chromium, monitor):
    """What happened while the page had no connection is in its list when it is back."""
    script = chromium.send("Page.addScriptToEvaluateOnNewDocument", source=CUT)
    first = lan.first[11]
    second = wire.Master(11, "10.77.0.12", 100, counter=first.counter)
    shown = ("[...document.querySelectorAll('#events .name')].filter((name) => "
             "name.textContent === '11@lan').length")
    try:
        chromium.open(monitor.url)
        chromium.wait("document.getElementById('link').textContent === 'live'")
        chromium.run("window.cut(true)")
        first.follow = second
        lan.start(second)
        wire.wait_for("split", lambda: monitor.json("api/v1/state")["worst"] == "critical")
        lan.stop(second)
        first.follow = None
        wire.wait_for("calm", lambda: monitor.json("api/v1/state")["worst"] is None)
        time.sleep(1)
        told = [e for e in monitor.json("api/v1/events")["events"] if e["vhid"] == 11]
        assert len(told) >= 3 and chromium.run(shown) < len(told)
        chromium.run("window.cut(false)")
        chromium.wait(f"{shown} === {len(told)}")
    finally:
        chromium.send("Page.removeScriptToEvaluateOnNewDocument", **script)
        chromium.open("about:blank")
        chromium.problems.clear()


def test_only_what_changes_is_drawn(lan, page):
    """Rows out of sight are left alone; those in sight keep their elements."""
    page.run("""(() => {
        window.touched = new Set();
        window.far = [...document.querySelectorAll('#rows > tr')].slice(100);
        window.near = document.querySelector('#rows > tr');
        new MutationObserver((list) => list.forEach((m) => window.touched.add(
            (m.target.closest ? m.target : m.target.parentElement).closest('tr')?.dataset.key)))
            .observe(document.getElementById('rows'),
                     {subtree: true, childList: true, characterData: true, attributes: true});
    })()""")
    time.sleep(3)
    assert page.run("window.near === document.querySelector('#rows > tr')")
    touched = page.run("[...window.touched].filter((k) => k).map((k) => Number(k.split('-')[3]))")
    assert 1 in touched and max(touched) < 60


def test_filter_and_keyboard(page):
    page.run("document.activeElement.blur()")
    page.key("/", "/")
    assert page.run("document.activeElement.id") == "filter"
    for letter in "@lan vhid17":
        page.send("Input.dispatchKeyEvent", type="char", text=letter)
    shown = "[...document.querySelectorAll('#rows > tr')].filter(r => !r.hidden)"
    assert page.run(f"{shown}.map(r => r.dataset.key)") == [
        f"0-0-4-{v}" for v in (17, *range(170, 180))]
    assert text(page, "#shown") == "11 of 200 shown"
    page.run("document.querySelector('tr[data-key=\"0-0-4-17\"] button').focus()")
    page.key("Enter", "\r")
    assert page.run("document.activeElement.getAttribute('aria-expanded')") == "true"
    more = text(page, "#more-0-0-4-17")
    assert "00:00:5e:00:01:11" in more and "1 × first advert seen" in more
    adverts = "Number(document.querySelector('#more-0-0-4-17 tbody td:nth-child(3)').textContent)"
    before = page.run(adverts)
    page.wait(f"{adverts} > {before}")
    page.key("Enter", "\r")
    assert page.run("document.getElementById('more-0-0-4-17')") is None
    page.run("document.getElementById('filter').focus()")
    page.key("Escape")
    assert text(page, "#shown") == "200 in all"
    page.run("document.getElementById('bad').click()")
    assert page.run(f"{shown}.length") == 0


def test_names_for_all(page):
    """Everything that can be operated or looked at has a name."""
    assert page.run("""[...document.querySelectorAll('input, select, button, svg')].filter((n) =>
        !(n.labels && n.labels.length) && !n.textContent.trim() && !n.getAttribute('aria-label'))
        .length""") == 0
    assert page.run("document.documentElement.lang") == "en"
    page.run("document.body.focus(); document.activeElement.blur()")
    page.key("Tab")
    assert page.run("document.activeElement.className") == "skip"


def test_dark(page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.run(ground)
    page.send("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": "dark"}])
    dark = page.run(ground)
    page.send("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": "light"}])
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(17, 20, 24)")


def test_hostile_name(lan, chromium, tmp_path):
    chromium.problems.clear()
    with wire.Carpmon(lan, tmp_path, segment=EVIL, vhids=(1,)) as monitor:
        wire.wait_for("rows", lambda: len(monitor.json("api/v1/state")["rows"]) == 200)
        assert monitor.json("api/v1/state")["segments"] == [EVIL]
        if shutil.which("promtool"):
            subprocess.run(["promtool", "check", "metrics"], input=monitor.get("metrics")[2],
                           text=True, timeout=30, check=True)
        chromium.open(monitor.url)
        chromium.wait("document.querySelectorAll('#rows > tr').length >= 200")
        assert text(chromium, row(1) + " button") == f"1@{EVIL}"
        assert chromium.run("document.querySelectorAll('main script, main b').length") == 0
        chromium.open("about:blank")
    assert chromium.problems == []


def test_token_and_lost_server(lan, chromium, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("0123456789abcdef-token\n")
    secret.chmod(0o600)
    with wire.Carpmon(lan, tmp_path, "--listen-token", str(secret)) as monitor:
        chromium.open(monitor.url)
        chromium.wait("!document.getElementById('login').hidden")
        assert chromium.run("document.querySelectorAll('#rows > tr').length") == 0
        chromium.run("document.getElementById('token').value = '0123456789abcdef-token';"
                     "document.querySelector('#login button').click()")
        chromium.wait("document.querySelectorAll('#rows > tr').length >= 200")
        assert chromium.run("document.getElementById('login').hidden")
    chromium.wait("document.getElementById('link').textContent.startsWith('no data')")
    chromium.open("about:blank")
    chromium.problems.clear()    # of the refused and lost connections


def test_update_that_is_worse(lan, page):
    """A wrong digest is a warning; that nobody else is MASTER makes it critical: that is news."""
    lan.stop(lan.first[13])
    lan.start(wire.Master(13, "10.77.0.13", password=wire.PASSWORD + b" "))
    badges = ("[...document.querySelectorAll('#events > li')].filter((item) => "
              "item.textContent.includes('BAD_HMAC')).map((item) => "
              "item.querySelector('.badge').textContent)")
    page.wait(badges + ".length >= 2")
    assert page.run(badges) == ["CRITICAL", "WARNING"]
