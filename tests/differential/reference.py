# SPDX-License-Identifier: BSD-2-Clause
"""CARP once more, of docs/PROTOCOL.md and Python's own library alone.

Nothing here comes from lib/ or asks a program of this project: what both say
is compared in test_codec.py and test_readers.py.
"""
import hashlib
import hmac
import ipaddress
import struct

LENGTH = 36

# PROTOCOL 2.2: order of IPv4, order of IPv6, link-local left out, lladdr
STRICT, SORTED, GIVEN, FIRST, NONE = range(5)
PROFILES = {
    "freebsd": (STRICT, STRICT, False, False),
    "netbsd": (STRICT, STRICT, False, False),
    "openbsd": (STRICT, STRICT, True, True),
    "openbsd-orig": (STRICT, STRICT, False, True),
    "dragonfly": (SORTED, GIVEN, False, False),
    "freebsd6": (GIVEN, GIVEN, False, False),
    "ucarp": (FIRST, NONE, False, False),
}

# Bits of an advert's faults, as carp/adv.h numbers them.
VERSION, TYPE, AUTHLEN, CHECKSUM, SHORT, TRAILING, VHID, TTL, CUT = (
    1 << bit for bit in range(9))


def checksum(octets):
    """RFC 1071; 0 over a message whose checksum is right (PROTOCOL 1.2)."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total > 0xffff:
        total = (total >> 16) + (total & 0xffff)
    return 0xffff - total


def has_scope(octets):
    """Kernels keep an interface's number in octets 2 and 3 of these."""
    return (octets[0] == 0xfe and octets[1] >> 6 == 2
            or octets[0] == 0xff and octets[1] & 15 in (1, 2))


def in_order(addresses, order):
    if order == STRICT:  # the ends are never reached, nor is one twice
        size = len(addresses[0]) if addresses else 0
        return sorted(set(addresses) - {bytes(size), b"\xff" * size})
    return {SORTED: sorted(addresses), GIVEN: addresses,
            FIRST: addresses[:1], NONE: []}[order]


def hashed_addresses(profile, addresses):
    order4, order6, skips_local, _ = PROFILES[profile]
    parsed = [ipaddress.ip_address(text) for text in addresses]
    four = [a.packed for a in parsed if a.version == 4]
    six = []
    for packed in (a.packed for a in parsed if a.version == 6):
        if not has_scope(packed):
            six.append(packed)
        elif not skips_local:
            six.append(packed[:2] + b"\0\0" + packed[4:])
    return b"".join(in_order(four, order4) + in_order(six, order6))


def digest(profile, vhid, key, counter, lladdr, addresses):
    """PROTOCOL 2.1. @lladdr 6 octets that were set by hand, or None."""
    if not PROFILES[profile][3] or lladdr is None or \
            lladdr[1:5] == b"\x00\x5e\x00\x01":  # becomes the virtual MAC
        lladdr = b""
    message = (b"\2\1" + lladdr + bytes([vhid])
               + hashed_addresses(profile, addresses)
               + struct.pack(">Q", counter))
    return hmac.new(key, message, hashlib.sha1).digest()


def encode(version, kind, vhid, advskew, authlen, demote, advbase, counter,
           md):
    head = bytes([version << 4 | kind, vhid, advskew, authlen, demote,
                  advbase])
    rest = struct.pack(">Q", counter) + md
    return head + struct.pack(">H", checksum(head + b"\0\0" + rest)) + rest


class Advert:
    """PROTOCOL 1.1, of the octets that were captured; @wire were sent. Fields
    of which an octet is missing are 0."""

    def __init__(self, octets, wire):
        octets = octets[:wire]

        def field(at, size):
            whole = octets[at:at + size]
            return int.from_bytes(whole, "big") if len(whole) == size else 0
        self.version, self.kind = field(0, 1) >> 4, field(0, 1) & 15
        self.vhid, self.advskew = field(1, 1), field(2, 1)
        self.authlen, self.demote = field(3, 1), field(4, 1)
        self.advbase, self.checksum = field(5, 1), field(6, 2)
        self.counter = field(8, 8)
        self.digest = octets[16:36] if len(octets) >= 36 else bytes(20)
        self.is_whole = len(octets) >= LENGTH
        self.issues = self.find_issues(octets, wire)

    def find_issues(self, octets, wire):
        seen = len(octets)
        faults = [(VERSION, seen > 0 and self.version != 2),
                  (TYPE, seen > 0 and self.kind != 1),
                  (VHID, seen > 1 and self.vhid == 0),
                  (AUTHLEN, seen > 3 and self.authlen != 7),
                  (CHECKSUM, self.is_whole
                   and checksum(octets[:LENGTH]) != 0),
                  (SHORT, wire < LENGTH), (TRAILING, wire > LENGTH),
                  (CUT, seen < min(wire, LENGTH))]
        return sum(bit for bit, is_so in faults if is_so)

    def line(self):
        return (f"{self.issues} {self.version} {self.kind} {self.vhid} "
                f"{self.advskew} {self.authlen} {self.demote} {self.advbase} "
                f"{self.checksum:04x} {self.counter:016x} "
                f"{self.digest.hex()}")


def are_options(octets):
    """Are the IPv4 options as long as they say?"""
    while octets and octets[0] != 0:
        length = 1 if octets[0] == 1 else octets[1] if octets[1:] else 0
        if length == 0 or length > len(octets) or \
                length == 1 and octets[0] != 1:
            return False
        octets = octets[length:]
    return True


class Packet:
    """A frame of Ethernet, as far as nothing in its headers lies. is_plain
    says whether that is so and protocol 112 is in it."""

    def __init__(self, frame):
        self.is_plain = False
        self.vlan = None
        at = 12
        while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
            tag = int.from_bytes(frame[at + 2:at + 4], "big") & 0xfff
            self.vlan = tag if self.vlan is None else self.vlan
            at += 4
        kind, ip = frame[at:at + 2], frame[at + 2:]
        if kind == b"\x08\x00":
            self.read4(ip)
        elif kind == b"\x86\xdd":
            self.read6(ip)

    def read4(self, ip):
        if len(ip) < 20 or ip[0] >> 4 != 4 or ip[0] & 15 < 5:
            return
        head, total = 4 * (ip[0] & 15), int.from_bytes(ip[2:4], "big")
        if ip[9] != 112 or not head <= total <= len(ip) or \
                int.from_bytes(ip[6:8], "big") & 0xbfff or \
                not are_options(ip[20:head]):
            return
        self.fill(ip[12:16], ip[16:20], ip[8], ip[head:total])

    def read6(self, ip):
        length = int.from_bytes(ip[4:6], "big")
        if len(ip) < 40 + length or ip[0] >> 4 != 6 or ip[6] != 112:
            return
        self.fill(ip[8:24], ip[24:40], ip[7], ip[40:40 + length])

    def fill(self, source, target, ttl, payload):
        self.source = ipaddress.ip_address(source)
        self.target = ipaddress.ip_address(target)
        self.ttl, self.payload = ttl, payload
        self.is_plain = True

    def is_carp(self):
        """PROTOCOL 1.5, where there is no doubt."""
        return (self.is_plain and len(self.payload) == LENGTH
                and self.payload[0] == 0x21 and self.payload[3] == 7)
