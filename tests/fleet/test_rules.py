# SPDX-License-Identifier: BSD-2-Clause
"""dist/prometheus as Prometheus and Alertmanager read it, and as Grafana would ask."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST = ROOT / "dist" / "prometheus"
RULES = DIST / "carpmon.rules.yml"
ALL_RULES = sorted(DIST.glob("*.rules.yml"))
TESTS = sorted(DIST.glob("*.rules.test.yml"))


def tool(*argv):
    """Run a tool in dist/prometheus; its output, failing if it fails."""
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    done = subprocess.run(argv, cwd=DIST, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_rules():
    assert [path.name for path in ALL_RULES] == ["carpd.rules.yml", "carpmon.rules.yml"]
    tool("promtool", "check", "rules", "--lint=all", "--lint-fatal",
         *(path.name for path in ALL_RULES))


@pytest.mark.parametrize("tests", [path.name for path in TESTS])
def test_what_they_say(tests):
    assert "SUCCESS" in tool("promtool", "test", "rules", tests)


def test_every_alert_is_tested():
    alerts = set(re.findall(r"- alert: (\w+)", "".join(path.read_text() for path in ALL_RULES)))
    fired = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n",
                           "".join(path.read_text() for path in TESTS)))
    assert alerts and alerts == fired


def test_runbooks():
    """Each alert names a document, and a heading in it, that is there."""
    for path in ALL_RULES:
        text = path.read_text()
        runbooks = re.findall(r"runbook: (\S+)", text)
        assert runbooks
        for runbook in runbooks:
            name, _, heading = runbook.partition("#")
            document = (ROOT / name).read_text(encoding="utf-8")
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
                       for title in re.findall(r"^#+ (.+)$", document, re.M)}
            assert not heading or heading in anchors, runbook


def test_examples():
    tool("promtool", "check", "config", "prometheus.yml")
    assert "SUCCESS" in tool("amtool", "check-config", "alertmanager.yml")


def expressions(panel):
    return [target["expr"] for target in panel["targets"]]


def test_dashboard(tmp_path):
    """Every panel asks something that Prometheus understands, and that exists."""
    board = json.loads((DIST / "carpmon.dashboard.json").read_text())
    asked = [re.sub(r"\$__rate_interval", "5m", re.sub(r"\$(segment|vhid)", ".*", expr))
             for panel in board["panels"] for expr in expressions(panel)]
    assert len(asked) == len(board["panels"]) >= 10
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"groups": [{"name": "board", "rules": [
        {"record": f"board:panel:{i}", "expr": expr} for i, expr in enumerate(asked)]}]}))
    tool("promtool", "check", "rules", str(rules))


def names(text):
    return set(re.findall(r"\bcarpmon_\w+|\bcarp:[\w:]+", text))


def test_manual_has_every_metric():
    manual = (ROOT / "docs" / "man" / "carpmon.1").read_text()
    said = set(re.findall(r'"(carpmon_\w+)"', (ROOT / "tools/carpmon/metrics.c").read_text()))
    said -= {name for name in said if re.search(r"_(bucket|sum|count)$", name)}
    assert len(said) > 15
    assert said <= set(re.findall(r"carpmon_\w+", manual))


def test_names_exist():
    """What rules and dashboard ask for is what carpmon says, or what rules record."""
    said = set()
    for source in ("metrics.c",):
        said |= set(re.findall(r'"(carpmon_\w+)"', (ROOT / "tools/carpmon" / source).read_text()))
    said |= {"carpmon_advert_gap_seconds_bucket"}
    rules = RULES.read_text()
    said |= set(re.findall(r"- record: (\S+)", rules))
    asked = {name for line in rules.splitlines() if not line.lstrip().startswith("#")
             for name in names(line)}
    asked |= {name for panel in json.loads((DIST / "carpmon.dashboard.json").read_text())["panels"]
              for expr in expressions(panel) for name in names(expr)}
    assert asked and asked <= said


def test_names_of_carpd_exist():
    """What the rules for carpd ask for is what carpctl writes, and the reasons are those it counts."""
    rules = (DIST / "carpd.rules.yml").read_text()
    written = (ROOT / "tools/carpctl/show_prometheus.c").read_text()
    asked = set(re.findall(r"\bcarpd_\w+", rules))
    assert len(asked) >= 8 and asked <= set(re.findall(r'"(carpd_\w+?)[ "]', written))
    counted = set(re.findall(r'"(\w+)"', (ROOT / "tools/carpd/stats.c").read_text()))
    reasons = {reason for found in re.findall(r'reason=~?"([^"]+)"', rules)
               for reason in found.split("|")}
    assert len(reasons) > 8 and reasons <= counted
