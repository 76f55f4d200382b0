# SPDX-License-Identifier: BSD-2-Clause
"""libcarp against reference.py, over random adverts of every profile."""
import os
import random
import struct
import subprocess

import reference

CODEC = os.environ.get("CARP_CODEC", "carp_codec")
SEED = int(os.environ.get("CARP_SEED", random.randrange(2**32)))
COUNT = 100_000 if os.environ.get("CARP_LONG") == "1" else 3000
AT_ONCE = 5000

ODD4 = ["0.0.0.0", "255.255.255.255", "10.0.0.9", "10.0.0.10", "9.255.0.1",
        "224.0.0.18", "192.0.2.200"]
ODD6 = ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1",
        "fe80:7::1", "febf::1", "fec0::1", "ff02:3::12", "ff01::1",
        "2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1"]


def ask(lines):
    done = subprocess.run([CODEC], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, timeout=600,
                          check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines)
    return answers


def compare(make, count=COUNT):
    """@make gives a request and what reference.py answers to it."""
    print(f"seed {SEED}: CARP_SEED={SEED} repeats it")
    rand = random.Random(SEED)
    while count > 0:
        cases = [make(rand) for _ in range(min(count, AT_ONCE))]
        got = ask([request for request, _ in cases])
        wrong = [(request, wanted, is_) for (request, wanted), is_
                 in zip(cases, got) if wanted != is_]
        assert not wrong, f"seed {SEED}: {wrong[:3]}"
        count -= len(cases)


def random_address(rand):
    kind = rand.random()
    if kind < 0.25:
        return rand.choice(ODD4)
    if kind < 0.5:
        return rand.choice(ODD6)
    if kind < 0.75:
        return ".".join(str(rand.randrange(256)) for _ in range(4))
    return ":".join(f"{rand.getrandbits(16):x}" for _ in range(8))


def random_key(rand):
    if rand.random() < 0.3:
        return rand.choice([bytes(20), b"\xff" * 20])
    return rand.randbytes(rand.randrange(1, 21)).ljust(20, b"\0")


def random_counter(rand):
    return rand.choice([0, 1, 2**32 - 1, 2**63, 2**64 - 1,
                        rand.getrandbits(64)])


def digest_case(rand):
    profile = rand.choice(sorted(reference.PROFILES))
    vhid, counter = rand.randrange(256), random_counter(rand)
    key = random_key(rand)
    lladdr = rand.choice([None, rand.randbytes(6),
                          bytes([0, 0, 0x5e, 0, 1, vhid]),
                          bytes([2, 0, 0x5e, 0, 1, 9])])
    # Around the borders of SHA-1's blocks, and up to the most.
    many = rand.choice([0, 1, 2, 11, 12, 64, rand.randrange(65)])
    addresses = [random_address(rand) for _ in range(many)]
    mac = ":".join(f"{o:02x}" for o in lladdr) if lladdr else "-"
    request = " ".join(["digest", profile, str(vhid), key.hex(),
                        f"{counter:016x}", mac, *addresses])
    return request, reference.digest(profile, vhid, key, counter, lladdr,
                                     addresses).hex()


def random_fields(rand):
    usual = rand.random() < 0.5
    return [2 if usual else rand.randrange(16),
            1 if usual else rand.randrange(16), rand.randrange(256),
            rand.randrange(256), 7 if usual else rand.randrange(256),
            rand.choice([0, rand.randrange(256)]), rand.randrange(256),
            random_counter(rand),
            rand.choice([bytes(20), b"\xff" * 20, rand.randbytes(20)])]


def encode_case(rand):
    fields = random_fields(rand)
    request = " ".join(["encode", *map(str, fields[:7]),
                        f"{fields[7]:016x}", fields[8].hex()])
    return request, reference.encode(*fields).hex()


def decode_case(rand):
    octets = reference.encode(*random_fields(rand))
    for _ in range(rand.choice([0, 0, 1, 3])):
        at = rand.randrange(len(octets))
        octets = (octets[:at] + bytes([octets[at] ^ 1 << rand.randrange(8)])
                  + octets[at + 1:])
    octets += rand.randbytes(rand.choice([0, 0, 1, 40]))
    wire = rand.choice([len(octets), len(octets), rand.randrange(80), 36])
    captured = octets[:rand.choice([wire, rand.randrange(80)])][:wire]
    advert = reference.Advert(captured, wire)
    return (f"decode {wire} {captured.hex() or '-'}",
            ("whole " if advert.is_whole else "cut ") + advert.line())


def test_digest():
    compare(digest_case)


def test_encode():
    compare(encode_case)


def test_decode():
    compare(decode_case)


def test_every_length():
    """One advert, captured and sent in every length."""
    octets = reference.encode(2, 1, 7, 100, 7, 0, 1, 2**40 + 5,
                              bytes(range(20))) + b"more"
    cases = []
    for wire in range(len(octets) + 1):
        for captured in range(wire + 1):
            advert = reference.Advert(octets[:captured], wire)
            cases.append((f"decode {wire} {octets[:captured].hex() or '-'}",
                          ("whole " if advert.is_whole else "cut ")
                          + advert.line()))
    assert ask([case[0] for case in cases]) == [case[1] for case in cases]


def test_checksum_of_all_ones():
    """A sum of nothing but ones has two zeros: both are found right."""
    for counter in range(0, 2**64, 2**61 + 12345):
        octets = reference.encode(2, 1, 1, 0, 7, 0, 1, counter, bytes(20))
        total = struct.unpack(">H", octets[6:8])[0]
        twisted = octets[:6] + struct.pack(">H", total ^ 0xffff) + octets[8:]
        answers = ask([f"decode 36 {o.hex()}" for o in (octets, twisted)])
        assert answers[0].split()[1] == "0"
        assert answers[1].split()[1] == str(
            reference.Advert(twisted, 36).issues)


def test_vectors():
    """The reference itself, by what the implementations' own code gave."""
    import json
    import pathlib
    root = pathlib.Path(__file__).resolve().parents[2]
    vectors = json.loads((root / "tests/data/hmac-vectors.json").read_text())
    aliases = {"openbsd-nov6ll": "openbsd"}
    for v in vectors["vectors"]:
        lladdr = bytes.fromhex(v.get("hashed_lladdr", "")) or None
        assert reference.digest(
            aliases.get(v["profile"], v["profile"]), v["vhid"],
            bytes.fromhex(v["key_hex"]), int(v["counter_hex"], 16), lladdr,
            [a.split("%")[0] for a in v["addresses"]]).hex() == v["md_hex"]
    assert len(vectors["vectors"]) == 254
