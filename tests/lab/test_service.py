# SPDX-License-Identifier: BSD-2-Clause
"""carpmon as a service: hooks, evidence, the journal and syslog, rights, reload."""
import glob
import json
import os
import re
import signal
import subprocess
import time

import pytest

import netlab
import peers
import watch

VHID = 79
VIP = "10.79.0.50"
HOOK = """#!/bin/sh
input=$(cat)
{
    printf '%s|%s|%s|%s|%s|%s|' "$1" "$2" "$CARP_EVENT" "$CARP_SEVERITY" "$CARP_STATE" \\
        "${CARP_EVIDENCE:+$([ -s "$CARP_EVIDENCE" ] && echo written)}"
    printf '%s\\n' "$input"
} >> "$(dirname "$0")/calls"
[ "$2" != MASTER ] || { echo "hook says hello"; exit 7; }
"""
CONF = '[vhid "lan"]\nvhid = %d\naddresses = %s\npassword = %s\n'


@pytest.fixture(scope="module")
def lab():
    """Two hosts that can be cut apart, an observer."""
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as built:
        built.peer = {name: peers.Ucarp(built, name, vhid=VHID, password="secret", vip=VIP,
                                        advskew=skew) for name, skew in (("a", 0), ("b", 100))}
        built.peer["a"].wait_state("MASTER")
        time.sleep(1.2)
        yield built


def make_dir(lab, name):
    """A directory that anybody may write to, as carpmon may have become somebody."""
    path = os.path.join(lab.dir, name)
    os.mkdir(path)
    os.chmod(path, 0o777)
    return path


def write_conf(lab, name, password):
    path = os.path.join(lab.dir, name)
    with open(path, "w", encoding="ascii") as f:
        f.write(CONF % (VHID, VIP, password))
    os.chmod(path, 0o644)
    return path


def split(lab, monitor, seconds=3):
    """Two masters for a while."""
    lab.cut_both("a", "b")
    found = monitor.wait_event(15, event=("finding", "update"), code="DUAL_MASTER",
                               severity="critical")
    time.sleep(seconds)
    lab.heal()
    monitor.wait_event(15, event="resolved", code="DUAL_MASTER")
    return found


def tshark(path, *fields):
    """Rows of fields of a capture."""
    out = netlab.sh("tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=\t",
                    *[word for field in fields for word in ("-e", field)])
    return [line.split("\t") for line in out.splitlines()]


def test_hook_and_evidence(lab):
    """Each event reaches the hook, its evidence is a file that tshark and capinfos read."""
    where = make_dir(lab, "hook")
    hook = os.path.join(where, "hook")
    with open(hook, "w", encoding="ascii") as f:
        f.write(HOOK)
    os.chmod(hook, 0o755)
    conf = write_conf(lab, "hook.conf", "secret")
    monitor = watch.Carpmon(lab, "obs", "-c", conf, "--exec", hook, "--evidence", where,
                            "--evidence-seconds", "10")
    monitor.wait_event(event="transition")
    time.sleep(3.2)
    found = split(lab, monitor)
    time.sleep(0.5)
    monitor.stop()
    watch.check_schema(monitor.events)

    with open(os.path.join(where, "calls"), encoding="utf-8") as f:
        calls = [line.rstrip("\n").split("|", 6) for line in f]
    told = [json.loads(call[6]) for call in calls]
    watch.check_schema(told)
    assert [call[:6] for call in calls if call[1] == "MASTER"][0] == \
        ["%d@eth0" % VHID, "MASTER", "transition", "", "MASTER", ""]
    dual = [call for call in calls if call[1] == "DUAL_MASTER" and call[3] == "critical"]
    assert dual[0][2] in ("finding", "update") and dual[0][5] == "written"
    assert [call for call in calls if call[1:3] == ["DUAL_MASTER", "resolved"]]
    assert re.search(r"hook 79@eth0 MASTER: hook says hello", monitor.output())
    assert re.search(r"hook 79@eth0 MASTER: exit status 7", monitor.output())

    path = found["evidence"]
    assert os.path.dirname(path) == os.path.realpath(where)
    for other in glob.glob(where + "/*.pcapng"):
        infos = netlab.sh("capinfos", "-M", other)
        assert "pcapng" in infos and "carpmon" in infos
    rows = tshark(path, "frame.comment", "ip.src", "frame.time_epoch")
    comments = [row[0] for row in rows]
    assert any("DUAL_MASTER" in text for text in comments)
    assert any("10.79.0.11 MASTER, HMAC good" in text for text in comments)
    assert {"10.79.0.11", "10.79.0.12"} <= {row[1] for row in rows}
    assert not any("secret" in text for text in comments)
    assert time.time() - float(rows[-1][2]) < 60
    with open(path, "rb") as f:
        assert b"secret" not in f.read()


def test_evidence_full_disk(lab):
    """One line a minute, and alerts go on."""
    where = make_dir(lab, "full")
    # In a mount namespace of its own: ip netns exec makes one.
    script = ("mount -t tmpfs -o size=4k,mode=777 tmpfs %s; "
              "head -c 4096 /dev/zero > %s/ballast; exec \"$@\"" % (where, where))
    monitor = watch.Carpmon(lab, "obs", "--evidence", where, prefix=("sh", "-c", script, "sh"))
    monitor.wait_event(event="transition")
    time.sleep(3.2)
    split(lab, monitor)
    monitor.wait_output("No space left", 5)
    monitor.stop()
    lines = [line for line in monitor.output().splitlines() if "evidence is lost" in line]
    assert len(lines) == 1 and "make room" in lines[0]


def test_evidence_directory(lab):
    done = subprocess.run(lab.argv("obs", watch.PROGRAM, "-i", "eth0", "--evidence",
                                   "/nonexistent/dir"),
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 3 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "/nonexistent/dir: No such file or directory: make the directory" in done.stderr


def test_reload(lab):
    """SIGHUP takes new keys; a bad file leaves the old ones."""
    conf = write_conf(lab, "reload.conf", "wrong")
    monitor = watch.Carpmon(lab, "obs", "-c", conf)
    monitor.wait_event(10, event="finding", code="BAD_HMAC")
    write_conf(lab, "reload.conf", "secret")
    monitor.process.send_signal(signal.SIGHUP)
    monitor.wait_output("reload.conf: loaded: 1 keys", 5)
    monitor.wait_event(10, event="resolved", code="BAD_HMAC")
    with open(conf, "a", encoding="ascii") as f:
        f.write("nonsense = 1\n")
    monitor.process.send_signal(signal.SIGHUP)
    monitor.wait_output("the keys from before stay", 5)
    time.sleep(2.2)
    monitor.stop()
    total = watch.pick(monitor.events, event="summary", vhid=VHID)[0]
    assert total["hmac"]["bad"] >= 1 and total["hmac"]["good"] >= 3
    assert total["hmac"]["unverified"] == 0
