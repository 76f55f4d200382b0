# SPDX-License-Identifier: BSD-2-Clause
"""Damaged captures, and memory."""
import os
import shutil

import pytest

from wireshark import captures

SEEDS = 200 if os.environ.get("CARP_LONG") == "1" else 20
BUGS = ("Dissector bug", "ERROR", "CRITICAL", "runtime error")


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_damaged(world, seed):
    """Octets at random, both passes; a bug in a dissector aborts."""
    names = captures()
    name = names[seed * 7 % len(names)]
    damaged = world.folder / "work" / f"damaged-{seed}.pcap"
    world.run("editcap", "-E", "0.02", "--seed", seed, name + ".pcap",
              damaged)
    conf = world.folder / "work" / (name + ".conf")
    keys = ["-o", f"carp.config_file:{conf}"] if conf.exists() else []
    done = world.run("tshark", "-2", "-nVxr", damaged, *keys, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    assert not any(bug in done.stderr for bug in BUGS), done.stderr
    assert "Dissector bug" not in done.stdout
    damaged.unlink()


def test_random_packets_of_every_length(world):
    """Each advert cut to each length, as captured and as sent."""
    import packets
    frames = []
    for length in range(0, 57):
        when, header, packet = packets.adverts()[0]
        frames.append((when, header + packets.ipv4(
            112, packet[20:20 + length].ljust(length, b"\xff"),
            packet[12:16], packet[16:20])))
    packets.write(world.folder / "work" / "lengths.pcap", frames)
    for snaplen in range(34, 74):
        world.run("editcap", "-s", snaplen, "lengths.pcap", "cut.pcap")
        world.run("tshark", "-2", "-nVr", "cut.pcap")


@pytest.mark.parametrize("name", ["freebsd14-inject", "netbsd-mismatch",
                                  "openbsd-04a-demote-ob-ob"])
def test_valgrind(world, name):
    """No error that names a function of the module."""
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    if os.environ.get("CARP_LONG") != "1" and name != "freebsd14-inject":
        pytest.skip("CARP_LONG=1 is not set")
    conf = world.folder / "work" / (name + ".conf")
    log = world.folder / "work" / f"valgrind-{name}.log"
    # GLib's and Wireshark's own pools hide nothing then.
    world.run("valgrind", "--quiet", "--leak-check=full",
              "--num-callers=30", f"--log-file={log}", "tshark", "-2", "-nVr",
              name + ".pcap", "-o", f"carp.config_file:{conf}", timeout=500,
              env={"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple",
                   "G_SLICE": "always-malloc"})
    text = log.read_text()
    errors = [block for block in text.split("\n\n") if "carpkit.so" in block
              and "still reachable" not in block]
    assert not errors, errors[0]


def test_a_foreign_flood_keeps_its_bounds(world):
    """Adverts of thousands of sources: no more than a note each."""
    import packets
    frames = []
    _, header, packet = packets.adverts()[0]
    for number in range(5000):
        source = bytes([10, 1, number >> 8, number & 255])
        frames.append((1e9 + number / 1000, header + packets.ipv4(
            112, packet[20:], source, packet[16:20])))
    packets.write(world.folder / "work" / "flood.pcap", frames)
    done = world.tshark("flood.pcap", "-q", "-z", "carp,vhid")
    assert "other senders" in done.stdout
    assert done.stdout.count("IPv4") <= 40
    rows = world.fields("flood.pcap", ["carp.analysis.finding"], "-Y",
                        "carp.analysis.sender_flood")
    assert rows
