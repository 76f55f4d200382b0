#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad input: one line saying what, where and what to do, and exit status 3."""
import os
import pathlib
import shutil
import struct
import subprocess

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
