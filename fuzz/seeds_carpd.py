# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of the target carpd: a configuration, what is wrong at the start, and
steps, as fuzz/carpd_conf.c and fuzz/carpd_script.c read them."""

PASS, ADVERT, DAMAGED, RAW, CLAIM, REPEAT, BEAT, LINK, ADDRESS, KERNEL, WIRE, \
    CLIENT, RELOAD, PAUSE, DISK, REST, SIGNAL, END, WALL, LATER, SLOW, \
    FIGHT = range(22)
QUARTERS, SECONDS = 0x80, 0xc0  # of a second; pairs of seconds

ONE = bytes([0x00, 0x20, 0x28, 0, 0])  # vhid 1, macvlan, advskew 10
DUAL = bytes([0x00, 0x22, 0x28, 0, 0])
THREE = bytes([0x02, 0x20, 0x28, 0x51, 0, 0x36, 0x4c, 0x31, 0, 0x68, 0x30,
               0x61, 0x11])


def run(conf, *steps, start=0):
    return conf + bytes([start]) + b"".join(bytes(step) for step in steps)


def settled(*steps):
    """The vhid is MASTER by then."""
    return ((PASS, SECONDS | 4), *steps, (PASS, SECONDS | 4))


def make(add, frames):
    for n, frame in enumerate(frames):
        add(f"frame-{n}", run(ONE, (RAW, len(frame), *frame)))
    add("one", run(ONE, *settled((CLIENT, 0, 0), (CLIENT, 1, 0))))
    add("dual", run(DUAL, *settled((CLIENT, 9, 0), (CLIENT, 0, 0))))
    add("three", run(THREE, *settled((CLIENT, 0, 1), (CLIENT, 5, 1))))
    add("peer", run(ONE, (BEAT, 0, 0), *settled((BEAT, 0x80, 0)),
                    (PASS, SECONDS | 4)))
    add("adverts", run(DUAL, *settled(*(
        step for n in range(8) for step in (
            (ADVERT, n << 5 | (n & 1) << 4, 0x10), (PASS, QUARTERS | 2))))))
    add("worse", run(ONE, *settled((ADVERT, 0, 0xf0), (ADVERT, 0, 0xff))))
    add("damaged", run(DUAL, *((DAMAGED, n << 3 | (n & 1) << 2)
                               for n in range(9))))
    add("replay", run(ONE, *settled((ADVERT, 0, 0), (REPEAT, 0),
                                    (PASS, QUARTERS | 1), (REPEAT, 0))))
    add("claims", run(DUAL, *settled(*((CLAIM, n * 4) for n in range(4)))))
    add("link", run(THREE, *settled(*(
        step for n in range(8) for step in ((LINK, n), (PASS, QUARTERS | 9))))))
    add("tracked", run(THREE, *settled((LINK, 0x80), (REST, 1),
                                       (PASS, QUARTERS | 9), (REST, 3))))
    add("addresses", run(DUAL, *settled(*(
        step for n in range(8) for step in (
            (ADDRESS, n), (PASS, QUARTERS | 9))))))
    add("kernel", run(ONE, (KERNEL, 8, 0xf8), *settled((KERNEL, 16, 0xf8)),
                      (KERNEL, 0x80, 0x12), (PASS, SECONDS | 2)))
    add("wire", run(ONE, *settled((WIRE, 2), (PASS, SECONDS | 5), (WIRE, 0x30))))
    add("commands", run(THREE, *settled(*(
        step for n in range(12) for step in (
            (CLIENT, n, n & 3), (PASS, QUARTERS | 1))))))
    add("reload", run(ONE, *settled((RELOAD, 0, *DUAL), (PASS, SECONDS | 2),
                                    (RELOAD, 0, *THREE), (PASS, SECONDS | 2),
                                    (RELOAD, 0, *ONE))))
    add("broken", run(ONE, *settled(*(
        step for n in range(6) for step in (
            (RELOAD, 0x80 + n), (PASS, QUARTERS | 2))))))
    add("refused", run(ONE, *settled((KERNEL, 0x08, 0xf8), (RELOAD, 0, *DUAL),
                                     (PASS, QUARTERS | 2), (RELOAD, 0, *DUAL))))
    near = bytes([0x40, 0x24, 0x28, 0, 0, 0x24, 0x31, 0, 0])  # vmac = off
    add("near", run(near, *settled(*(
        step for n in range(8) for step in (
            (ADDRESS, n), (PASS, QUARTERS | 9))))))
    for name, conf in (("meddled", DUAL), ("meddled-near", near)):
        add(name, run(conf, *settled(*(
            step for n in range(8) for step in (
                (ADDRESS, 0x38 + n), (PASS, QUARTERS | 9))))))
    # a vhid of number 4 on each interface, and one of number 5
    add("by-wire", run(bytes([0x32, *THREE[1:]]), *settled(
        (LINK, 4), (PASS, SECONDS | 2), (LINK, 0), (ADDRESS, 0x38))))
    add("renamed", run(ONE, *settled((LINK, 6), (PASS, SECONDS | 2),
                                     (KERNEL, 4, 0x08), (LINK, 0),
                                     (PASS, QUARTERS | 1), (LINK, 4),
                                     (PASS, SECONDS | 2))))
    add("moved", run(ONE, *settled((LINK, 0x24), (PASS, SECONDS | 2),
                                   (LINK, 3))))
    add("rival", run(ONE, (LINK, 0x1f), *settled((LINK, 0x1f))))
    add("loop", run(DUAL, *settled((WIRE, 0x40), (PASS, SECONDS | 3),
                                   (WIRE, 0xc0), (ADVERT, 0, 0),
                                   (PASS, SECONDS | 3), (WIRE, 0xc0))))
    add("not-sent", run(ONE, *settled((WIRE, 2), (PASS, SECONDS | 4),
                                      (BEAT, 0, 0), (PASS, SECONDS | 4),
                                      (WIRE, 0), (PASS, SECONDS | 9))))
    add("not-back", run(ONE, *settled((KERNEL, 0x48, 0xf8), (RELOAD, 0x88),
                                      (CLIENT, 0, 0), (PASS, SECONDS | 4),
                                      (RELOAD, 0, *ONE), (PASS, SECONDS | 4))))
    add("pause", run(ONE, *settled((ADVERT, 0, 0), (PAUSE, SECONDS | 8),
                                   (PASS, SECONDS | 4), (PAUSE, SECONDS | 9))))
    add("disk", run(ONE, (DISK, 1), *settled((RELOAD, 0, *THREE), (DISK, 4),
                                             (PASS, SECONDS | 9), (DISK, 8))))
    add("signals", run(THREE, *settled((SIGNAL, 0), (SIGNAL, 1), (SIGNAL, 2))))
    for n, name in enumerate(("again", "killed", "power")):
        add(name, run(ONE, *settled((END, n)), *settled()))
    add("wall", run(DUAL, *settled((WALL, 0x81), (ADVERT, 0, 0), (WALL, 0xc0))))
    add("flood", run(ONE, (WIRE, 0x10), *settled((ADVERT, 0, 0xf0),
                                                 (REPEAT, 0x80))))
    add("no-macvlan", run(b"\x10\x20\x28\0\0", *settled(), start=64))
    add("slow", run(ONE, (SLOW, 200), *settled((ADVERT, 0, 0xf0))))
    add("fight", run(ONE, *settled((FIGHT, 40), (PASS, SECONDS | 9))))
    add("waiting", run(ONE, *settled((PAUSE, SECONDS | 10, 0, 0, 4, 0, 0x80, 1,
                                      0x20, 0))))
    add("unicast", run(b"\0\x24\x28\2\0", *settled((ADVERT, 0, 0xf0),
                                                   (KERNEL, 0x20, 0))))
    add("accepts", run(b"\0\x24\x28\x0c\0", (DAMAGED, 9 << 3),
                       (DAMAGED, 10 << 3), *settled()))
    add("deaf", run(THREE, *settled((CLIENT, 9, 0x20), (CLIENT, 0, 0x60),
                                    (CLIENT, 0, 0x60), (CLIENT, 6, 0),
                                    (CLIENT, 3, 0), (CLIENT, 0, 0))))
    add("state-lost", run(ONE, *settled((END, 3, 9)), *settled()))
    add("start-strange", run(ONE, *settled(), start=0xf0))
    for n in range(7):
        add(f"start-{n}", run(THREE, *settled(), start=1 << n))
