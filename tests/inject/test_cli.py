# SPDX-License-Identifier: BSD-2-Clause
"""carpinject's command line without a network: what it builds is read again
by libcarp's vectors, tcpdump and tshark."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import manual
import schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARPINJECT = os.environ.get("CARPINJECT", "carpinject")
CAPTURE = ROOT / "captures" / "ucarp-election.pcap"
SUITE = ROOT / "tests" / "conformance"
DEVICE = ["--target", "10.0.0.1", "--address", "10.0.0.9"]
CONF = ROOT / "captures" / "ucarp-election.conf"


def run(*argv, status=0, env=None):
    done = subprocess.run([CARPINJECT, *map(str, argv)], capture_output=True,
                          text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, **(env or {})})
    assert done.returncode == status, done.stderr
    return done


def frames(*argv, **more):
    done = run(*argv, "--dry-run", "--format", "json", **more)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    schema.check(events[:40])     # thousands take seconds
    return [event for event in events if event["event"] == "frame"]


def advert(*argv, **more):
    only, = frames("advert", *argv, **more)
    return only


def tcpdump(path):
    if not shutil.which("tcpdump"):
        pytest.skip("tcpdump is not installed")
    done = subprocess.run(["tcpdump", "-T", "carp", "-nvvr", path],
                          capture_output=True, text=True, timeout=60,
                          check=True)
    return done.stdout


def test_vectors():
    """The interface other programs rely on, for every known digest."""
    vectors = json.loads((ROOT / "tests/data/hmac-vectors.json").read_text())
    wrong = []
    for v in vectors["vectors"]:
        argv = ["--vhid", v["vhid"], "--key-hex", v["key_hex"], "--counter",
                "0x" + v["counter_hex"], "--profile", v["profile"]]
        for address in v["addresses"]:
            argv += ["--address", address]
        if "hashed_lladdr" in v:
            mac = v["hashed_lladdr"]
            argv += ["--lladdr", ":".join(mac[i:i + 2]
                                          for i in range(0, 12, 2))]
        made = advert(*argv)
        if made["digest_hex"] != v["md_hex"]:
            wrong.append(v["id"])
        assert made["frame_hex"].endswith(v["counter_hex"] + v["md_hex"])
        assert re.fullmatch("0x[0-9a-f]{4}", made["checksum"])
        assert made["issues"] == []
    assert len(vectors["vectors"]) == 254 and wrong == []


def test_override_every_field():
    """Help names every field; each goes out as given."""
    shown = run("advert", "--help-fields").stdout
    names = re.findall(r"^  --([a-z-]+)=", shown, re.M)
    assert len(names) > 30
    for name in set(names) - {"payload-len", "trailer-hex", "eth-dst",
                              "eth-src", "source", "dest", "digest",
                              "counter", "flow-label", "vlan-dei"}:
        made = advert("--" + name, "5")
        value = made[name.replace("-", "_")]
        assert int(value, 0) if isinstance(value, str) else value == 5, name
    made = advert("--digest", "ab" * 20, "--eth-dst", "02:00:00:00:00:01",
                  "--dest", "10.0.0.1")
    assert made["digest_hex"] == "ab" * 20
    assert made["frame_hex"].startswith("020000000001")
    made = advert("--source", "fe80::7", "--flow-label", "0xabcde")
    assert made["dest"] == "ff02::12" and made["flow_label"] == "0xabcde"
    assert made["eth_dst"] == "33:33:00:00:00:12"
    assert advert("--family", "ipv6")["source"] == "fe80::1"
    assert advert()["source"] == "192.0.2.1"


def test_summary_json(tmp_path):
    """Nor does the schema let anything pass."""
    done = run("flood", "--count", "3", "-w", tmp_path / "x", "--format",
               "json")
    summary = json.loads(done.stdout)
    schema.check([summary])
    assert summary["frames"] == 3 and summary["octets"] == 210
    for wrong in ({**summary, "frames": -1}, {**summary, "event": "sum"},
                  {**summary, "more": 1}, {"schema": 1, "event": "frame"}):
        with pytest.raises(AssertionError):
            schema.check([wrong])


def test_issues():
    assert advert("--ttl", "64")["issues"] == ["TTL is not 255"]
    assert advert("--checksum", "bad")["issues"] == ["bad checksum"]
    assert advert("--ip-checksum", "0")["issues"] == ["bad IP checksum"]
    assert advert("--eth-type", "0x1234")["kind"] != "CARP"


def test_text():
    shown = run("advert", "--dry-run", "--vhid", "7", "--ttl", "1",
                "--count", "2").stdout
    assert "frame 2: 70 octets, at 1.000000 s" in shown
    assert re.search(r"0016  01 +ttl +1$", shown, re.M)
    assert "receivers object to: TTL is not 255" in shown


def test_tcpdump_reads(tmp_path):
    path = tmp_path / "out.pcap"
    assert run("advert", "-w", path, "--count", "5", "--advskew", "128",
               "--vhid", "9", "--address", "10.0.0.1").stdout == \
        "wrote 5 frames to %s\n" % path
    text = tcpdump(path)
    assert text.count("CARPv2-advertise 36: vhid=9 advbase=1 advskew=128 "
                      "authlen=7") == 5
    assert "bad" not in text
    times = [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in
             re.findall(r"^(\d\d):(\d\d):([\d.]+) IP", text, re.M)]
    assert [round(b - a, 3) % 86400 for a, b in zip(times, times[1:])] == \
        [1.5] * 4
    run("advert", "-w", path, "--checksum", "bad")
    assert "bad carp cksum" in tcpdump(path)
    run("advert", "-w", path, "--family", "ipv6", "--vlan", "5")
    assert "ff02::12" in tcpdump(path)


def test_replay(tmp_path):
    first = frames("replay", CAPTURE)
    again = tmp_path / "again.pcap"
    run("replay", CAPTURE, "-w", again)
    assert [f["frame_hex"] for f in frames("replay", again)] == \
        [f["frame_hex"] for f in first]
    half = frames("replay", CAPTURE, "--speed", "2")
    assert abs(half[-1]["at"] * 2 - first[-1]["at"]) < 0.001
    new = frames("replay", CAPTURE, "--vhid", "8", "--key-hex", "11" * 20,
                 "--address", "10.9.9.9", "--profile", "ucarp", "--counter",
                 "0x10")
    assert len(new) == len(first)
    for n, frame in enumerate(new):
        right = advert("--vhid", "8", "--key-hex", "11" * 20, "--address",
                       "10.9.9.9", "--profile", "ucarp", "--counter",
                       hex(0x10 + n))
        assert frame["digest_hex"] == right["digest_hex"]
        assert frame["issues"] == []
    assert len(frames("replay", CAPTURE, "--loop", "3")) == 3 * len(first)
    assert len(frames("replay", CAPTURE, "--loop", "0", "--count", "7")) == 7
    assert len(frames("replay", CAPTURE, "--only-vhid", "79")) == len(first)
    for tpid in ("0x8100", "0x88a8", "0x9100", "0x9200"):
        run("advert", "-w", again, "--vlan", "5", "--vlan-tpid", tpid)
        tagged = frames("replay", again, "--vhid", "8", "--key-hex", "11" * 20)[0]
        assert (tagged["vlan"], tagged["issues"]) == (5, [])


def test_group_signs(tmp_path):
    """What a carp.conf group signs, carpmon finds good with that file."""
    carpmon = pathlib.Path(CARPINJECT).with_name("carpmon")
    if not carpmon.exists():
        pytest.skip("carpmon was not built")
    path = tmp_path / "out.pcap"
    run("advert", "-c", CONF, "-w", path, "--count", "3")
    done = subprocess.run([carpmon, "-r", path, "-c", CONF, "--format",
                           "json"], capture_output=True, text=True,
                          timeout=60, check=False)
    summary = [e for e in map(json.loads, done.stdout.splitlines())
               if e["event"] == "summary"]
    assert summary[0]["hmac"] == {"good": 3, "bad": 0, "unverified": 0}


def test_fuzz_is_reproducible(tmp_path):
    one, two, three = (tmp_path / n for n in ("1", "2", "3"))
    for path, seed in ((one, 7), (two, 7), (three, 8)):
        done = run("fuzz", "--seed", seed, "--count", "500", "-w", path)
        assert done.stdout.startswith("seed %d\n" % seed)
    octets = [[f["frame_hex"] for f in frames("fuzz", "--seed", seed,
                                              "--count", "500")]
              for seed in (7, 7, 8)]
    assert octets[0] == octets[1] != octets[2]
    assert len(set(octets[0])) > 480
    done = run("fuzz", "--count", "1", "--dry-run", "--format", "json")
    assert json.loads(done.stdout.splitlines()[0])["event"] == "seed"
    # The capture on standard output stays one.
    done = subprocess.run([CARPINJECT, "fuzz", "--seed", "7", "--count", "500",
                           "-w", "-"], capture_output=True, timeout=60,
                          check=True)
    assert len(done.stdout) == one.stat().st_size
    assert done.stderr == b"seed 7\n"
    # The files differ in their times only.
    assert one.stat().st_size == two.stat().st_size
    assert "CARPv2" in tcpdump(one)


def test_secrets(tmp_path):
    right = advert("--key-hex", (b"sesame".hex() + "00" * 14),
                   "--counter", "0x1")["digest_hex"]
    secret = tmp_path / "secret"
    secret.write_text("sesame\n")
    assert advert("--password-file", secret, "--counter",
                  "0x1")["digest_hex"] == right
    assert advert("--counter", "0x1", env={"CARPINJECT_PASSWORD": "sesame"}
                  )["digest_hex"] == right
    done = run("advert", "--dry-run", "--format", "json", "--password",
               "sesame", "--counter", "0x1")
    assert json.loads(done.stdout)["digest_hex"] == right
    assert done.stderr.count("\n") == 1 and "sesame" not in done.stderr


def test_asks_only_a_terminal():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        done = run("advert", "--dry-run", "--ask-password", status=2)
        assert "there is no terminal to ask" in done.stderr
    else:
        pytest.skip("there is a terminal, and nobody to answer it")


@pytest.mark.parametrize("argv, status, part", [
    ([], 2, "which command?"),
    (["sing"], 2, "no command 'sing'"),
    (["advert"], 2, "nowhere to send to"),
    (["advert", "--dry-run", "--ttl", "256"], 2, "0 to 255"),
    (["flood", "-i", "lo"], 2, "a bound is required"),
    (["fuzz", "-w", "x"], 2, "a bound is required"),
    (["replay", "--dry-run", "--loop", "0", "x"], 2, "a bound is required"),
    (["replay", "--dry-run", "/nonexistent"], 1, "No such file"),
    (["replay", "--dry-run", CAPTURE, "--only-vhid", "9"], 1,
     "holds no adverts of vhid 9"),
    (["advert", "-w", "/nonexistent/x"], 1, "No such file"),
    (["advert", "-i", "nonexistent0"], 1, "no such interface"),
    (["advert", "-i", "lo"], 1, "is not Ethernet"),
    (["advert", "-i", "lo", "--listen", "0"], 2, "1 to 600 seconds"),
    (["play"], 2, "nowhere to send to"),
    (["play", "-i", "lo"], 2, "which scenario?"),
    (["play", "-i", "lo", "x.carp", "y"], 2, "what is 'y'?"),
    (["play", "/nonexistent", "-i", "lo"], 1, "is not Ethernet"),
    (["play", "/nonexistent", "--dry-run"], 2, "No such file"),
    (["play", "--dry-run", "/nonexistent"], 2, "No such file"),
    (["play", "x.carp"], 2, "nowhere to send to"),
    (["play", "x.carp", "-w", "x.pcap"], 2, "-i IFACE is missing"),
    (["play", "x.carp", "-i", "lo", "--var", "x"], 2, "is not NAME=VALUE"),
    (["play", "x.carp", "-i", "lo", "--format", "x"], 2, "junit or json"),
    (["conform", "-i", "lo", "x"], 2, "what is 'x'?"),
    (["conform", "-i", "lo"], 2, "--target IP is missing"),
    (["conform", "-i", "lo", "--target", "::1"], 2, "the IPv4 address"),
    (["conform", "-i", "lo", "--target", "10.0.0.1"], 2,
     "--address VIP is missing"),
    (["conform", "-i", "lo", *DEVICE, "--target-base", "86"], 2, "1 to 85"),
    (["conform", "-i", "lo", *DEVICE, "--target-preempt", "x"], 2,
     "is not yes or no"),
    (["conform", "-i", "lo", *DEVICE, "--as", "beos"], 2, "carpd"),
    (["conform", "--dry-run", *DEVICE, "--suite", "/nonexistent"], 2,
     "give --suite DIR"),
    (["conform", "--dry-run", *DEVICE, "--suite", SUITE.parent], 2,
     "has no scenario (NAME.carp): give --suite DIR"),
    (["conform", "--dry-run", *DEVICE, "--suite", SUITE, "--group", "x"], 2,
     '"x" names no test'),
    (["conform", "--dry-run", *DEVICE, "--suite", SUITE, "--group", "parameters,timming"], 2,
     '"timming" names no test'),
    (["conform", "--dry-run", *DEVICE, "--suite", SUITE, "--group", ""], 2, "names no test"),
])
def test_errors(argv, status, part):
    done = run(*argv, status=status)
    assert part in done.stderr and done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("carpinject")


def test_help():
    assert "Usage:" in run("--help").stdout
    assert run("--version").stdout.startswith("carpinject (carpkit) ")
    for command in ("advert", "replay", "fuzz", "flood", "play", "conform"):
        shown = run(command, "--help").stdout
        assert "carpinject " + command in shown
        for line in (shown + run(command, "--help-all").stdout).splitlines():
            assert len(line) <= 80, line


def test_manual_is_complete():
    text = manual.MAN.read_text(encoding="utf-8").replace("\\-", "-")
    for command in ("advert", "replay", "fuzz", "flood", "play", "conform"):
        shown = run(command, "--help-all").stdout
        for name in re.findall(r"--([a-z-]+)", shown):
            if not name.startswith("help"):
                assert "Fl -" + name in text, name
