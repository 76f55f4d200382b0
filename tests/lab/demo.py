# SPDX-License-Identifier: BSD-2-Clause
"""The live part of script/demo: two ucarp, one direction cut and healed, carpmon beside them."""
import signal
import sys
import time

import netlab
import peers
import watch

HOSTS = {"a": "10.79.0.11", "b": "10.79.0.12", "observer": "10.79.0.99"}
INTRODUCTION = """\
Hosts A (10.79.0.11) and B (10.79.0.12) share 10.79.0.50 by ucarp; carpmon
listens at a third port of their switch. This takes half a minute.

$ carpmon -i eth0
"""


def say(text):
    """What the demo does now, in the same column of times as carpmon's lines."""
    print("%s  --- %s" % (time.strftime("%H:%M:%S") + ".%03d" % (time.time() % 1 * 1000), text),
          flush=True)


def story(lab):
    """Cut what A sends to B, and heal it."""
    say("A starts")
    a = peers.Ucarp(lab, "a", vhid=79, password="demo", vip="10.79.0.50")
    a.wait_state("MASTER")
    time.sleep(0.2)
    say("B starts: it is to take over when A falls silent")
    b = peers.Ucarp(lab, "b", vhid=79, password="demo", vip="10.79.0.50", advskew=100)
    time.sleep(4)
    say("the switch drops what A sends to B; B can still reach A")
    lab.cut("a", "b")
    b.wait_state("MASTER")
    time.sleep(6)
    say("the switch passes everything again")
    lab.heal()
    b.wait_state("BACKUP")
    time.sleep(4)
    say("Ctrl-C: carpmon sums up")


def main():
    reason = netlab.usable() or peers.Ucarp.missing() or watch.missing()
    if reason:
        print(reason, file=sys.stderr)
        return 77
    print(INTRODUCTION, flush=True)
    with netlab.Lab(HOSTS) as lab:
        carpmon = lab.spawn("observer", watch.PROGRAM, "-i", "eth0", stdout=sys.stdout)
        story(lab)
        netlab.stop_process(carpmon, signal.SIGINT)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
