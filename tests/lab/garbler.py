# SPDX-License-Identifier: BSD-2-Clause
"""Sends damaged copies of recorded frames as fast as it can: any protocol, any octet.

    garbler.py IFACE SEED COUNT CAPTURE…
"""
import pathlib
import random
import socket
import struct
import sys

ETHERNET = 1


def frames_of(path):
    """The Ethernet frames of a pcap file; none of another kind of file."""
    data = pathlib.Path(path).read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(data[:4])
    if order is None or struct.unpack_from(order + "I", data, 20)[0] & 0xffff != ETHERNET:
        return
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def damaged(rng, frame):
    """The frame cut, lengthened, with some octets others than they were."""
    out = bytearray(frame)
    kind = rng.random()
    if kind < 0.2:
        out = out[:rng.randrange(14, len(out) + 1)]
    elif kind < 0.3:
        out += rng.randbytes(rng.randrange(1, 1500 - len(out)))
    for _ in range(rng.choice((0, 1, 1, 2, 4, 16))):
        out[rng.randrange(12, len(out))] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
    return bytes(out)


def main(interface, seed, count, *captures):
    """Everything that is no longer than an MTU allows."""
    rng = random.Random(int(seed))
    frames = [frame for path in sorted(captures) for frame in frames_of(path)
              if 14 < len(frame) < 1000]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind((interface, 0))
    for _ in range(int(count)):
        wire.send(damaged(rng, rng.choice(frames)))
    print("sent %s damaged copies of %d frames" % (count, len(frames)))


if __name__ == "__main__":
    main(*sys.argv[1:])
