# SPDX-License-Identifier: BSD-2-Clause
"""Small captures made of one real advert: wrapped, cut, in pieces."""
import struct

from wireshark import CAPTURES

ETHERNET, RAW = 1, 101


def read(name):
    """[(seconds, frame)] of an Ethernet capture in captures/."""
    data = (CAPTURES / f"{name}.pcap").read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    frames, at = [], 24
    while at < len(data):
        secs, usecs, captured, _ = struct.unpack_from(order + "IIII", data, at)
        frames.append((secs + usecs / 1e6, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return frames


def write(path, frames, link=ETHERNET, snaplen=65535):
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link)]
    for when, frame in frames:
        cut = frame[:snaplen]
        out.append(struct.pack("<IIII", int(when),
                               int(round(when % 1 * 1e6)), len(cut),
                               len(frame)) + cut)
    path.write_bytes(b"".join(out))
    path.chmod(0o644)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(protocol, payload, source, target, ttl=255, ident=1, fragment=0):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident,
                       fragment, ttl, protocol, 0, source, target)
    return (head[:10] + struct.pack(">H", checksum(head)) + head[12:]
            + payload)


def ipv6(payload, source, target, extension=False):
    following = 112
    if extension:
        payload = bytes([112, 0, 1, 4, 0, 0, 0, 0]) + payload
        following = 60
    return struct.pack(">IHBB16s16s", 6 << 28, len(payload), following, 255,
                       source, target) + payload


def adverts(name="ucarp-election"):
    """[(seconds, Ethernet header, IP packet)] of the IPv4 adverts."""
    return [(when, frame[:14], frame[14:14 + 56])
            for when, frame in read(name)
            if frame[12:14] == b"\x08\x00" and frame[23] == 112]
