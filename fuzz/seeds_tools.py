# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of the targets that are fed with more than frames (see make-seeds)."""
import json
import pathlib
import socket
import struct

import seeds_carpd

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "a-token-of-enough-characters"  # as in fuzz_http.c


def make_hmac(add):
    v4 = [b"\0" + socket.inet_aton(a) for a in
          ("10.0.0.9", "192.0.2.10", "10.0.0.9", "0.0.0.0",
           "255.255.255.255")]
    v6 = [b"\1" + socket.inet_pton(socket.AF_INET6, a) for a in
          ("fe80:3::1", "2001:db8::50", "ff02:3::12", "::",
           "2001:db8::5")]
    head = bytes([1]) + bytes(range(8)) + b"mekmitasdigoat".ljust(20, b"\0")
    mac = bytes.fromhex("020000000001")
    for profile in range(7):
        for name, addresses in (("one", v4[:1]), ("all", v4 + v6),
                                ("none", []), ("v6", v6[::-1])):
            add(f"{profile}-{name}", bytes([profile | 0x80]) + head + mac
                + b"".join(addresses))
    add("virtual-mac", bytes([2 | 0x80]) + head
        + bytes.fromhex("00005e000101") + v4[0])
    add("two-blocks", bytes([0]) + head + mac + b"".join(
        b"\0" + bytes([10, 0, 0, i]) for i in range(64)))


def make_ucarp(add):
    lines = {
        "all": "-i eth0 -s 10.0.0.2 --mcast=224.0.0.77 -v 0x2a -p secret -P "
               "-n -a 10.0.0.1 -b 2 -k 100 -u /up -d /down -r 5 -D -z -B -S "
               "-M -f local3 -x x",
        "long": "--interface=eth0 --srcip=10.0.0.2 --vhid=7 "
                "--pass=abcdefghijklmnop --addr=10.0.0.1/24 "
                "--addr=2001:db8::1 --preempt --neutral --advbase=0 "
                "--advskew=20 --upscript=up --downscript=down "
                "--deadratio=3 --shutdown --daemonize --ignoreifstate "
                "--nomcast --facility=daemon --xparam=x --debug",
        "short-names": "--int eth0 --vh 1 --pas x --add 10.0.0.1 --advs 255",
        "ranges": "-i e -v 256 -p x -a 10.0.0.1 -b 257 -k 300 -r 0",
        "wrong": "-i eth0 --vhid 1 -p x -a 10.0.0 --color word -q -a",
        "help": "--help", "missing": "-i",
        "twice": "-i e -v 1 -p aaaaaaaaaaaa -p bbbbbbbbbbbb -a 10.0.0.1"}
    for name, line in lines.items():
        add(name, line.replace(" ", "\0").encode())


def make_keys(add):
    def row(*columns):
        return b"\xff".join(columns) + b"\xff"
    add("plain", row(b"7", b"lab-secret", b"10.0.0.1, 2001:db8::1", b"auto",
                     b"lab"))
    add("hex", row(b"255", b"00112233445566778899aabbccddeeff01234567", b"",
                   b"openbsd-orig", b"")
        + row(b"1", b"0x00112233445566778899AABBCCDDEEFF01234567"))
    add("wrong", row(b"0", b"x") + row(b"256", b"x") + row(b"1", b"x", b"10")
        + row(b"1", b"x", b"10.0.0.1;10.0.0.1") + row(b"1", b"x", b"", b"y"))
    add("ucarp", row(b"1", b"x" * 20, b"", b"ucarp") + row(b"1", b"", b"",
                                                         b"ucarp"))
    add("nul", row(b"1", b"a\0b", b"", b"freebsd"))
    add("long-name", row(b"1", b"x", b"", b"", "ä".encode() * 40))
    add("many", row(b"1", b"x", b",".join(b"10.0.0.%d" % i
                                          for i in range(1, 67))))


def make_pcapng(add):
    def text(what):
        return bytes([len(what)]) + what
    frame = bytes(range(70))
    packet = (b"\5" + text(frame) + struct.pack(">Q", 1787400002 << 32)
              + b"\0" + text(b"a comment") + text(b"two"))
    head = text(b"carpmon 0.1") + text(b"what was found, as words. ")
    add("one", head + b"\0" + text(b"eth0") + packet)
    add("more", head + b"\3" + text(b"a") + text(b"b") + text(b"\xff\xfe")
        + text(b"") + packet * 3)
    add("long", text(b"") + text("ä€".encode() * 40) + b"\0" + text(b"x")
        + b"\xfe" + text(b"") + bytes(8) + b"\0" + text(
            "x€".encode() * 50) + text(b""))


def answers():
    """carpd's answers, as docs/CONTROL.md has them."""
    vhid = {
        "name": "lan", "id": "1@eth0", "interface": "eth0", "vhid": 1,
        "state": "MASTER", "state_seconds": 4.5, "reason": "preempting",
        "next": {"what": "advert", "seconds": 0.4}, "advbase": 1,
        "advskew": 100, "advertised_advskew": 240, "advertised_demote": 0,
        "preempt": True, "group": None, "profile": "freebsd", "vmac": "on",
        "replay": "alert", "addresses": ["10.0.0.1/24", "2001:db8::1/64"],
        "missing": ["10.0.0.1/24"], "device": "carp1", "source": "10.0.0.2",
        "source6": None, "peer": "224.0.0.18", "peer6": None,
        "master": "10.0.0.3", "demotion": 240,
        "master_detail": {"address": "10.0.0.3", "heard_seconds": 0.6},
        "demotions": [{"by": "hand", "amount": 240}], "transitions": 4,
        "preemptions": 1, "faults": ["the link is down: see ip link"],
        "peers": [{"address": "10.0.0.3", "advbase": 1, "advskew": 0,
                   "adverts": 7, "heard_seconds": 0.3, "key": "own",
                   "addresses": "own", "profile": "freebsd",
                   "counter": "moving", "replays": 2}],
        "stats": {"ipackets": 5}, "reasons": {"late": 1}}
    backup = dict(vhid, state="BACKUP", next={"what": "takeover",
                                              "seconds": 3.1})
    daemon = {"version": "0.1.0", "pid": 7, "uptime": 90061.5,
              "config": "/etc/carp/carp.conf", "demotion": 9}
    head = {"schema": 1, "ok": True}
    yield "show", dict(head, command="show", daemon=daemon,
                       vhids=[vhid, backup])
    yield "none", dict(head, command="show", daemon=daemon, vhids=[])
    yield "stats", dict(head, command="stats", vhids=[vhid],
                        stats={"ipackets": 5, "badauth": 1},
                        reasons={"no-vhid": 3, "bad\u001bname": 4})
    yield "done", dict(head, command="demote", vhids=["1@eth0", "2@eth0"])
    yield "reload", dict(head, command="reload", added=["a"], removed=[],
                         changed=["b"], unchanged=2, messages=["c: d"])
    yield "error", {"schema": 1, "ok": False,
                    "error": {"code": "busy", "text": "too many"}}
    when = {"schema": 1, "time": "2026-08-22T12:00:02.114000Z",
            "id": "1@eth0"}
    yield "transition", {**when, "event": "transition", "from": "BACKUP",
                         "to": "MASTER", "reason": "timed out",
                         "master": "10.0.0.3"}
    yield "demotion", {**when, "event": "demotion", "amount": 240,
                       "by": "hand", "demotion": 240}
    yield "hook", {**when, "event": "hook", "argv": ["/up", "eth0"],
                   "end": "exit", "code": 1}
    yield "lost", {**when, "event": "lost", "count": 5}
    yield "fault", {**when, "event": "fault", "resolved": True,
                    "text": "x\nthe link"}


def make_answer(add):
    lines = {name: json.dumps(answer).encode() + b"\n"
             for name, answer in answers()}
    for name, line in lines.items():
        add(name, line)
    add("stream", lines["done"] + lines["transition"] + lines["hook"])
    add("deep", b"[" * 3000 + b"\n")
    add("comment", b'/*"*/' + b"[" * 3000 + b'"\n')
    add("no-object", b"[1]\n\"x\"\nnull\n\n")
    add("numbers", b'{"vhids":[{"state_seconds":1e300,"vhid":1e30,'
        b'"advskew":-1,"next":{"what":"advert","seconds":-5}}]}\n')


def make_control(add):
    say = {
        "show": {"command": "show"}, "one": {"command": "show", "vhid": "a"},
        "stats": {"command": "stats"}, "promote": {"command": "promote"},
        "demote": {"command": "demote", "amount": 240},
        "state": {"command": "state", "state": "master"},
        "reload": {"command": "reload"}, "watch": {"command": "watch"},
        "range": {"command": "demote", "amount": 256},
        "member": {"command": "show", "amount": 1},
        "unknown": {"command": "shout"}, "text": {"command": 1}}
    lines = [json.dumps(line).encode() + b"\n" for line in say.values()]
    for name, line in zip(say, lines):
        add(name, line)
    add("all", b"".join(lines[:7]))
    add("apart", b"\xff".join(lines))
    add("two-watch", lines[7] + b"\xfe" + lines[7] + lines[0])
    add("cut", lines[0][:9] + b"\xff" + lines[0][9:])
    add("again", lines[7] + b"\xfd" + lines[0])
    add("deep", b"[" * 2000 + b"\n")
    add("long", b"x" * 4095 + b"\xff" + b"y\n")
    add("nul", b"{\0}\n\n")


def attribute(kind, payload):
    head = struct.pack("=HH", 4 + len(payload), kind)
    return head + payload + bytes(-len(payload) % 4)


def message(kind, payload, sequence=7, flags=0):
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence,
                       0) + payload


def link(index, name, kind, *more, new=True, flags=0x10043):
    """RTM_NEWLINK or RTM_DELLINK."""
    head = struct.pack("=BxHiII", 0, 1, index, flags, 0)
    info = attribute(18, attribute(1, kind) + attribute(2, b""))
    conf = attribute(26, attribute(2, attribute(1, bytes(33 * 4))))
    return message(16 if new else 17, head + attribute(3, name + b"\0")
                   + attribute(1, b"\2\0\0\0\0\1")
                   + attribute(4, struct.pack("=I", 1500)) + info + conf
                   + b"".join(more))


def address(index, text, prefix, *more, new=True):
    """RTM_NEWADDR or RTM_DELADDR."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    octets = socket.inet_pton(family, text)
    head = struct.pack("=BBBBI", family, prefix, 0, 0, index)
    return message(20 if new else 21, head + attribute(1, octets)
                   + attribute(8, struct.pack("=I", 0x80)) + b"".join(more))


def make_netlink(add):
    own = attribute(11, b"\x70")
    peer = attribute(2, bytes([10, 0, 0, 9]))
    eth = link(2, b"eth0", b"", attribute(20, b"alias\0"))
    mac = link(3, b"carp1", b"macvlan", attribute(5, struct.pack("=I", 2)),
               attribute(27, struct.pack("=I", 5)))
    a4, a6 = address(2, "10.0.0.1", 24, peer), address(3, "fe80::1", 64, own)
    gone = link(2, b"eth0", b"", new=False)
    done = message(3, bytes(4), flags=2)
    refused = message(2, struct.pack("=i", -17) + bytes(16) + attribute(
        1, b"Device exists\0"), flags=0x200)
    worst = message(2, struct.pack("=i", -2**31) + bytes(16), sequence=8)
    for name, data in {
            "link": eth, "macvlan": eth + mac, "address": eth + a4,
            "all": eth + mac + a4 + a6 + done,
            "renamed": eth + link(2, b"lan0", b"veth", flags=2),
            "gone": eth + a4 + a6 + gone,
            "deleted": a4 + address(2, "10.0.0.1", 24, new=False),
            "answers": refused + worst, "prefix": address(2, "10.0.0.1", 99),
            "endless": b"\xff\xff\xff\xff" + eth[4:],
            "cut": (eth + a4)[:-6]}.items():
        add(name, data + b"\0")
        add(name + "-dump", data + b"\1")


def make_store(add):
    text = (b"carpd-state 1\n"
            b"counter 1@eth0 0123456789abcdef 0123456789abcdff\n"
            b"seen 1@eth0 0123456789abcdef-0123456789abcdff\n"
            b"seen 1@eth0 ffffffffffffff00-ffffffffffffffff\n"
            b"skipped 1@eth0 0123456789abcdf0-0123456789abcdfe\n"
            b"peer 1@eth0 10.0.0.2 moving 0123456789abcdef\n"
            b"peer 1@eth0 fe80::1 constant 0000000000000001\n"
            b"counter 2@eth0 0000000000000000 0000000000000000\n")
    add("file", text)
    add("wrong", text.replace(b"-", b" ").replace(b"moving", b"x"))
    add("cut", text[:-9])
    add("back", text + b"seen 1@eth0 0000000000000009-"
        b"0000000000000001\nseen 1@eth0 +000000000000001-0000000000000002\n")


def make_vif_state(add):
    text = (b"[parent eth0]\narp_ignore=0;1;\narp_announce=1;2;\n"
            b"[macvlan carp7-eth0]\nmade=true\n"
            b"[address eth1]\nlist=10.0.0.50;2001:db8::50;\n"
            b"[parent eth1]\npromote_secondaries=0;1;\n")
    add("file", text)
    add("twice", text + b"[parent eth1]\n" + b"arp_ignore=0;1\n" * 4)
    add("elsewhere", text + b"[carpd]\nboot=x\nnet=1\n")
    add("wrong", text.replace(b";", b";-").replace(b"eth", b"eth" * 5))
    add("whole", b"[carpd]\nformat=1\nboot=x\nnet=4026531840\n" + text)
    add("cut", text[:-9])


def make_counter(add):
    add("set", b"\0" + bytes(range(200)))
    add("ends", b"\0" + b"".join(bytes([0, place, n]) for place in range(7)
                                 for n in (0, 255)))
    add("spans", b"\0" + b"".join(bytes([1, a, n, b, n]) for a in range(7)
                                  for b in range(7) for n in (0, 1)))
    eight = bytes(range(1, 9))
    send = b"\x10" + eight + b"\1" + eight
    add("lone", b"\1" + eight + send * 10)
    add("pair", b"\1" + eight + (send + b"\2\5\1\0" + b"\5") * 8)
    add("restarts", b"\1" + eight + (send + b"\7") * 8)
    add("replayed", b"\1" + eight + send + (b"\3\4\7\1\0\4\0\2\1") * 9)
    add("parted", b"\1" + eight + (send + b"\6\2\0\1\0") * 6)
    add("high", b"\1" + b"\xff" * 8 + (b"\3\6\xff\1\0" + send) * 6)


def make_http(add):
    def ask(line, *headers):
        return "\r\n".join([line + " HTTP/1.1", "Host: localhost", *headers,
                            "", ""]).encode()
    bearer = "Authorization: Bearer " + TOKEN
    for number, url in enumerate([
            "/", "/page.css", "/page.js", "/metrics", "/healthz",
            "/api/v1/state", "/api/v1/row?key=0-0-4-1", "/api/v1/row",
            "/api/v1/row?key=0-0-4-999999999999999999999", "/nothing",
            "/api/v1/findings", "/api/v1/events?after=5", "/../x",
            "/api/v1/events?after=-1", "/api/v1/stream?after=3"]):
        add(f"get-{number:02}", b"\0" + ask("GET " + url))
        add(f"token-{number:02}", b"\1" + ask("GET " + url, bearer))
        add(f"none-{number:02}", b"\1" + ask("GET " + url))
    state = "/api/v1/state"
    add("head", b"\0" + ask("HEAD " + state))
    add("post", b"\0" + ask("POST " + state, "Content-Length: 3") + b"abc")
    add("pipelined", b"\0" + ask("GET /healthz") * 3)
    add("bearer", b"\1" + ask("GET " + state, bearer[:-1]))
    add("case", b"\1" + ask("GET " + state, bearer.replace("Bear", "bEAR")))
    for number, host in enumerate([
            "evil.example", "[::1]:9112", "127.0.0.1:1", "[::1", "]", ":",
            "", "localhost:x", "0x7f.1"]):
        add(f"host-{number}", b"\0" + ask("GET " + state).replace(
            b"localhost", host.encode()))
    add("cut", b"\0" + ask("GET " + state)[:20])
    add("chunked", b"\0" + ask("GET " + state, "Transfer-Encoding: chunked")
        + b"3\r\nabc\r\n0\r\n\r\n")


def make_api(add):
    def advert(host, vhid, time, skew=0, step=1, op=0):
        return bytes([op, time, 0x40 | host, vhid, skew, 1, step])
    pair = b"".join(advert(1 + i % 2, 0, 0x82) for i in range(20))
    add("pair", b"".join(advert(1, 0, 0x81) for i in range(12)))
    add("dual", pair)
    add("kinds", b"".join(advert(i, i % 8, 0x81, i * 8, 3, i % 8 | (i % 8) << 4)
                          for i in range(32)) + b"\x09\xc1")
    add("arp", pair + bytes([0x0a, 1, 3, 0x8a, 1, 4, 0x0b, 1, 5]))
    add("silence", advert(1, 0, 0x81) * 5 + b"\x09\xc2\x09\xc2")
    add("blind", pair + b"\x0c\x81\x20\x0d\x01\x55\x09\x85")
    add("raw", b"\x08\x41\x20" + bytes(range(32)) + b"\x28\x41\x14"
        + bytes.fromhex("4500003800010000ff70000001020304e0000012"))
    add("two-wires", b"".join(advert(1 | (i % 2) << 7, i % 3, 0x81)
                              for i in range(24)))
    # What a user does meanwhile: an op of 9 with a number above it.
    turn, new_keys, old_keys = b"\x19\0\0", b"\x29\0\2", b"\x29\0\1"
    add("reload", pair + turn + new_keys + pair + turn + old_keys + pair)
    add("forget", pair + b"\x39\xff\x40" + pair + b"\x39\xc1\x01")
    for how in (1, 6, 10, 20, 28):
        add(f"flood-{how}", pair[:70] + bytes([0x49, 0x81, 120, how])
            + b"\x59\0\1\x29" + bytes([0x49, 0x81, 90, how ^ 3]) + turn)
    add("spans", pair[:7] + bytes([0x49, 0x81, 255, 0x10]) * 3 + b"\x09\x81")
    # More rows than the model keeps, and then others in their place.
    add("rows", b"".join(advert(1 | wire << 7, vlan, 0x81)
                         + bytes([0x49, 0x81, 255, 2 | wire << 7])
                         for wire in (0, 1) for vlan in (0, 8))
        + b"\x09\xc1" + advert(2, 0, 0x81) + bytes([0x49, 0x81, 99, 6]))
    add("keys", pair + b"".join(bytes([0x59, 0x41, key, size])
                                for key in (0, 1, 5, 2, 3)
                                for size in (0, 7, 40, 95)))
    add("clock", (pair[:28] + b"\x69\x81\xa0" + turn) * 4)
    add("watched", b"\x79\0\0\x89\xff\0\x89\xff\0" + pair)


def make_inject(add):
    lines = {
        "plain": "password=love\naddress=10.0.0.9\ncounter=0x1234\n"
                 "advskew=100\nadvbase=1\nvhid=7",
        "ipv6": "source=fe80::7\nflow-label=0xabcde\nfamily=ipv6\n"
                "address=2001:db8::1/64\nprofile=openbsd\nttl=64",
        "tags": "vlan=5\nvlan-prio=7\nvlan-dei=1\ninner-vlan=4095\n"
                "inner-tpid=0x88a8\nvlan-tpid=0x9100",
        "lies": "checksum=bad\nip-checksum=bad\ndigest=bad\nip-len=9\n"
                "ip-hl=15\nip-version=6\ncarp-version=3\ntype=2\nauthlen=0",
        "hex": "digest=" + "ab" * 20 + "\nkey-hex=" + "01" * 20
               + "\ntrailer-hex=0011ff\npayload-len=60\nlladdr=020000000001",
        "cut": "payload-len=7\ntrailer-hex=" + "00" * 1024,
        "macs": "eth-dst=ff:ff:ff:ff:ff:ff\neth-src=virtual\neth-src=real\n"
                "eth-src=020000000001\nprofile=ucarp",
        "counters": "counter=random\ncounter=constant:0x7\n"
                    "counter=start+1:9\nhash-vhid=9",
        "wrong": "ttl=256\nvhid=-1\nsource=10.0.0\ndigest=ab\nttl=0x\n"
                 "trailer-hex=abc\naddress=10.0.0.1/33\nnothing=1\nx",
        "families": "source=10.0.0.1\ndest=ff02::12"}
    for name, text in lines.items():
        add(name, text.encode())


def make_play(add, frames):
    script = (b"role r\ntest pass p\nexpect advert vhid=79 within 2s as a\n"
              b"expect advert counter=a.counter+1 within 2s as b\n"
              b"measure a to b between 0.5s 1.5s\nsend r advskew=50 as s\n"
              b"silence arp for 2s\nreplay s count=5 every=1s\n"
              b"test other o\nstart r every=100ms\ncount frame for 3s between "
              b"0 9\nask 10.0.0.9\ncontrol start\nstop\nflush\n"
              b"differs ucarp 1.2 why wait 1s\ncheck s advskew=50\n"
              b"test last l\ncontrol stop\nwait 1s\n")
    heard = b"".join(bytes([40, len(frame)]) + frame for frame in frames)
    add("script", script + b"\xff" + heard)
    add("silent", script)
    for kind in (b"advert", b"arp", b"na", b"ns", b"vrrp", b"frame"):
        add(kind.decode(), b"test a b\nexpect " + kind + b" within 20s as x\n"
            b"count " + kind + b" for 9s between 1 5\n\xff" + heard)
    add("name", b"test a b\ncheck x ttl=255\nreplay x\nmeasure x to y "
        b"between 0s 1s\n")
    named = b"test a b\nexpect advert within 20s as a\n"
    add("check", named + b"check a " + b" ".join(
        b"version=2 type=1 vhid=79 advskew<=255 authlen=7 demote>=0 advbase<9 "
        b"checksum!=7 counter>1 digest!=a.digest hmac=bad valid=yes "
        b"eth-src!=02:00:00:00:00:01 eth-dst=a.eth-dst vlan=0 length=36..56 "
        b"family=4 source!=10.0.0.9 dest=224.0.0.18 ttl=255 tos>1 ip-id!=0 "
        b"df=1".split()) + b"\n\xff" + heard)
    for kind, fields in {
            b"arp": b"op=request sender=10.0.0.1 target!=a.sender "
                    b"sender-mac!=00:00:5e:00:01:01 target-mac=a.target-mac "
                    b"gratuitous=yes",
            b"na": b"target!=fe80::1 lladdr!=02:00:00:00:00:01 router=0 "
                   b"solicited=0 override=1",
            b"ns": b"target!=fe80::1 lladdr=a.lladdr",
            b"vrrp": b"version=2..3 vhid>0 source!=10.0.0.1"}.items():
        add("check-" + kind.decode(), b"test a b\nexpect " + kind
            + b" within 20s as a\ncheck a " + fields + b"\n\xff" + heard)
    add("measure", named + b"expect advert within 9s as b\n"
        b"measure a to b between 0s 9s\nmeasure b to a between 1s 2s\n"
        b"measure a to b between 7s 8s\n\xff" + heard)
    for text in (b"", b"\n"):
        add("differs" + str(len(text)), b"test a b\ncite 3.2\n"
            b"expect advert vhid=9 within 1s as a\n"
            b"differs openbsd 3.2 \"it # waits\" silence vrrp for 9s\n"
            b"differs ucarp 3.2 \"<rounds> up\" silence arp for 1ms\n"
            b"test c d\nskip ucarp 1.1 \"not & for 'it'\"\nflush\n" + text)
    add("when", b"var n = 3\ntest a b\nrequire $n = 4 why\nrepeat $n\n"
        b"wait ${i}s\nend\ntest c d\nif $n != 4\nflush\nend\ndefine x\n"
        b"wait 1s\nend\ndo x\n")
    add("times", b"role r\ntest a b\nsend r count=100000 every=0s\n"
        b"start r every=1ms\nwait 999999999s\n")


def make_sim(add):
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.sim")):
        add(path.stem, path.read_bytes())
    # Short ones, for these alone are run.
    events = (b"at 0 start A\nat 0.5 start B\nat 1 start C\nat 1 start D\n"
              b"at 4 attack 5\nat 5 crash A\nat 6 lose-write A\n"
              b"at 7 start A\nat 9 stop A\nat 10 forget A\nat 11 start A\n"
              b"at 13 pause A\nat 15 resume A\nat 16 link-down B\n"
              b"at 17 link-up B\nat 18 demote A 240\nat 19 promote B\n"
              b"at 20 backup B\nat 21 cut-from A B ipv4\nat 22 loss 100\n"
              b"at 23 heal\nat 24 loss 0\nat 25 attack 0\nend 30\n")
    add("events", b"node A carpd 1/0 preempt dual replay=strict store=2\n"
        b"node B carpd-openbsd 1/100 dual\nnode C ucarp 1/50\n"
        b"node D openbsd 1/20\n" + events)
    add("events-kernels", b"node A carpd 0/50 preempt replay=strict store=3\n"
        b"node B freebsd 1/0 preempt\nnode C netbsd 1/100 ipv6\n"
        b"node D dragonfly 1/100 drift=100\nduplicate 50\njitter 5ms\n"
        + events)


def make(seeds, frames):
    """@seeds target -> function (name, octets)."""
    for target in ("hmac", "ucarp", "keys", "pcapng", "answer", "control",
                   "netlink", "store", "vif_state",
                   "counter", "http", "api", "inject", "sim"):
        globals()["make_" + target](seeds(target))
    seeds_carpd.make(seeds("carpd"), frames)
    make_play(seeds("play"), frames)
