# SPDX-License-Identifier: BSD-2-Clause
"""What is CARP, what is not, and how it looks in every wrapping."""
import json
import struct

import pytest

import packets

ANY112 = "ip.proto == 112 || ipv6.nxt == 112"
KEY = ["-o", 'uat:carp_keys:"79","lab-secret","10.79.0.50","ucarp","lab key"']
SEEN = ["_ws.col.Protocol", "carp.vhid", "carp.hmac.status",
        "carp.checksum.status"]
GROUP4 = bytes([224, 0, 0, 18])
GROUP6 = bytes.fromhex("ff020000000000000000000000000012")
LOCAL6 = bytes.fromhex("fe800000000000000000000000000001")


def seen(world, frames, *options, link=packets.ETHERNET, snaplen=65535,
         name="made.pcap"):
    packets.write(world.folder / "work" / name, frames, link, snaplen)
    return world.fields(name, SEEN, *KEY, *options)


def wrapped(wrap):
    return [(when, wrap(header, packet))
            for when, header, packet in packets.adverts()]


def vlan(header, packet):
    return header[:12] + b"\x81\x00\x00\x07" + header[12:] + packet


def qinq(header, packet):
    return (header[:12] + b"\x88\xa8\x00\x05\x81\x00\x00\x07" + header[12:]
            + packet)


def gre(header, packet):
    return header + packets.ipv4(47, b"\x00\x00\x08\x00" + packet,
                                 bytes([192, 0, 2, 1]),
                                 bytes([192, 0, 2, 2]), 64)


def vxlan(header, packet):
    inner = b"\x08\x00\x00\x00\x00\x00\x2a\x00" + header + packet
    udp = struct.pack(">HHHH", 4789, 4789, 8 + len(inner), 0) + inner
    return header + packets.ipv4(17, udp, bytes([192, 0, 2, 1]),
                                 bytes([192, 0, 2, 2]), 64)


def in_ipv6(header, packet):
    return header[:12] + b"\x86\xdd" + packets.ipv6(packet[20:], LOCAL6,
                                                    GROUP6)


def behind_extension(header, packet):
    return header[:12] + b"\x86\xdd" + packets.ipv6(packet[20:], LOCAL6,
                                                    GROUP6, True)


@pytest.mark.parametrize("wrap", [vlan, qinq, gre, vxlan, in_ipv6,
                                  behind_extension])
def test_wrappings(world, wrap):
    rows = seen(world, wrapped(wrap))
    assert rows and all(row == [["CARP"], ["79"], ["1"], ["1"]]
                        for row in rows), rows[0]


def test_raw_link_type(world):
    rows = seen(world, wrapped(lambda header, packet: packet),
                link=packets.RAW)
    assert rows and all(row[2] == ["1"] for row in rows)


def test_fragments(world):
    frames = []
    for number, (when, header, packet) in enumerate(packets.adverts()):
        source, payload = packet[12:16], packet[20:]
        for part, more in ((payload[:16], 0x2000), (payload[16:], 2)):
            frames.append((when, header + packets.ipv4(
                112, part, source, GROUP4, ident=number + 1, fragment=more)))
    rows = seen(world, frames, "-Y", "carp")
    assert len(rows) == len(packets.adverts())
    assert all(row[0] == ["CARP"] and row[2] == ["1"] for row in rows)


@pytest.mark.parametrize("captured", [4, 6, 10, 20, 35])
def test_cut_by_the_capture(world, captured):
    frames = wrapped(lambda header, packet: header + packet)
    rows = seen(world, frames, snaplen=14 + 20 + captured)
    assert all(row[0] == ["CARP"] and row[1] == ["79"] for row in rows)
    assert all(row[2] == ["2"] for row in rows), "unverified"
    text = world.tshark("made.pcap", *KEY, "-V", "-O", "carp").stdout
    assert text.count("size limited during capture") == len(frames)
    assert "Malformed" not in text
    assert "the capture cut the advert" in text


def test_trailing_octets(world):
    frames = []
    for when, header, packet in packets.adverts():
        frames.append((when, header + packets.ipv4(
            112, packet[20:] + b"trailing", packet[12:16], GROUP4)))
    rows = seen(world, frames)
    assert all(row == [["CARP"], ["79"], ["1"], ["1"]] for row in rows)
    malformed = world.fields("made.pcap", ["carp.trailing",
                                           "carp.analysis.finding"])
    assert all(row[0] == ["747261696c696e67"] for row in malformed)
    assert malformed[0][1] == ["MALFORMED"]


def test_classic_fields_keep_names_and_types(world, make_world):
    def of(one):
        text = one.run("tshark", "-G", "fields").stdout
        return {line.split("\t")[2]: line for line in text.splitlines()
                if line.startswith("F\tF\t") is False
                and line.split("\t")[2:3]
                and line.split("\t")[2].startswith("carp.")}

    with_plugin, stock = of(world), of(make_world(plugin=False))
    assert set(stock) < set(with_plugin)
    assert {name: with_plugin[name] for name in stock} == stock


def test_classic_values_are_those_of_wireshark(world, make_world):
    names = ["carp.typever", "carp.version", "carp.type", "carp.vhid",
             "carp.advskew", "carp.authlen", "carp.demotion",
             "carp.adver_int", "carp.checksum", "carp.checksum.status",
             "carp.counter", "carp.hmac"]
    stock = make_world(plugin=False)
    for capture in ("netbsd-vs-ucarp", "openbsd-04a-demote-ob-ob",
                    "netbsd-v6only"):
        ours = world.fields(capture, names, "-Y", "carp.vhid", keys=False)
        theirs = stock.fields(capture, names, "-Y", "carp.vhid", "-d",
                              "ip.proto==112,carp", keys=False)
        assert ours == theirs and ours


def tree(one, capture, *options):
    """{number: dissection} of the packets that show VRRP."""
    text = one.tshark(capture, "-T", "json", "-x", *options,
                      keys=False).stdout
    layers = [packet["_source"]["layers"] for packet in json.loads(text)]
    return {each["frame"]["frame.number"]: each for each in layers
            if "vrrp" in each}


VRRP = ["keepalived-v2-beside", "keepalived-v3-beside", "vrrp-same-id",
        "vrrp2-five-addresses", "vrrp2-seven-addresses", "freebsd15-vrrp3"]


@pytest.mark.parametrize("capture", VRRP)
def test_vrrp_is_untouched(world, make_world, capture):
    """Every octet of the dissection as without the plugin, whatever way."""
    stock = tree(make_world(plugin=False), capture)
    for options in ([], ["-o", "ip.try_heuristic_first:TRUE"],
                    ["-d", "ip.proto==112,carp"]):
        ours = tree(world, capture, *options)
        assert ours
        for number, layers in ours.items():
            layers.pop("carp", None)  # findings that are told here
            assert layers == stock[number]


def test_explicit_decode_as_vrrp_is_respected(world):
    rows = world.fields("ucarp-election", ["_ws.col.Protocol"], "-Y", ANY112,
                        "-d", "ip.proto==112,vrrp")
    assert rows and all(row[0] == ["VRRP"] for row in rows)


def test_saved_decode_as(fresh):
    """Whoever cured the old trouble by hand gets this dissector as well."""
    saved = fresh.folder / "config" / "decode_as_entries"
    saved.write_text("decode_as_entry: ip.proto,112,VRRP,CARP\n")
    saved.chmod(0o644)
    rows = fresh.fields("ucarp-election", SEEN, *KEY, "-Y", ANY112,
                        keys=False)
    assert rows and all(row[0] == ["CARP"] and row[2] == ["1"]
                        for row in rows)
    rows = fresh.fields("vrrp-same-id", ["_ws.col.Protocol"], "-Y", "vrrp")
    assert len(rows) == 14


def test_disabled_protocols(world):
    rows = world.fields("vrrp-same-id", ["_ws.col.Protocol"], "-Y", ANY112,
                        "--disable-protocol", "carp")
    assert [row[0][0] for row in rows].count("VRRP") == 14
    rows = world.fields("vrrp-same-id", ["_ws.col.Protocol"], "-Y", ANY112,
                        "--disable-protocol", "vrrp")
    assert [row[0][0] for row in rows].count("CARP") == 18


def test_filters_of_both_idioms(world):
    for one, other in (("carp.hmac.status == 1", 'carp.hmac.status == "Good"'),
                       ("carp.hmac.status == 0", 'carp.hmac.status == "Bad"'),
                       ('carp.analysis.role == "MASTER"',
                        "carp.analysis.role matches \"^MAST\"")):
        first = world.fields("ucarp-wrong-address", ["frame.number"], "-Y",
                             one)
        assert first == world.fields("ucarp-wrong-address", ["frame.number"],
                                     "-Y", other)
        assert first


def test_info_column(world):
    rows = world.fields("ucarp-wrong-address", ["_ws.col.Info"], "-Y", "carp")
    lines = [row[0][0] for row in rows]
    assert lines[0] == "CARP vhid 79 MASTER 10.79.0.11 skew 0 every 1.000 s"
    assert lines[1].startswith("CARP vhid 79 MASTER 10.79.0.12 skew 100 "
                               "every 1.391 s [HMAC bad: password is right, "
                               "the address list differs: the sender also "
                               "hashes 10.79.0.51")
