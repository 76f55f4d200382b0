# SPDX-License-Identifier: BSD-2-Clause
"""A wire with as many virtual hosts as wanted, and carpmon listening on it.

Everything happens in the network namespace in which the tests run (see run): a veth pair whose
one end sends adverts and whose other end carpmon watches.
"""
import hashlib
import hmac
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("CARPMON") or str(ROOT / "build" / "release" / "bin" / "carpmon")
PASSWORD = b"page-secret"
_numbers = itertools.count()


def checksum(octets):
    """The Internet checksum."""
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def virtual_address(vhid):
    """The one address of a vhid here."""
    return "10.77.%d.50" % (vhid % 256)


def advert(vhid, source, skew, counter, password=PASSWORD):
    """An Ethernet frame with one signed IPv4 advert, as FreeBSD sends it."""
    number = struct.pack("!Q", counter % 2**64)
    digest = hmac.new(password.ljust(20, b"\0"), b"\2\1" + bytes([vhid])
                      + socket.inet_aton(virtual_address(vhid)) + number, hashlib.sha1).digest()
    carp = struct.pack("!BBBBBBH", 0x21, vhid, skew, 7, 0, 1, 0) + number + digest
    carp = carp[:6] + struct.pack("!H", checksum(carp)) + carp[8:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0x10, 20 + len(carp), 0, 0x4000, 255, 112, 0,
                       socket.inet_aton(source), socket.inet_aton("224.0.0.18"))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return bytes.fromhex("01005e000012" "00005e0001%02x" "0800" % vhid) + head + carp


def garp(vhid):
    """A gratuitous ARP for the vhid's address from its virtual MAC."""
    mac = bytes.fromhex("00005e0001%02x" % vhid)
    address = socket.inet_aton(virtual_address(vhid))
    return (b"\xff" * 6 + mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
            + mac + address + b"\0" * 6 + address)


def conf(vhids):
    """carp.conf for them."""
    return "".join('[vhid "v%d"]\nvhid = %d\naddresses = %s\npassword = %s\n'
                   % (vhid, vhid, virtual_address(vhid), PASSWORD.decode()) for vhid in vhids)


class Master:
    """Somebody who advertises a vhid until told to stop."""

    def __init__(self, vhid, source, skew=0, counter=1, password=PASSWORD, follow=None):
        self.vhid = vhid
        self.source = source
        self.skew = skew
        self.counter = counter
        self.password = password
        self.follow = follow    # a Master whose adverts it hears
        self.due = time.monotonic() + (vhid % 50) / 60

    def frame(self):
        """The next advert."""
        if self.follow is not None:
            self.counter = self.follow.counter
        self.counter += 1
        return advert(self.vhid, self.source, self.skew, self.counter, self.password)


class Wire:
    """The veth pair, and a thread that sends for every Master."""

    def __init__(self):
        self.near, self.far = (f"pw{next(_numbers)}{end}" for end in "ab")
        for argv in (["link", "add", "name", self.near, "type", "veth", "peer", "name", self.far],
                     ["link", "set", "dev", self.near, "up"],
                     ["link", "set", "dev", self.far, "up"]):
            subprocess.run(["ip", *argv], check=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((self.near, 0))
        self.masters = []
        self.lock = threading.Lock()
        self.is_open = True
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.is_open = False
        self.thread.join(5)
        self.socket.close()
        subprocess.run(["ip", "link", "del", "dev", self.near], check=False)

    def _send(self):
        while self.is_open:
            now = time.monotonic()
            with self.lock:
                due = [m for m in self.masters if m.due <= now]
                for master in due:
                    self.socket.send(master.frame())
                    master.due = max(master.due + 1 + master.skew / 256, now)
            time.sleep(0.01)

    def start(self, *masters):
        """Let them advertise."""
        with self.lock:
            self.masters.extend(masters)
        return masters[0]

    def stop(self, master):
        """Let one fall silent."""
        with self.lock:
            self.masters.remove(master)


class Carpmon:
    """carpmon on the wire with a listener; `get` asks it."""

    def __init__(self, wire, directory, *options, vhids=(), listen=":0",
                 segment="lan"):
        self.directory = pathlib.Path(directory)
        argv = [PROGRAM, "-i", f"{segment}={wire.far}", "--format", "json", "--listen", listen]
        if vhids:
            path = self.directory / "carp.conf"
            path.write_text(conf(vhids))
            path.chmod(0o600)
            argv += ["-c", str(path)]
        self.errors = self.directory / "stderr"
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen([*argv, *options], stdout=subprocess.DEVNULL,
                                            stderr=errors)
        self.url = wait_for("carpmon listens", self._find_url)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stop()

    def _find_url(self):
        if self.process.poll() is not None:
            raise AssertionError("carpmon ended: " + self.errors.read_text())
        found = re.search(r"http://\S+:\d+/", self.errors.read_text())
        return found and found.group(0)

    def stop(self, number=signal.SIGINT):
        """End it; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(10)

    def get(self, path, **headers):
        """(status, headers, body)"""
        request = urllib.request.Request(self.url + path,
                                         headers={k.replace("_", "-"): v
                                                  for k, v in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def json(self, path, **headers):
        """The object at a path."""
        status, _headers, body = self.get(path, **headers)
        assert status == 200, (path, status, body)
        return json.loads(body)


def wait_for(what, predicate, timeout=15.0, every=0.1):
    """Call predicate() until it is true; its value."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(every)
