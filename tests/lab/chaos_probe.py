# SPDX-License-Identifier: BSD-2-Clause
"""A client that pings addresses all the time and writes down what it sees.

    chaos_probe.py IFACE SECONDS ADDRESS…

pings every address each SECONDS through the kernel, so with its ARP cache.  Lines, TIME in epoch
seconds as the kernel received the frame:

    echo TIME ADDRESS MAC       an answer
    advert TIME SOURCE VHID ADVBASE ADVSKEW
    late TIME SECONDS           the machine let this program wait for so long
"""
import select
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
ICMP, CARP = 1, 112


def _checksum(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _echo_request():
    blank = struct.pack("!BBHHH", 8, 0, 0, 0x4341, 1)
    return blank[:2] + struct.pack("!H", _checksum(blank)) + blank[4:]


def _tell(frame, when):
    source, body = socket.inet_ntoa(frame[26:30]), frame[34:]
    if frame[23] == ICMP and body[:1] == b"\0":
        print("echo %.6f %s %s" % (when, source, frame[6:12].hex(":")))
    elif frame[23] == CARP and len(body) >= 6:
        print("advert %.6f %s %d %d %d" % (when, source, body[1], body[5], body[2]))


def _main(interface, every, *addresses):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    wire.bind((interface, 0x0800))
    wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    wire.setblocking(False)
    ping = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    ping.setblocking(False)
    request, due = _echo_request(), time.monotonic()
    while True:
        select.select([wire], [], [], max(0, due - time.monotonic()))
        late = time.monotonic() - due
        if late >= 0:
            for address in addresses:
                try:
                    ping.sendto(request, (address, 0))
                except OSError:
                    pass        # its ARP queue is full, or nobody has answered: no echo then
            if late > 0.05:
                print("late %.6f %.3f" % (time.time(), late))
            due = max(due + float(every), time.monotonic())
        try:
            while True:
                frame, extra, _flags, _from = wire.recvmsg(128, 64)
                seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
                _tell(frame, seconds + nanoseconds / 1e9)
        except BlockingIOError:
            pass
        sys.stdout.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
