# SPDX-License-Identifier: BSD-2-Clause
"""carpinject on a wire of namespaces: a real ucarp obeys it, and it does not
disturb a live master that it was not told of."""
import os
import re
import shutil
import signal
import struct
import subprocess
import time

import pytest

import netlab
import peers
import targets

CARPINJECT = os.environ.get("CARPINJECT", "carpinject")
PASSWORD = "lab-secret"
VIP = "10.79.0.50"
VHID = "7"


@pytest.fixture(name="lab")
def make_lab():
    reason = (netlab.usable() or peers.Ucarp.missing()
              or peers.Recorder.missing())
    if reason:
        pytest.skip(reason)
    netlab.Lab.ended_by = KeyboardInterrupt
    with netlab.Lab({"a": "10.79.0.11", "inj": "10.79.0.12"}) as lab:
        secret = os.path.join(lab.dir, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write(PASSWORD + "\n")
        os.chmod(secret, 0o600)
        lab.sign = ["--vhid", VHID, "--address", VIP, "--password-file",
                    secret, "--profile", "ucarp"]
        yield lab


def inject(lab, *argv, status=0, prefix=()):
    done = subprocess.run(
        lab.argv("inj", *prefix, CARPINJECT, argv[0], "-i", "eth0",
                 *argv[1:]),
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr
    return done


def received(path):
    """Frames of CARP that tcpdump finds in a file."""
    return netlab.sh("tcpdump", "-T", "carp", "-nvvr", path, "ip proto 112")


def octets(path):
    """The frames of a pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    at, frames = 24, []
    while at < len(data):
        size = struct.unpack_from("=I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return frames


def test_backup_obeys(lab):
    """A BACKUP stays quiet under a better master, and takes over in its own
    time when that one stops: skew 100 is 4.17 s, read up to a second late."""
    ucarp = peers.Ucarp(lab, "a", vhid=int(VHID), vip=VIP,
                        password=PASSWORD, advskew=100)
    ucarp.wait_output("Switching to state: BACKUP|Using|INFO", 5)
    inject(lab, "advert", *lab.sign, "--count", "8", "--interval", "1",
           "--i-own-this-network")
    stopped = time.time()
    assert ucarp.state() != "MASTER"
    ucarp.wait_state("MASTER", 8)
    took = [when for when, text in ucarp.events()
            if "Switching to state: MASTER" in text]
    assert 4.0 < took[-1] - stopped < 5.4
    # And a worse one does not make it yield; a better one does.
    inject(lab, "advert", *lab.sign, "--advskew", "200", "--count", "2",
           "--interval", "0.5", "--i-own-this-network")
    time.sleep(1.2)
    assert ucarp.state() == "MASTER"
    inject(lab, "advert", *lab.sign, "--count", "2", "--interval", "0.5",
           "--i-own-this-network")
    ucarp.wait_state("BACKUP", 3)


def test_refuses_live_master(lab):
    ucarp = peers.Ucarp(lab, "a", vhid=int(VHID), vip=VIP,
                        password=PASSWORD, advskew=100)
    ucarp.wait_state("MASTER")
    done = inject(lab, "advert", *lab.sign, "--advskew", "200", status=1)
    assert "10.79.0.11 is a live master of vhid 7 with this key" in \
        done.stderr
    assert done.stderr.count("\n") == 1 and "sent" not in done.stdout
    started = time.monotonic()
    inject(lab, "advert", *lab.sign, "--advskew", "200", "--peer",
           "10.79.0.11")
    assert 1.0 < time.monotonic() - started < 3.5
    inject(lab, "advert", "--vhid", "8", "--address", "10.79.0.51")
    path = os.path.join(lab.dir, "r.pcap")
    inject(lab, "advert", *lab.sign, "--i-own-this-network", "--advskew",
           "254", "--digest", "bad", "-w", path)
    done = inject(lab, "replay", path, status=1)
    assert "live master of vhid 7" in done.stderr
    assert ucarp.state() == "MASTER"


def device(lab, *settings, **more):
    """A simulated device that is MASTER from the start."""
    if targets.Simulated.missing():
        pytest.skip(targets.Simulated.missing())
    return targets.Simulated(lab, "freebsd", advskew=100,
                             settings=("state=master", *settings), **more)


def test_refuses_seldom_master(lab):
    """One that advertises every 10 s answers for its address at once."""
    device(lab, advbase=10)
    time.sleep(0.5)     # behind its first advert
    done = inject(lab, "advert", *lab.sign, status=1)
    assert "00:00:5e:00:01:07 answers for 10.79.0.50, but no advert" in \
        done.stderr
    assert "heard in 2.3 s: listen longer with --listen" in done.stderr
    assert done.stderr.count("\n") == 1
    # As a group's interval is known, it need not be told.
    conf = os.path.join(lab.dir, "carp.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write('[vhid "lan"]\nvhid = 7\naddresses = %s\nadvbase = 10\n'
                   "password = %s\n" % (VIP, PASSWORD))
    os.chmod(conf, 0o600)
    done = inject(lab, "advert", "-c", conf, status=1)
    assert "10.79.0.11 is a live master of vhid 7 with this key" in done.stderr
    started = time.monotonic()
    inject(lab, "advert", *lab.sign, "--advskew", "200", "--peer",
           "10.79.0.11")
    assert time.monotonic() - started < 5


def test_refuses_other_addresses(lab):
    device(lab, "address=10.79.0.51")
    done = inject(lab, "advert", *lab.sign, "--address", "10.79.0.51",
                  "--address", "10.79.0.52", status=1)
    assert "10.79.0.11 is a live master of vhid 7 with this key (password " \
        "is right, the address list differs: the sender does not hash " \
        "10.79.0.52" in done.stderr
    # Nothing has told of the other address, but that one is answered for.
    done = inject(lab, "advert", *lab.sign, status=1)
    assert "00:00:5e:00:01:07 answers for 10.79.0.50, and 10.79.0.11 " \
        "advertises, with another key or other addresses: " in done.stderr
    # Another vhid is no concern.
    inject(lab, "advert", "--vhid", "8", "--address", "10.79.0.77")


def test_arrives(lab, record_property):
    """What is sent is what arrives, in number, octets and time."""
    path = os.path.join(lab.dir, "seen.pcap")
    wrote = os.path.join(lab.dir, "wrote.pcap")
    recorder = peers.Recorder(lab, "a", path)
    # At a rate: at full speed tcpdump loses frames, not carpinject.
    inject(lab, "flood", *lab.sign, "--count", "1000", "--vhids", "5",
           "--sources", "3", "--rate", "250", "--i-own-this-network")
    inject(lab, "fuzz", *lab.sign, "--count", "200", "--interval", "0.001",
           "--seed", "3", "-w", wrote, "--i-own-this-network")
    done = inject(lab, "flood", *lab.sign, "--duration", "0.5", "--rate",
                  "1000", "--i-own-this-network")
    recorder.stop()
    sent = int(done.stdout.split()[1])
    assert 480 <= sent <= 500
    text = received(path)
    # The switch and tcpdump lose a few of 200 on a busy machine.
    assert text.count("CARPv2-advertise 36: vhid=9 advbase=1") >= 190
    ours, seen = octets(wrote), octets(path)
    assert len(ours) == 200
    record_property("frames seen", len(seen))
    # The switch itself drops frames of impossible sources and headers.
    arrived = [frame for frame in ours if frame in seen]
    assert len(arrived) > 100
    assert [frame for frame in seen if frame in arrived] == arrived


def test_rate_and_end(lab):
    """A bound ends a flood on time; the slow way sends too."""
    started = time.monotonic()
    done = inject(lab, "flood", *lab.sign, "--duration", "1",
                  "--i-own-this-network")
    assert time.monotonic() - started < 2.5
    assert int(done.stdout.split()[1]) > 10000
    done = inject(lab, "flood", *lab.sign, "--count", "1000", "--slow",
                  "--i-own-this-network")
    assert done.stdout.startswith("sent 1000 frames")


def stopped(lab, *argv):
    """Ended by ^C after half a second: exit status and both outputs."""
    child = subprocess.Popen(lab.argv("inj", CARPINJECT, argv[0], "-i", "eth0", *argv[1:]),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    out, errors = child.communicate(timeout=10)
    return child.returncode, out, errors


def test_stopped(lab):
    """Before the first frame one line says so; behind it there is the summary."""
    for argv in (["advert", *lab.sign, "--listen", "5"],
                 ["fuzz", *lab.sign, "--listen", "5", "--count", "9", "--seed", "3"],
                 ["flood", *lab.sign, "--listen", "5", "--count", "9"],
                 ["advert", "--dest", "10.79.0.77"]):
        status, out, errors = stopped(lab, *argv)
        assert (status, out) == (1, "seed 3\n" if argv[0] == "fuzz" else "")
        assert errors == f"carpinject {argv[0]}: stopped: nothing was sent\n"
    status, out, errors = stopped(lab, "advert", *lab.sign, "--count", "0", "--interval", "0.1",
                                  "--i-own-this-network")
    assert (status, errors) == (0, "") and re.match(r"sent [1-6] frames on eth0 ", out)


def test_replay_of_one_vhid(lab):
    """The live master of a vhid that is left out is not disturbed."""
    peers.Ucarp(lab, "a", vhid=int(VHID), vip=VIP, password="other").wait_state("MASTER")
    path = os.path.join(lab.dir, "two.pcap")
    subprocess.run([CARPINJECT, "flood", "-w", path, "-q", "--vhid", VHID, "--vhids", "2",
                    "--count", "4"], timeout=20, check=True)
    done = inject(lab, "replay", "--speed", "0", path, status=1)
    assert "10.79.0.11 is a live master of vhid 7" in done.stderr
    done = inject(lab, "replay", "--speed", "0", "--only-vhid", "8", path)
    assert done.stdout.startswith("sent 2 frames")


def test_probe(lab):
    """Fuzzing goes on while the target answers, and says what killed it."""
    done = inject(lab, "fuzz", *lab.sign, "--count", "40", "--interval",
                  "0.001", "--probe", "10.79.0.11", "--probe-every", "20",
                  "--i-own-this-network")
    assert "sent 40 frames" in done.stdout
    inject(lab, "fuzz", *lab.sign, "--count", "20", "--interval", "0.001",
           "--probe", "10.79.0.11", "--probe-kind", "icmp",
           "--i-own-this-network")
    done = inject(lab, "fuzz", *lab.sign, "--count", "5", "--probe",
                  "10.79.0.77", "--probe-timeout", "0.5",
                  "--i-own-this-network", status=1)
    assert "does not answer even before" in done.stderr
    victim = subprocess.Popen(
        lab.argv("inj", CARPINJECT, "fuzz", "-i", "eth0", *lab.sign,
                 "--count", "3000", "--interval", "0.01", "--seed", "99",
                 "--probe", "10.79.0.11", "--probe-every", "10",
                 "--probe-timeout", "0.6", "--i-own-this-network"),
        stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    lab.isolate("a")
    out, _ = victim.communicate(timeout=20)
    lab.isolate("a", False)
    assert victim.returncode == 1
    assert out.startswith("seed 99\n")
    assert "10.79.0.11 answers no more after frame" in out
    assert ", seed 99, last frames:" in out
    lines = [line for line in out.splitlines() if line.startswith("frame ")]
    assert len(lines) == 5
    # Those frames again, from the seed alone.
    number = int(lines[-1].split()[1].rstrip(":"))
    again = netlab.sh(*lab.argv(
        "inj", CARPINJECT, "fuzz", "-i", "eth0", *lab.sign, "--count",
        str(number), "--seed", "99", "--dry-run", "--format", "json"))
    assert lines[-1].split()[2] in again.splitlines()[-1]


def test_errors(lab):
    for argv, part in (
            (["advert", "--payload-len", "1000", "--trailer-hex",
              "00" * 900], "too long for the MTU of 1500"),
            (["advert", "--dest", "10.79.0.77"],
             "nobody answers for 10.79.0.77")):
        done = inject(lab, *argv, "--i-own-this-network", status=1)
        assert part in done.stderr and done.stderr.count("\n") == 1
    inject(lab, "advert", "--dest", "10.79.0.11", "--i-own-this-network")
    lab.unplug("inj")
    done = inject(lab, "advert", status=1)
    assert "no carrier" in done.stderr
    lab.run("inj", "ip", "link", "set", "eth0", "down")
    done = inject(lab, "advert", status=1)
    assert "eth0: is down: ip link set eth0 up" in done.stderr


def test_no_permission(lab):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    done = inject(lab, "advert", status=1,
                  prefix=("setpriv", "--bounding-set=-all", "--inh-caps=-all",
                          "--no-new-privs"))
    assert "no permission to send: run it as root or with CAP_NET_RAW" in \
        done.stderr
    assert done.stderr.count("\n") == 1
