# SPDX-License-Identifier: BSD-2-Clause
"""Crafted adverts, for what daemons are too slow or too few for.

    adverts.py IFACE FIRST COUNT SECONDS

sends one advert of each of COUNT vhids from FIRST on, SECONDS apart, and prints "VHID TIME" when
each leaves.  The digest is zero: without a key nobody can tell.
"""
import os
import socket
import struct
import sys
import time


def _checksum(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _with_checksum(octets, at):
    return octets[:at] + struct.pack("!H", _checksum(octets)) + octets[at + 2:]


def frame(vhid, counter, source="10.79.0.200"):
    """An Ethernet frame with one IPv4 advert, advbase 1, advskew 0."""
    carp = _with_checksum(struct.pack("!BBBBBBHQ20x", 0x21, vhid, 0, 7, 0, 1, 0, counter), 6)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0x10, 20 + len(carp), 0, 0x4000, 255, 112, 0,
                         socket.inet_aton(source), socket.inet_aton("224.0.0.18"))
    ethernet = bytes.fromhex("01005e000012" "00005e0001%02x" "0800" % vhid)
    return ethernet + _with_checksum(header, 10) + carp


def _main(interface, first, count, every):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((interface, 0))
        for vhid in range(int(first), int(first) + int(count)):
            advert = frame(vhid, int.from_bytes(os.urandom(8), "big"))
            now = time.time()
            wire.send(advert)
            print(vhid, "%.6f" % now)
            time.sleep(float(every))


if __name__ == "__main__":
    _main(*sys.argv[1:])
