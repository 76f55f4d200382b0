#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""carpctl against a daemon that says what the test wants, hostile things too."""
import json
import os
import shutil
import socket
import subprocess
import threading

import jsonschema
import pathlib
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARPCTL = os.environ["CARPCTL"]
SCHEMA = json.loads((ROOT / "docs" / "carpd-control.schema.json").read_text())


def vhid(**changes):
    made = {
        "name": "lan", "interface": "eth0", "vhid": 1, "id": "1@eth0", "state": "MASTER",
        "reason": "master timed out", "since": "2026-01-01T00:00:00.000000Z",
        "state_seconds": 273600.0, "advbase": 1, "advskew": 0, "advertised_advskew": 0,
        "advertised_demote": 0, "preempt": False, "group": None, "profile": "freebsd",
        "vmac": "on", "replay": "alert", "addresses": ["192.168.1.50/24", "2001:db8::50/64"],
        "missing": [], "interface_up": True, "device": "carp1-eth0", "source": "192.168.1.2",
        "source6": "fe80::2", "peer": "224.0.0.18", "peer6": "ff02::12",
        "master": "192.168.1.2", "master_detail": None, "master_detail6": None,
        "next": {"what": "advert", "seconds": 0.4}, "demotion": 0, "demotions": [],
        "transitions": 2, "preemptions": 0, "peers": [], "faults": []}
    made.update(changes)
    return made


BACKUP = vhid(
    name="web", vhid=2, id="2@eth0", state="BACKUP", reason="initialization complete",
    advskew=100, advertised_advskew=240, addresses=["192.168.1.51/24"], master="192.168.1.3",
    master_detail={"address": "192.168.1.3", "advbase": 1, "advskew": 0, "demote": 0,
                   "heard_seconds": 0.6},
    next={"what": "takeover", "seconds": 2.8}, demotion=240,
    demotions=[{"by": "interface eth1", "amount": 240}],
    peers=[{"address": "192.168.1.3", "adverts": 12, "heard_seconds": 0.6, "advbase": 1,
            "advskew": 0, "demote": 0, "key": "accepted 1", "addresses": "current",
            "profile": "freebsd", "counter": "moving", "replays": 3}],
    faults=["eth1 has no carrier: look at its cable"])


def answer(**members):
    made = {"schema": 1, "ok": True}
    made.update(members)
    return made


SHOW = answer(
    command="show", vhids=[vhid(), BACKUP],
    daemon={"version": "0.1.0", "pid": 7, "uptime": 10.0, "config": "/etc/carp/carp.conf",
            "demotion": 0, "demotion_by_hand": 0, "clients": 1})


class Daemon:
    """Takes one client, reads one line, says @p lines, closes."""

    def __init__(self, path, lines):
        self.path, self.lines, self.heard = path, lines, None
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(1)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        client, _ = self.socket.accept()
        with client, client.makefile("rb") as lines:
            self.heard = lines.readline()
            for line in self.lines:
                try:
                    client.sendall(line if isinstance(line, bytes)
                                   else json.dumps(line).encode() + b"\n")
                except BrokenPipeError:
                    return


def run(*argv):
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    done = subprocess.run([CARPCTL, *map(str, argv)], env=env, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ask(tmp_path, lines, *argv):
    daemon = Daemon(tmp_path / "sock", lines)
    result = run("--socket", daemon.path, *argv)
    daemon.thread.join(10)
    daemon.socket.close()
    return result, json.loads(daemon.heard or b"null")


def test_the_answers_here_are_carpds():
    jsonschema.validate(SHOW, SCHEMA)


def test_show(tmp_path):
    (code, out, err), heard = ask(tmp_path, [SHOW], "show")
    assert (code, err) == (0, "")
    assert heard == {"command": "show"}
    assert out.splitlines() == [
        "lan: eth0  carp: MASTER vhid 1 advbase 1 advskew 0  192.168.1.50/24 "
        "2001:db8::50/64  since 3 d 04 h, next advert in 400 ms",
        "web: eth0  carp: BACKUP vhid 2 advbase 1 advskew 100 (demoted to 240)  "
        "192.168.1.51/24  master 192.168.1.3, heard 600 ms ago, would take over in 2.80 s",
        "    fault       eth1 has no carrier: look at its cable"]


def test_show_all(tmp_path):
    (code, out, _), _ = ask(tmp_path, [SHOW], "show", "-v")
    assert code == 0
    for part in ("carpd 0.1.0, process 7", "device      carp1-eth0",
                 "demotion    240: interface eth1 240", "key accepted 1", "3 repeated"):
        assert part in out, out
    assert max(map(len, out.splitlines())) < 200


def test_json_is_handed_on(tmp_path):
    (code, out, _), heard = ask(tmp_path, [SHOW], "--format", "json", "show", "1@eth0")
    assert (code, json.loads(out)) == (0, SHOW)
    assert heard == {"command": "show", "vhid": "1@eth0"}


@pytest.mark.parametrize("words, heard", [
    (["promote", "lan"], {"command": "promote", "vhid": "lan"}),
    (["demote", "240"], {"command": "demote", "amount": 240}),
    (["demote", "0", "lan"], {"command": "demote", "amount": 0, "vhid": "lan"}),
    (["state", "backup", "lan"], {"command": "state", "state": "backup", "vhid": "lan"}),
])
def test_orders(tmp_path, words, heard):
    done = answer(command=words[0], vhids=["1@eth0"])
    (code, out, _), was = ask(tmp_path, [done], *words)
    assert (code, out) == (0, "done: 1@eth0\n")
    assert was == heard


def test_reload(tmp_path):
    done = answer(command="reload", added=["new"], removed=[], changed=["web"], unchanged=3,
                  messages=[])
    (code, out, _), _ = ask(tmp_path, [done], "reload")
    assert (code, out) == (0, "added new\nchanged web\nunchanged: 3\n")


def test_reload_that_is_refused(tmp_path):
    """What is wrong with the file is said here, too, not in the daemon's log alone."""
    said = answer(ok=False, command="reload", error={"code": "config", "text": "not usable"},
                  messages=["/etc/carp/carp.conf:3: no", "/etc/carp/carp.conf:4: neither"])
    (code, out, err), _ = ask(tmp_path, [said], "reload")
    assert (code, out) == (1, "")
    assert err == ("carpctl: /etc/carp/carp.conf:3: no\ncarpctl: /etc/carp/carp.conf:4: neither\n"
                   "carpctl: not usable\n")


COUNTERS = ("ipackets ipackets6 badif badttl hdrops badsum badver badlen badauth badvhid badaddrs "
            "opackets opackets6 onomem ostates preempt").split()


class Twice(Daemon):
    """The same for two clients: one asks for the state, one for the counters."""

    def serve(self):
        for line in self.lines:
            client, _ = self.socket.accept()
            with client, client.makefile("rb") as lines:
                self.heard = lines.readline()
                client.sendall(json.dumps(line).encode() + b"\n")


def stats_of(number):
    return {name: number * (i + 1) for i, name in enumerate(COUNTERS)}


STATS = answer(command="stats", stats=stats_of(10), reasons={"echo": 7, "late": 1}, vhids=[
    {"name": "lan", "id": "1@eth0", "stats": stats_of(3), "reasons": {"echo": 5, "late": 0}},
    {"name": "web", "id": "2@eth0", "stats": stats_of(2), "reasons": {"echo": 0, "late": 0}}])


def tell_prometheus(tmp_path, *argv):
    jsonschema.validate(STATS, SCHEMA)
    daemon = Twice(tmp_path / "sock", [SHOW, STATS])
    code, out, err = run("-s", tmp_path / "sock", "stats", "--format", "prometheus", *argv)
    daemon.thread.join(10)
    assert (code, err) == (0, "")
    return out


def test_prometheus(tmp_path):
    out = tell_prometheus(tmp_path)
    lines = out.splitlines()
    lan = 'name="lan",interface="eth0",vhid="1"'
    web = 'name="web",interface="eth0",vhid="2"'
    for line in (
            "carpd_up 1", 'carpd_build_info{version="0.1.0"} 1', "carpd_uptime_seconds 10",
            f'carpd_state{{{lan},state="MASTER"}} 1', f'carpd_state{{{lan},state="BACKUP"}} 0',
            f'carpd_state{{{web},state="BACKUP"}} 1',
            f"carpd_state_since_seconds{{{lan}}} 1767225600.000000",
            f"carpd_demotion{{{web}}} 240", f"carpd_faults{{{web}}} 1",
            f"carpd_interface_up{{{lan}}} 1", f"carpd_missing_addresses{{{lan}}} 0",
            f"carpd_transitions_total{{{lan}}} 2",
            f'carpd_peer_silence_seconds{{{web},source="192.168.1.3"}} 0.600000',
            f'carpd_adverts_received_total{{{lan},family="ipv6"}} 6',
            f'carpd_adverts_sent_total{{{web},family="ipv4"}} 24',
            f'carpd_adverts_discarded_total{{{lan},reason="badauth"}} 27',
            f'carpd_reasons_total{{{lan},reason="echo"}} 5',
            # Of no vhid: the sum of the daemon less that of its vhids.
            'carpd_adverts_discarded_total{name="",interface="",vhid="0",reason="badvhid"} 50',
            'carpd_reasons_total{name="",interface="",vhid="0",reason="echo"} 2'):
        assert line in lines, line
    assert len(set(line.rpartition(" ")[0] for line in lines)) == len(lines)
    manual = (ROOT / "docs" / "man" / "carpctl.8").read_text()
    for name in {line.split()[2] for line in lines if line.startswith("# TYPE")}:
        assert name in manual, name
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=out, capture_output=True,
                              text=True, timeout=30, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_prometheus_file(tmp_path):
    """Whole and readable for its reader; a daemon that is gone is told, too."""
    path = tmp_path / "carpd.prom"
    path.write_text("old")
    assert tell_prometheus(tmp_path, "-o", path) == ""
    assert path.read_text().startswith("# HELP carpd_up") and "carpd_state{" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o644
    code, out, err = run("-s", tmp_path / "none", "stats", "--format", "prometheus", "-o", path)
    assert (code, out) == (1, "") and "none" in err
    assert path.read_text().splitlines()[-1] == "carpd_up 0"
    code, _, err = run("-s", tmp_path / "none", "stats", "--format", "prometheus", "-o",
                       tmp_path / "no" / "x.prom")
    assert code == 1 and "metrics are not written" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["carpd.prom", "sock"]
    assert run("show", "--format", "prometheus")[0] == 2


def test_stats(tmp_path):
    counters = dict.fromkeys(("ipackets", "ipackets6", "badif", "badttl", "hdrops", "badsum",
                              "badver", "badlen", "badauth", "badvhid", "badaddrs", "opackets",
                              "opackets6", "onomem", "ostates", "preempt"), 0)
    counters["badauth"] = 5
    (code, out, _), _ = ask(tmp_path, [answer(command="stats", stats=counters,
                                              reasons={"bad_key": 5}, vhids=[])], "stats")
    assert code == 0
    assert "\t5 discarded for bad authentication\n" in out
    assert "\t5 bad_key\n" in out


def test_watch(tmp_path):
    events = [
        answer(command="watch"),
        {"schema": 1, "time": "2026-01-01T12:00:02.114000Z", "event": "transition",
         "name": "lan", "id": "1@eth0", "interface": "eth0", "vhid": 1, "from": "BACKUP",
         "to": "MASTER", "reason": "master timed out", "master": "192.168.1.2"},
        {"schema": 1, "time": "2026-01-01T12:00:02.200000Z", "event": "hook",
         "name": "lan", "id": "1@eth0", "interface": "eth0", "vhid": 1,
         "argv": "/etc/carp/hook 1@eth0 MASTER", "end": "exited", "code": 3, "seconds": 0.05},
        {"schema": 1, "time": "2026-01-02T00:00:03.000000Z", "event": "stop"}]
    for event in events[1:]:
        jsonschema.validate(event, SCHEMA)
    (code, out, err), heard = ask(tmp_path, events, "watch", "lan")
    assert heard == {"command": "watch", "vhid": "lan"}
    assert out.splitlines() == [
        "2026-01-01 12:00:02.114  1@eth0: BACKUP -> MASTER (master timed out)",
        "12:00:02.200  1@eth0: hook /etc/carp/hook 1@eth0 MASTER: exited 3",
        "2026-01-02 00:00:03.000  stop"]
    assert code == 1 and "closed the connection" in err


def test_a_refusal_is_said(tmp_path):
    refusal = {"schema": 1, "ok": False, "command": "show",
               "error": {"code": "no-vhid", "text": "no vhid 'x'"}}
    (code, out, err), _ = ask(tmp_path, [refusal], "show", "x")
    assert (code, out, err) == (1, "", "carpctl: no vhid 'x'\n")


@pytest.mark.parametrize("line", [
    b"", b"\n", b"null\n", b"[]\n", b"{\n", b'{"ok":1}\n', b'{"ok":true}', b"\xff\xfe\n",
    b'{"ok":false}\n', b'{"ok":false,"error":7}\n'])
def test_what_is_no_answer(tmp_path, line):
    (code, out, err), _ = ask(tmp_path, [line], "show")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1 and "Sanitizer" not in err


def test_members_of_the_wrong_kind(tmp_path):
    odd = answer(command="show", vhids=[
        7, None, {"name": 7, "state": [], "addresses": {}, "next": "x", "faults": [1, None]},
        vhid(name="\x1b[31mred", state_seconds=-1, next=None, addresses=[None, 3]),
        vhid(state_seconds=1e300)])
    for words in (["show"], ["show", "-v"]):
        (code, out, err), _ = ask(tmp_path, [odd], *words)
        assert code == 0, err
        assert "\x1b" not in out
        (tmp_path / "sock").unlink()


def test_an_answer_without_end(tmp_path):
    (code, out, err), _ = ask(tmp_path, [b"x" * (9 << 20)], "show")
    assert (code, out) == (1, "")
    assert "without end" in err


@pytest.mark.parametrize("argv, says", [
    ([], "which command?"),
    (["nothing"], "no command 'nothing'"),
    (["demote"], "usage: carpctl demote N [VHID]"),
    (["show", "-o", "x"], "--output is for import, export and stats --format prometheus"),
    (["stats", "-o", "x"], "--output is for import, export and stats --format prometheus"),
    (["check", "x", "--format", "json"], "--format json is for what carpd answers"),
    (["reload", "--map", "em0=eth0"], "--from, --map and --preempt are for import"),
    (["show", "--preempt"], "--from, --map and --preempt are for import"),
    (["demote", "256"], "must be 0 to 255"),
    (["demote", "-1"], ""),
    (["state", "init"], "must be backup or master"),
    (["--format", "xml", "show"], "--format must be"),
    (["export", "tcpdump", "x"], "only wireshark"),
    (["import", "--from", "cisco", "x"], "must be freebsd"),
    (["import", "--map", "em0", "x"], "must be THEIRS=OURS"),
])
def test_usage(argv, says):
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert says in err and err.count("\n") == 1


def test_nobody_there(tmp_path):
    code, _, err = run("--socket", tmp_path / "none", "show")
    assert code == 1
    assert err == f"carpctl: {tmp_path}/none: no such socket: carpd does not run, or give " \
                  "--socket PATH\n"
    code, _, err = run("--socket", "x" * 200, "show")
    assert code == 1 and "too long for a socket" in err


def test_check(tmp_path):
    conf = tmp_path / "carp.conf"
    conf.write_text('[vhid "a"]\nvhid = 1\npassword = x\n')
    conf.chmod(0o600)
    assert run("check", conf) == (0, f"{conf}: good, 1 vhid\n", "")
    conf.write_text('[vhid "a"]\nvhid = 1\npassword = x\nadvbase = 100\n')
    code, out, err = run("check", conf)
    assert (code, out) == (4, f"{conf}: usable with warnings, 1 vhid\n") and "advbase" in err
    conf.chmod(0o644)
    code, _, err = run("check", conf)
    assert code == 3 and "chmod" in err


def test_import_writes_a_private_file_that_checks(tmp_path):
    source, made = tmp_path / "rc.conf", tmp_path / "carp.conf"
    source.write_text('ifconfig_em0_alias0="inet vhid 1 pass s3cret alias 10.0.0.1/32"\n')
    assert run("import", source, "--map", "em0=eth0", "-o", made) == (0, "", "")
    assert made.stat().st_mode & 0o777 == 0o600
    assert run("check", made)[0] == 0
    code, _, err = run("import", source, "-o", made)
    assert code == 1 and "is there already" in err and "s3cret" not in err
    code, out, _ = run("export", "wireshark", made)
    assert (code, out) == (0, '"1","s3cret","10.0.0.1","freebsd","em0-1"\n')


def test_import_of_what_is_no_configuration(tmp_path):
    odd = tmp_path / "odd"
    for data in (b"", b"\0", b"root:x:0:0\n", b"\xff" * 100):
        odd.write_bytes(data)
        code, out, err = run("import", odd)
        assert (code, out) == (1, "") and err
    assert run("import", tmp_path / "none")[0] == 1
    assert run("import", tmp_path)[0] == 1


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
