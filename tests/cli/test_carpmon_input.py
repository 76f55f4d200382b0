#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad input: one line saying what, where and what to do, and exit status 3."""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARPMON = os.environ["CARPMON"]
GOOD = (ROOT / "captures" / "netbsd-split-host.pcap").read_bytes()


def run(*argv, stdin=None, prefix=()):
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    done = subprocess.run([*prefix, CARPMON, *map(str, argv)], input=stdin, env=env,
                          capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def records(data):
    """Offsets of the records of a little-endian pcap."""
    at = 24
    while at < len(data):
        yield at
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]


def patched(offset, value):
    data = bytearray(GOOD)
    struct.pack_into("<I", data, offset, value)
    return bytes(data)


def cut_frames(octets):
    """Every frame cut by the capture."""
    out = bytearray(GOOD[:24])
    for at in records(GOOD):
        head = bytearray(GOOD[at:at + 16])
        length = min(struct.unpack_from("<I", head, 8)[0], octets)
        struct.pack_into("<I", head, 8, length)
        out += head + GOOD[at + 16:at + 16 + length]
    return bytes(out)


THIRD = list(records(GOOD))[2]
CASES = {
    "text": (b"hello\n" * 20, ["not a pcap or pcapng file"], "0 frames"),
    "empty": (b"", ["is empty"], "0 frames"),
    "head-only": (GOOD[:10], ["head"], "0 frames"),
    "cut": (GOOD[:1000], ["frame 15", "cut in the middle", "all before it was used"],
            "4 adverts"),
    "absurd-length": (patched(THIRD + 8, 0x7fffffff), ["frame 3", "damaged"], "2 frames"),
    "link-type": (patched(20, 147), ["link type 147"], "0 frames"),
    "snaplen-20": (cut_frames(20), ["62 frames were cut", "-s 128"], "0 adverts"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_file(tmp_path, name):
    data, words, still = CASES[name]
    path = tmp_path / (name + ".pcap")
    path.write_bytes(data)
    status, out, errors = run("-r", path)
    assert status == 3
    assert len(errors.splitlines()) == 1, errors
    for word in words:
        assert word in errors
    assert still in out


@pytest.mark.parametrize("name", ["text", "empty", "cut"])
def test_bad_standard_input(name):
    status, _, errors = run("-r", "-", stdin=CASES[name][0])
    assert status == 3 and len(errors.splitlines()) == 1
    assert "standard input" in errors


def test_one_bad_file_of_two(tmp_path):
    """What can be read is read."""
    good, bad = tmp_path / "good.pcap", tmp_path / "bad.pcap"
    good.write_bytes(GOOD)
    bad.write_bytes(b"nothing")
    status, out, errors = run("-r", bad, good, "--format", "json")
    assert status == 3 and len(errors.splitlines()) == 1 and "bad.pcap" in errors
    assert '"code":"UNSEEN_MASTER"' in out and '"exit_status":3' in out


def test_missing_file_and_directory(tmp_path):
    for path, word in ((tmp_path / "none.pcap", "No such file"), (tmp_path, "directory")):
        status, _, errors = run("-r", path)
        assert status == 3 and word in errors and len(errors.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"),
                    reason="needs root to give root up")
def test_unreadable_file(tmp_path):
    path = tmp_path / "secret.pcap"
    path.write_bytes(GOOD)
    path.chmod(0)
    reader = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
    status, _, errors = run("-r", path, prefix=(*reader, "--reuid", "65534", "--clear-groups"))
    assert status == 3 and "ermission denied" in errors and len(errors.splitlines()) == 1


def test_snaplen_68_still_counts(tmp_path):
    """An old default: the digest is cut, the counter is not."""
    path = tmp_path / "short.pcap"
    path.write_bytes(cut_frames(68))
    status, out, errors = run("-r", path)
    assert status == 2 and errors == ""
    assert "UNSEEN_MASTER" in out and "50 unverified" in out


def test_bad_configuration(tmp_path):
    conf = tmp_path / "carp.conf"
    conf.write_text('[vhid "x"]\nvhid = 300\npasword = Zecret\n')
    conf.chmod(0o600)
    capture = tmp_path / "good.pcap"
    capture.write_bytes(GOOD)
    status, out, errors = run("-r", capture, "-c", conf)
    assert status == 3 and out == ""
    assert "carp.conf:2: [vhid \"x\"] vhid: '300' is not a number from 1 to 255" in errors
    assert "pasword" in errors and "Zecret" not in errors


@pytest.mark.parametrize("argv", [("--format", "xml", "-r", "x"), ("-r", "x", "-i", "lo"),
                                  ("--nonsense",), ("-i", ""), ()])
def test_usage(argv):
    status, out, errors = run(*argv)
    assert status == 3 and out == "" and "carpmon:" in errors
    assert len(errors.splitlines()) == 1


def restamped(name, change):
    """A capture with the seconds of its stamps changed: change(number, second)."""
    data = bytearray((ROOT / "captures" / (name + ".pcap")).read_bytes())
    for number, at in enumerate(records(data), 1):
        second = struct.unpack_from("<I", data, at)[0]
        struct.pack_into("<I", data, at, change(number, second) & 0xffffffff)
    return bytes(data)


def codes_of(tmp_path, data, *options):
    """What was found, the transitions, and standard error."""
    path = tmp_path / "clock.pcap"
    path.write_bytes(data)
    _, out, errors = run("-r", path, "--format", "json", *options)
    events = [json.loads(line) for line in out.splitlines()]
    found = {(event["code"], event["cause"]) for event in events if event["event"] == "finding"}
    moves = [event["sender"] for event in events if event["event"] == "transition"]
    return found, moves, errors


CLOCKS = ("freebsd14-pair", "netbsd-pair-failover", "openbsd-04a-demote-ob-ob", "ucarp-election")


@pytest.mark.parametrize("name", CLOCKS)
def test_clock_set_back(tmp_path, name):
    """One line says so, and nothing is found that was not found before."""
    found, moves, errors = codes_of(tmp_path, restamped(name, lambda _number, second: second))
    assert errors == ""
    count = len(list(records((ROOT / "captures" / (name + ".pcap")).read_bytes())))
    for first in range(4, min(count - 2, 28), 3):
        for by in (2, 60, 3600, 86400 * 365):
            data = restamped(name, lambda number, second: second - by * (number >= first))
            now, changes, errors = codes_of(tmp_path, data)
            assert now <= found, (first, by)
            assert changes == moves or len(changes) <= len(moves) + 1
            assert len(errors.splitlines()) == 1, errors
            assert "frame %d: the clock was set back by " % first in errors


def test_moments_of_another_day(tmp_path):
    """A sentence that is read the day after says the day of what it tells."""
    frames = (ROOT / "captures" / "ucarp-oneway-a-to-b.pcap").read_bytes()
    first = struct.unpack_from("<I", frames, 24)[0]
    # B last heard A 8 s after the first frame and becomes MASTER 5 s later.
    midnight = (first // 86400 + 1) * 86400
    path = tmp_path / "days.pcap"
    for until, heard, since in ((0, "00:00:08.810", "00:00:13.036"),
                                (10, "2026-11-22 23:59:58.810", "00:00:03.036"),
                                (40, "23:59:28.810", "23:59:33.036")):
        path.write_bytes(restamped("ucarp-oneway-a-to-b",
                                   lambda _n, s: s - first + midnight - until))
        _, out, _ = run("-r", path, "--utc")
        told = " ".join(out.split())
        assert "accepted the advert of " + heard in told, told
        assert "both MASTER since " + since in told, told


@pytest.mark.parametrize("second", [0, 1, 0xffffffff])
def test_one_damaged_stamp(tmp_path, second):
    found, moves, _ = codes_of(tmp_path, restamped("freebsd14-pair", lambda _n, stamp: stamp))
    for bad in (1, 2, 9, 20):
        data = restamped("freebsd14-pair",
                         lambda number, stamp: second if number == bad else stamp)
        now, changes, errors = codes_of(tmp_path, data)
        assert now <= found and "set back" not in errors
        assert changes == moves


def test_two_clocks_in_one_file(tmp_path):
    """Every other frame from a host whose clock is an hour behind."""
    found, _, _ = codes_of(tmp_path, restamped("netbsd-pair-failover", lambda _n, s: s))
    data = restamped("netbsd-pair-failover", lambda number, second: second - 3600 * (number % 2))
    now, _, errors = codes_of(tmp_path, data)
    assert now <= found
    assert "times are unreliable" in errors


@pytest.mark.parametrize("argv, says", [
    (("-i", "nonexistent0"), "nonexistent0: "),
    (("-i", "nonexistent0", "-c", "/nonexistent.conf"), "/nonexistent.conf: No such file"),
])
def test_check_that_cannot_watch(argv, says):
    """Monitoring systems read standard output alone."""
    status, out, errors = run("--check", *argv)
    assert status == 3 and says in errors
    assert out.startswith("CARP UNKNOWN - " + says) and out.count("\n") == 1


def cooked(name, link_type, interfaces):
    """A capture as "any" sees it: each frame once on each of these interfaces."""
    data = (ROOT / "captures" / f"{name}.pcap").read_bytes()
    out = bytearray(data[:20] + struct.pack("<I", link_type))
    for at in records(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + length]
        mac, kind = frame[6:12] + b"\0\0", frame[12:14]
        for index in interfaces:
            head = (struct.pack(">HHH", 1, 1, 6) + mac + kind
                    if link_type == 113 else
                    kind + struct.pack(">HIHBB", 0, index, 1, 1, 6) + mac)
            out += data[at:at + 8] + struct.pack("<II", len(head) + length - 14,
                                                 len(head) + length - 14) + head + frame[14:]
    return bytes(out)


@pytest.mark.parametrize("link_type", [113, 276], ids=["SLL", "SLL2"])
def test_bridge_on_any(tmp_path, link_type):
    """A bridge and its port show each frame once: two copies, no loop."""
    path = tmp_path / "any.pcap"
    path.write_bytes(cooked("ucarp-election", link_type, [2, 3]))
    end = [json.loads(line) for line in run("-r", path, "--format", "json")[1].splitlines()]
    wanted = run("-r", ROOT / "captures" / "ucarp-election.pcap", "--format", "json")[1]
    wanted = [json.loads(line) for line in wanted.splitlines()]
    assert [e["findings"] for e in end if e["event"] == "summary"] == \
        [e["findings"] for e in wanted if e["event"] == "summary"]
    assert [e["adverts"] for e in end if e["event"] == "summary"] == \
        [e["adverts"] for e in wanted if e["event"] == "summary"]
    path.write_bytes(cooked("ucarp-loop", 276, [2]))
    assert "LOOPED" in run("-r", path)[1]


def test_two_signals_for_one_stop():
    """timeout(1) sends to the process and to its group: the summary comes all the same."""
    for _ in range(20):
        with subprocess.Popen([CARPMON, "-r", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(GOOD)
            process.stdin.flush()
            process.stdout.read(1)     # it runs
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
            process.send_signal(signal.SIGINT)
            said = process.stdout.read().decode()
            assert process.wait(20) in (0, 1, 2), process.returncode
        assert " frames, " in said


@pytest.mark.parametrize("begun", [b"", GOOD[:10]], ids=["opening", "header"])
def test_stopped_before_anything_came(tmp_path, begun):
    """That nobody wrote to a pipe yet is no fault of it."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen([CARPMON, "-r", fifo], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        writer = os.open(fifo, os.O_WRONLY) if begun else None
        if begun:
            os.write(writer, begun)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        if begun:
            os.close(writer)
    assert (process.returncode, err) == (0, b""), out
