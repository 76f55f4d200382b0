#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""carpmon --inventory and --learn on captures, and --watch where there is no terminal."""
import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "captures"
CARPMON = os.environ["CARPMON"]
SCHEMA = json.loads((ROOT / "docs" / "carpmon.schema.json").read_text())


def run(*argv):
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    done = subprocess.run([CARPMON, *map(str, argv)], env=env, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    return done.returncode, *(text.decode(errors="surrogateescape")
                              for text in (done.stdout, done.stderr))


def with_key(name):
    return "-r", CAPTURES / (name + ".pcap"), "-c", CAPTURES / (name + ".conf")


def test_inventory():
    _, out, _ = run("-r", CAPTURES / "vrrp-same-id.pcap", "--inventory", "10s")
    assert out == (
        "vrrp-same-id\n"
        "   id  protocol        family owners (advbase/advskew)\n"
        "   79  CARP            ipv4  10.79.0.11 MASTER 1/0 (ucarp)\n"
        "   79  VRRPv2          ipv4  10.79.0.12 MASTER priority 100\n"
        "  free 1-78, 80-255\n")


def test_inventory_of_nothing(tmp_path):
    empty = tmp_path / "empty.pcap"
    empty.write_bytes((CAPTURES / "vrrp-same-id.pcap").read_bytes()[:24])
    code, out, _ = run("-r", empty, "--inventory", "0")
    assert (code, out) == (0, "no CARP and no VRRP was seen: every id is free, as far as was "
                              "looked\n")


def test_inventory_as_json():
    _, out, _ = run("-r", CAPTURES / "vrrp-same-id.pcap", "--inventory", "0", "--format", "json")
    lines = [json.loads(line) for line in out.splitlines()]
    for line in lines:
        jsonschema.validate(line, SCHEMA)
    assert [(line["event"], line.get("protocol")) for line in lines] == [
        ("in-use", "CARP"), ("in-use", "VRRPv2"), ("free", None)]
    assert lines[2]["vhids"] == [n for n in range(1, 256) if n != 79]


def test_learn_is_proved_by_the_key():
    _, out, _ = run(*with_key("netbsd-multi-v4"), "--learn")
    assert "the digests prove these addresses" in out
    assert "addresses = 10.2.255.254; 10.77.0.9; 10.77.0.77; 10.77.0.200; 172.16.5.1\n" in out
    assert 'the secret is that of [vhid "multi"]' in out


def test_learn_writes_a_configuration(tmp_path):
    """With the secret added it is a carp.conf, and every digest of the capture is right."""
    name = "netbsd-multi-v4"
    _, out, _ = run(*with_key(name), "--learn")
    secret = re.search(r"^password = .*$", (CAPTURES / (name + ".conf")).read_text(), re.M)
    conf = tmp_path / "carp.conf"
    conf.write_text(out.replace("password-file = FILE", secret.group()))
    conf.chmod(0o600)
    code, out, err = run("--check", "-c", conf)
    assert code == 0, err
    _, out, _ = run("-r", CAPTURES / (name + ".pcap"), "-c", conf, "--format", "json", "-q")
    view = next(json.loads(line) for line in out.splitlines() if '"summary"' in line)
    assert view["hmac"]["good"] == view["adverts"] > 0


@pytest.mark.parametrize("name", [
    'a"]\nhook = \x1b[31mrm\x9b1m', "[x]", "edge-" + 16 * "überlang", "x\udcff"])
@pytest.mark.parametrize("ask", [[], ["-q"], ["--learn"], ["--inventory", "0"]], ids=str)
def test_name_of_a_file_is_a_name_only(tmp_path, ask, name):
    """It stands for the wire: no terminal obeys it, and what was learnt is a configuration."""
    path = tmp_path / (name + ".pcap")
    path.write_bytes((CAPTURES / "netbsd-multi-v4.pcap").read_bytes())
    _, out, err = run("-r", os.fsencode(path).decode(errors="surrogateescape"), *ask)
    assert re.search(r"[^\n\x20-\x7e\xa0-\U0010ffff]", out + err) is None
    if ask == ["--learn"]:
        conf = tmp_path / "carp.conf"
        conf.write_text(out.replace("password-file = FILE", "password = lab"),
                        errors="surrogateescape")
        conf.chmod(0o600)
        code, out, err = run("--check", "-c", conf)
        assert (code, out.partition(": ")[2]) == (0, "1 group, good\n"), err


def test_learn_without_a_key_says_so():
    _, out, _ = run("-r", CAPTURES / "netbsd-multi-v4.pcap", "--learn")
    assert "no digest proves it" in out and "not proved by a digest" in out


@pytest.mark.parametrize("argv, says", [
    (["--inventory", "soon"], "must be a number of seconds"),
    (["--inventory", "nan"], "must be a number of seconds"),
    (["--inventory", "0", "-i", "lo"], "more than 0 seconds"),
    (["--learn", "--inventory", "1"], "exclude each other"),
    (["--learn", "--format", "json", "-r", "x"], "--learn has no --format json"),
    (["--watch", "-r", "x"], "--watch is for -i"),
    (["--watch", "-i", "lo", "--format", "json"], "--watch has no --format json"),
])
def test_usage(argv, says):
    code, out, err = run(*argv)
    assert (code, out) == (3, "")
    assert says in err and err.count("\n") == 1


def test_watch_without_a_terminal():
    _, out, err = run("--watch", "-i", "no-such-if0", "--duration", "1")
    assert "there is no terminal: writing text instead" in err
    assert "\x1b" not in out


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
