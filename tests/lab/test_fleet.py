# SPDX-License-Identifier: BSD-2-Clause
"""Three sensors on a wire that is cut in two: none sees two masters, Prometheus does.

Real ucarp, Prometheus and Alertmanager with the files of dist/prometheus.  Takes a minute.
"""
import json
import os
import pathlib
import shutil
import sys
import time
import urllib.request

import pytest

import netlab
import peers
import watch

pytestmark = pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="a minute: set CARP_LONG=1")

DIST = pathlib.Path(watch.ROOT) / "dist" / "prometheus"
VHID, PASSWORD, VIP = 79, "secret", "10.79.0.50"
HALVES = (("a", "s1"), ("b", "s2", "s3"))
OBSERVER = "10.79.0.99"
RECEIVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "ab") as log:
            log.write(body + b"\\n")
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_args):
        pass
http.server.HTTPServer((sys.argv[1], 9099), Handler).serve_forever()
"""


class Fleet:
    """Sensors, Prometheus, Alertmanager and who gets its messages."""

    def __init__(self, lab, folder):
        self.lab = lab
        self.folder = folder
        self.received = folder / "received"
        (folder / "receiver.py").write_text(RECEIVER)
        (folder / "carp.conf").write_text('[vhid "lab"]\nvhid = %d\naddresses = %s\npassword = %s\n'
                                          % (VHID, VIP, PASSWORD))
        (folder / "carp.conf").chmod(0o600)
        for sensor in ("s1", "s2", "s3"):
            lab.spawn(sensor, watch.PROGRAM, "-q", "-i", "lan=eth0", "-c",
                      str(folder / "carp.conf"), "--listen", "0.0.0.0:9712")
        lab.spawn("obs", sys.executable, str(folder / "receiver.py"), OBSERVER,
                  str(self.received))
        self._start_alertmanager()
        self._start_prometheus()

    def _start_alertmanager(self):
        text = (DIST / "alertmanager.yml").read_text()
        text = text.replace("127.0.0.1:9099", OBSERVER + ":9099").replace(
            "group_interval: 1m", "group_interval: 2s")
        (self.folder / "alertmanager.yml").write_text(text)
        self.lab.spawn("obs", "prometheus-alertmanager", "--config.file=%s/alertmanager.yml"
                       % self.folder, "--storage.path=%s/am" % self.folder,
                       "--web.listen-address=%s:9093" % OBSERVER, "--cluster.listen-address=")

    def _start_prometheus(self):
        shutil.copy(DIST / "carpmon.rules.yml", self.folder)
        targets = json.dumps(["%s:9712" % self.lab.hosts[s].address for s in ("s1", "s2", "s3")])
        (self.folder / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [carpmon.rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{OBSERVER}:9093"]}}]}}]}}
scrape_configs: [{{job_name: carpmon, static_configs: [{{targets: {targets}}}]}}]
""")
        self.lab.spawn("obs", "prometheus", "--config.file=%s/prometheus.yml" % self.folder,
                       "--storage.tsdb.path=%s/tsdb" % self.folder,
                       "--web.listen-address=%s:9090" % OBSERVER)

    def ask(self, host, url):
        """JSON from an address inside the lab, or None."""
        script = ("import sys, urllib.request\n"
                  "sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())")
        text = self.lab.run(host, sys.executable, "-c", script, url, check=False)
        return json.loads(text) if text else None

    def query(self, expression):
        """{labels: value} of an instant query; None while Prometheus does not answer."""
        answer = self.ask("obs", "http://%s:9090/api/v1/query?query=%s"
                          % (OBSERVER, urllib.request.quote(expression)))
        return answer and [float(sample["value"][1]) for sample in answer["data"]["result"]]

    def messages(self, status, alert):
        """What Alertmanager sent about an alert."""
        lines = self.received.read_text().splitlines() if self.received.exists() else []
        return [one for line in lines if line.strip() for one in json.loads(line)["alerts"]
                if one["status"] == status and one["labels"]["alertname"] == alert]

    def state(self, sensor):
        """What one sensor says of the vhid."""
        state = self.ask(sensor, "http://%s:9712/api/v1/state" % self.lab.hosts[sensor].address)
        return state["rows"][0], {finding["code"] for finding in state["findings"]}


@pytest.fixture(name="fleet")
def fixture_fleet(tmp_path):
    """Two ucarps and the fleet, everything healthy."""
    for tool in ("prometheus", "prometheus-alertmanager"):
        if not shutil.which(tool):
            pytest.skip("%s is not installed" % tool)
    hosts = {"a": "10.79.0.11", "b": "10.79.0.12", "s1": "10.79.0.21", "s2": "10.79.0.22",
             "s3": "10.79.0.23", "obs": OBSERVER}
    with netlab.Lab(hosts) as lab:
        peers.Ucarp(lab, "a", vhid=VHID, password=PASSWORD, vip=VIP).wait_state("MASTER")
        lab.second = peers.Ucarp(lab, "b", vhid=VHID, password=PASSWORD, vip=VIP, advskew=100)
        fleet = Fleet(lab, tmp_path)
        netlab.wait_for("three sensors see the master", lambda: fleet.query(
            "carpmon_masters") == [1, 1, 1], 60, 0.5)
        netlab.wait_for("the rules are evaluated", lambda: fleet.query(
            "carp:masters:distinct") == [1] and fleet.query("carp:sensors:count") == [3], 30, 0.5)
        yield fleet


def test_split_brain_across_sensors(fleet, record_property):
    lab = fleet.lab
    time.sleep(3)
    assert fleet.query('ALERTS{alertstate="firing"}') == []
    begin = time.monotonic()
    for one in HALVES[0]:
        for other in HALVES[1]:
            lab.cut_both(one, other)
    firing = netlab.wait_for("the split brain is told",
                             lambda: fleet.messages("firing", "CarpSplitBrain"), 60, 0.5)[0]
    record_property("cut to message", "%.1f s" % (time.monotonic() - begin))
    assert firing["labels"]["segment"] == "lan" and firing["labels"]["vhid"] == str(VHID)
    assert firing["labels"]["severity"] == "critical"
    said = firing["annotations"]["description"]
    assert "10.79.0.11" in said and "10.79.0.12" in said
    # No sensor by itself sees more than one.
    masters = set()
    for sensor in ("s1", "s2", "s3"):
        row, codes = fleet.state(sensor)
        assert row["masters"] == 1 and "DUAL_MASTER" not in codes
        masters.add(row["master"])
    assert masters == {"10.79.0.11", "10.79.0.12"}
    begin = time.monotonic()
    lab.heal()
    netlab.wait_for("its end is told",
                    lambda: fleet.messages("resolved", "CarpSplitBrain"), 60, 0.5)
    record_property("heal to message", "%.1f s" % (time.monotonic() - begin))
    assert fleet.query("carp:masters:distinct") == [1]
