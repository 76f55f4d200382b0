# SPDX-License-Identifier: BSD-2-Clause
"""Random frames of carpinject as libcarp, tshark with and without the plugin,
and tcpdump read them: where nothing in the headers lies, all say what
reference.py says; elsewhere nobody ends, and nothing is called good."""
import ipaddress
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import pytest

import reference
import test_codec

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent
                    / "plugin"))
import wireshark  # noqa: E402

LONG = os.environ.get("CARP_LONG") == "1"
COUNT = 5000 if LONG else 300
SEEDS = 10 if LONG else 1
SEED = test_codec.SEED
KEY, ADDRESS = bytes(range(20)), "10.0.0.9"

FIELDS = ["frame.number", "ip.src", "ip.dst", "ip.ttl", "ipv6.src",
          "ipv6.dst", "ipv6.hlim", "carp.version", "carp.type", "carp.vhid",
          "carp.advskew", "carp.authlen", "carp.demotion", "carp.adver_int",
          "carp.checksum", "carp.counter", "carp.hmac",
          "carp.checksum.status"]
OWN = ["carp.hmac.status", "carp.hmac.reason"]
TCPDUMP = re.compile(
    r"^ *(\d+)  \S+ IP.*?(\S+) > (\S+): .*?CARPv2-advertise \d+: "
    r"(\[ttl=(\d+)!\] )?vhid=(\d+) advbase=(\d+) advskew=(\d+) "
    r"authlen=(\d+) ( \(bad carp cksum [0-9a-f]+!\))?counter=(\d+)")


def needs(name):
    path = os.environ.get(name)
    if path is None or not pathlib.Path(path).exists():
        pytest.skip(f"{name} was not built")
    return path


@pytest.fixture(scope="module")
def worlds():
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    module = needs("CARPKIT_SO")
    made = {}
    for name, plugin in (("plugin", module), ("stock", None)):
        folder = tempfile.mkdtemp(prefix="carpkit-readers-")
        os.chmod(folder, 0o755)
        made[name] = wireshark.Wireshark(folder, plugin)
    yield made
    for world in made.values():
        shutil.rmtree(world.folder, ignore_errors=True)


def read_pcap(path):
    data, at, frames = path.read_bytes(), 24, []
    while at < len(data):
        size, = struct.unpack_from("<I", data, at + 8)
        frames.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return frames


class Scene:
    """One capture, and what the reference says of each frame."""

    def __init__(self, folder, seed, family):
        self.path = pathlib.Path(folder) / f"{family}-{seed}.pcap"
        rand = random.Random(seed)
        more = ["--vlan", "20"] if rand.random() < 0.3 else []
        subprocess.run(
            [needs("CARPINJECT"), "fuzz", "--seed", str(seed), "--count",
             str(COUNT), "--key-hex", KEY.hex(), "--address", ADDRESS,
             "--vhid", "7", "--advskew", str(rand.randrange(255)),
             "--family", family, *more, "-w", str(self.path)],
            check=True, capture_output=True, timeout=120)
        self.path.chmod(0o644)
        self.frames = read_pcap(self.path)
        assert len(self.frames) == COUNT
        self.packets = [reference.Packet(frame) for frame in self.frames]
        self.adverts = [reference.Advert(p.payload, len(p.payload))
                        if p.is_plain else None for p in self.packets]

    def digest_is_right(self, vhid, counter, digest):
        return digest == reference.digest("freebsd", vhid, KEY, counter,
                                          None, [ADDRESS])


@pytest.fixture(scope="module", params=[
    (number, family) for number in range(SEEDS)
    for family in ("ipv4", "ipv6")], ids=lambda p: f"{p[1]}-{p[0]}")
def scene(request, tmp_path_factory):
    number, family = request.param
    seed = (SEED + number) % 2**32
    print(f"seed {seed}: CARP_SEED={seed} repeats it")
    return Scene(tmp_path_factory.mktemp("readers"), seed, family)


def test_there_is_something_to_compare(scene):
    """carpinject spoils some frames, not all."""
    exact = sum(p.is_carp() for p in scene.packets)
    plain = sum(p.is_plain for p in scene.packets)
    assert COUNT / 10 < exact < plain < COUNT


def test_libcarp(scene):
    answers = test_codec.ask([f"frame {f.hex()}" for f in scene.frames])
    compared = 0
    for packet, advert, answer in zip(scene.packets, scene.adverts, answers):
        if packet.is_carp():
            assert answer.startswith("CARP "), answer
        if not packet.is_plain or not answer.startswith("CARP "):
            continue
        if packet.ttl != 255:
            advert.issues |= reference.TTL
        assert answer == (f"CARP {packet.source} {packet.target} "
                          f"{packet.ttl} {packet.vlan or 0} {advert.line()}")
        compared += 1
    assert compared > COUNT / 10


def as_shown(packet, advert):
    """What a row of tshark must say, by field."""
    v = packet.source.version
    shown = {"ip.src" if v == 4 else "ipv6.src": packet.source,
             "ip.dst" if v == 4 else "ipv6.dst": packet.target,
             "ip.ttl" if v == 4 else "ipv6.hlim": packet.ttl,
             "carp.version": advert.version, "carp.type": advert.kind,
             "carp.vhid": advert.vhid, "carp.advskew": advert.advskew,
             "carp.authlen": advert.authlen, "carp.demotion": advert.demote,
             "carp.adver_int": advert.advbase,
             "carp.checksum": advert.checksum,
             "carp.counter": advert.counter}
    return {name: str(value) for name, value in shown.items()}


def number(text):
    return str(int(text, 0)) if text.startswith("0x") else text


def rows_of(world, scene, fields, *options):
    target = world.folder / "work" / scene.path.name
    shutil.copy(scene.path, target)
    rows = world.fields(scene.path.name, fields, *options)
    assert len(rows) == COUNT
    return [{name: cell[0] if cell else "" for name, cell in
             zip(fields, row)} for row in rows]


def check_row(row, packet, advert):
    for name, value in as_shown(packet, advert).items():
        assert number(row[name]) == value, (name, row)
    is_right = reference.checksum(packet.payload[:36]) == 0
    assert row["carp.checksum.status"] == ("1" if is_right else "0"), row
    assert row["carp.hmac"].replace(":", "") == advert.digest.hex()


def test_stock_tshark(worlds, scene):
    """What Wireshark's own dissector shows of an advert."""
    rows = rows_of(worlds["stock"], scene, FIELDS, "-d",
                   "ip.proto==112,carp")
    compared = 0
    for row, packet, advert in zip(rows, scene.packets, scene.adverts):
        if packet.is_carp() and row["carp.vhid"]:
            check_row(row, packet, advert)
            compared += 1
    assert compared > COUNT / 10


def check_unproven(scene, row, advert):
    """What every receiver drops is not verified, nor are the senders beyond
    those that the observer follows."""
    drops = advert.issues & (reference.VERSION | reference.CHECKSUM)
    if drops or row["carp.hmac.reason"].startswith("not looked at"):
        assert row["carp.hmac.status"] == "2", row
    else:
        assert row["carp.hmac.status"] == "0", row
        assert not scene.digest_is_right(advert.vhid, advert.counter,
                                         advert.digest), row


def test_plugin(worlds, scene):
    answers = test_codec.ask([f"frame {f.hex()}" for f in scene.frames])
    rows = rows_of(worlds["plugin"], scene, FIELDS + OWN, "-2", "-o",
                   f'uat:carp_keys:"7","{KEY.hex()}","{ADDRESS}",'
                   '"freebsd",""')
    good = 0
    for row, packet, advert, answer in zip(rows, scene.packets,
                                           scene.adverts, answers):
        if packet.is_plain:
            assert bool(row["carp.vhid"]) == answer.startswith("CARP "), row
        if packet.is_carp():
            check_row(row, packet, advert)
        if row["carp.hmac.status"] == "1":
            # Never without reason, whatever else is wrong with the frame.
            assert scene.digest_is_right(
                int(row["carp.vhid"]), int(row["carp.counter"]),
                bytes.fromhex(row["carp.hmac"].replace(":", ""))), row
            good += 1
        elif packet.is_carp() and advert.vhid == 7:
            check_unproven(scene, row, advert)
    assert good > COUNT / 20


def test_tcpdump(scene):
    if shutil.which("tcpdump") is None:
        pytest.skip("tcpdump is not installed")
    done = subprocess.run(
        ["tcpdump", "--number", "-T", "carp", "-nnvvr", scene.path],
        capture_output=True, text=True, timeout=120, check=True,
        errors="replace")
    # A frame's further lines are indented by a tab or four blanks.
    text = re.sub(r"\n(\t|    (?=[^ \d]|\d+\.))", " ", done.stdout)
    seen = {int(m[1]): m for m in map(TCPDUMP.match, text.splitlines()) if m}
    compared = 0
    for index, (packet, advert) in enumerate(zip(scene.packets,
                                                 scene.adverts)):
        shown = seen.get(index + 1)
        if shown is None or not packet.is_plain or not advert.is_whole:
            assert not packet.is_carp(), index + 1
            continue
        assert ipaddress.ip_address(shown[2]) == packet.source
        assert ipaddress.ip_address(shown[3]) == packet.target
        assert int(shown[5] or 255) == packet.ttl
        assert [int(n) for n in shown.group(6, 7, 8, 9, 11)] == [
            advert.vhid, advert.advbase, advert.advskew, advert.authlen,
            advert.counter]
        is_right = reference.checksum(packet.payload) == 0
        assert (shown[10] is None) == is_right, index + 1
        compared += 1
    assert compared > COUNT / 10
