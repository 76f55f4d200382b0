# SPDX-License-Identifier: BSD-2-Clause
"""Programs that read and write files: whatever they are given, no marker comes out."""
import base64
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

import marker
from marker import FIRST, ROOT, SECOND

sys.path.insert(0, str(ROOT / "tests" / "plugin"))
from wireshark import NOBODY, Wireshark     # pylint: disable=wrong-import-position

CARPMON = marker.program("CARPMON", "carpmon")
CARPD = marker.program("CARPD", "carpd")
CARPCTL = marker.program("CARPCTL", "carpctl")
CARPINJECT = marker.program("CARPINJECT", "carpinject")
MODULE = os.environ.get("CARPKIT_SO") or str(ROOT / "build" / "release" / "plugin" / "carpkit.so")
GROUP = """[vhid "lan"]
interface = eth0
vhid = 7
addresses = 10.79.0.50/24
password = %s
accept-password = %s
""" % (FIRST, SECOND)
ADVERT = ("--vhid", "7", "--address", "10.79.0.50", "--count", "4", "--seed", "1")
# Whoever signs with these is told what is wrong with the password.
NEARLY = {"cut": FIRST[:-3], "longer": FIRST + "x", "carriage": FIRST + "\r", "blank": FIRST + " ",
          "case": FIRST.swapcase(), "second": SECOND[:-1]}
# Settings that look for the secret in the wrong place, and broken files.
BROKEN = [
    FIRST + "\n",
    GROUP + FIRST + "\n",
    GROUP.replace("password =", "pasword =", 1),
    GROUP.replace("password = ", "password ", 1),
    GROUP.replace("password = ", "password: ", 1),
    GROUP + "password = %s\n" % FIRST,
    GROUP + "key-hex = %s\n" % FIRST.encode().hex(),
    GROUP + "key-hex = %s\n" % FIRST.encode().ljust(20, b"\0").hex(),
    GROUP.replace(FIRST, FIRST + "\\q"),
    GROUP.replace(FIRST, FIRST + "\udcff"),
    GROUP.replace(FIRST, FIRST + "\0"),
    GROUP.replace(FIRST, FIRST + " long as no system takes it"),
    GROUP.replace(SECOND, SECOND + ";" + SECOND),
    GROUP.replace(SECOND, ";".join([SECOND] * 40)),
    GROUP.replace("[vhid", FIRST + "\n[vhid"),
    GROUP + "[%s\n" % FIRST,
    GROUP.replace("accept-password", "accept-key-hex"),
    GROUP + "profile = ucarp\npassword = \n",
]
FOREIGN = {
    "rc.conf": 'ifconfig_em0="inet 10.0.0.1/24"\n'
               'ifconfig_em0_alias0="vhid 1 advskew 100 pass %s alias 10.0.0.5/32"\n'
               'ifconfig_em0_alias1="vhid 2 pass %s advskew 999 nonsense alias 10.0.0.6/32"\n'
               % (FIRST, SECOND),
    "ifconfig": "ifconfig em0 vhid 1 advskew 300 pass %s 10.0.0.5/32 alias\n" % FIRST,
    "hostname.carp1": "inet 10.0.0.5 255.255.255.0 10.0.0.255 vhid 1 advbase 1 carpdev em0 "
                      "pass %s nonsense\npass %s\n" % (FIRST, SECOND),
    "config.xml": "<pfsense><virtualip><vip><mode>carp</mode><interface>lan</interface>"
                  "<vhid>999</vhid><password>%s</password><subnet>10.0.0.5</subnet></vip>"
                  "<vip><mode>carp</mode><vhid>1</vhid><password>%s</password></vip>"
                  "</virtualip></pfsense>\n" % (FIRST, SECOND),
    "broken.xml": "<pfsense><virtualip><vip><password>%s</passwrd>\n" % FIRST,
}


def run(*argv, status=None, **keywords):
    """Run it; what it printed on both streams was searched."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, timeout=60,
                          check=False, **keywords)
    marker.check("standard output of %s" % (argv,), done.stdout)
    marker.check("standard error of %s" % (argv,), done.stderr)
    if status is not None:
        assert done.returncode == status, (argv, done.stdout, done.stderr)
    return done


def write(path, text, mode=0o600):
    """A file that only its owner can read."""
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(mode)
    return path


@pytest.fixture(scope="module", name="captures")
def recorded(tmp_path_factory):
    """carp.conf and captures of adverts signed with the marker, and nearly so."""
    folder = tmp_path_factory.mktemp("captures")
    write(folder / "carp.conf", GROUP)
    for number, (name, password) in enumerate({"good": FIRST, **NEARLY}.items()):
        secret = write(folder / (name + ".pass"), password + "\n")
        done = subprocess.run([CARPINJECT, "advert", *ADVERT, "--password-file", secret,
                               "--source", "10.79.0.%d" % (11 + number), "-w",
                               folder / (name + ".pcap")], capture_output=True, check=True)
        marker.check("carpinject -w", done.stdout + done.stderr)
        marker.check(name + ".pcap", (folder / (name + ".pcap")).read_bytes())
    return folder


def test_the_search_finds():
    """Everything that is searched for is found."""
    key = FIRST.encode().ljust(20, b"\0")
    for blob in (b"..." + FIRST[3:9].encode(), key.hex().encode(), key.hex(":").upper().encode(),
                 "".join("\\x%02x" % octet for octet in key).encode(),
                 bytes(octet ^ 0x36 for octet in key), FIRST.encode("utf-16"),
                 *(base64.b64encode(b"x" * n + key) for n in range(4))):
        assert marker.leaks(blob), blob
    assert not marker.leaks(b"what has nothing to do with it 51 6d 37")
    with pytest.raises(AssertionError):
        run("echo", "a " + FIRST)


@pytest.mark.parametrize("options", [
    (), ("--format", "json"), ("-q",), ("--learn",), ("--inventory", "5"),
    ("--format", "json", "-q")], ids=" ".join)
def test_carpmon_reads(captures, options):
    files = sorted(captures.glob("*.pcap"))
    done = run(CARPMON, "-c", captures / "carp.conf", *options, "-r", *files)
    assert done.stdout and done.returncode <= 2


def test_carpmon_explains(captures):
    """What is wrong with a password is said without showing one."""
    for name in NEARLY:
        done = run(CARPMON, "-c", captures / "carp.conf", "-r", captures / (name + ".pcap"))
        assert b"BAD_HMAC" in done.stdout, done.stdout


def test_carpmon_report(captures, tmp_path):
    page = tmp_path / "page.html"
    run(CARPMON, "-c", captures / "carp.conf", "--report", page, "-r",
        *sorted(captures.glob("*.pcap")))
    assert b"BAD_HMAC" in page.read_bytes()
    marker.check("the report", page.read_bytes())


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_broken_conf(captures, tmp_path, number):
    path = write(tmp_path / "carp.conf", BROKEN[number])
    run(CARPMON, "--check", "-c", path)
    run(CARPCTL, "check", path)
    run(CARPMON, "-c", path, "-r", captures / "good.pcap")
    run(CARPINJECT, "advert", "-c", path, "--dry-run")
    if os.access(CARPD, os.X_OK):
        run(CARPD, "--check", "-c", path)
        run(CARPD, "--print-config", "-c", path)


@pytest.mark.parametrize("content", [FIRST + "\r\n", FIRST + "\n" + SECOND + "\n", FIRST * 9 + "\n",
                                     FIRST + "\0\n", "\ufeff" + FIRST + "\n", " " + FIRST + " \n"],
                         ids=("carriage", "lines", "long", "nul", "mark", "blanks"))
def test_password_file(captures, tmp_path, content):
    write(tmp_path / "lan.key", content)
    path = write(tmp_path / "carp.conf", GROUP.replace("password = " + FIRST,
                                                       "password-file = lan.key", 1))
    run(CARPMON, "--check", "-c", path)
    run(CARPCTL, "check", path)
    run(CARPMON, "-c", path, "-r", captures / "good.pcap")
    run(CARPINJECT, "advert", *ADVERT, "--password-file", tmp_path / "lan.key", "--dry-run")


def test_others_may_read(tmp_path):
    path = write(tmp_path / "carp.conf", GROUP, 0o644)
    for argv in ((CARPMON, "--check", "-c", path), (CARPCTL, "check", path)):
        assert run(*argv).returncode != 0


@pytest.mark.skipif(not os.access(CARPD, os.X_OK), reason="carpd is not built")
def test_carpd_prints(captures):
    done = run(CARPD, "--print-config", "-c", captures / "carp.conf", status=0)
    assert b"10.79.0.50" in done.stdout
    run(CARPD, "--check", "-c", captures / "carp.conf", status=0)
    for words in (("--pass=" + FIRST, "--vhid=999"), ("--pass=" + FIRST, "--nonsense"),
                  ("-p", FIRST, "-v", "1", "-a", "no address"), ("-p", FIRST * 3, "-v", "1")):
        run(CARPD, "--ucarp", "-i", "lo", "-s", "127.0.0.1", *words, "--check")


@pytest.mark.parametrize("how", [("--dry-run",), ("--dry-run", "--format", "json"),
                                 ("-w", "/dev/null", "--format", "json")], ids=" ".join)
def test_carpinject(captures, how):
    conf = ("-c", captures / "carp.conf", "--group", "lan")
    run(CARPINJECT, "advert", *conf, "--count", "3", *how, status=0)
    run(CARPINJECT, "fuzz", *conf, "--count", "50", *how, status=0)
    run(CARPINJECT, "replay", *conf, *how, captures / "cut.pcap", status=0)
    run(CARPINJECT, "advert", *ADVERT, "--password", FIRST, *how, status=0)
    for wrong in (("--key-hex", FIRST), ("--key-hex", FIRST.encode().hex()),
                  ("--password", FIRST, "--key-hex", FIRST), ("--password-file", "/none"),
                  ("--password", FIRST, "--vhid", "999")):
        run(CARPINJECT, "advert", *wrong, *how, status=2)


@pytest.mark.parametrize("name", FOREIGN)
def test_import_says(tmp_path, name):
    """An imported carp.conf holds passwords, as it must; what is said of them does not."""
    path = write(tmp_path / name, FOREIGN[name])
    run(CARPCTL, "import", path, "-o", tmp_path / "carp.conf")
    for kind in ("freebsd", "ifconfig", "openbsd", "pfsense", "opnsense"):
        run(CARPCTL, "import", "--from", kind, path, "-o", tmp_path / (kind + ".conf"))


def test_import_ucarp_says(tmp_path):
    for number, words in enumerate((("-v", "1", "-a", "10.0.0.1"), ("-v", "999"), ("--nonsense",))):
        run(CARPCTL, "import", "--from", "ucarp", "-o", tmp_path / str(number), "--", "ucarp",
            "-i", "eth0", "-s", "10.0.0.2", "-p", FIRST, *words)


def test_what_is_meant_to_show(captures, tmp_path):
    """The table for Wireshark and an imported configuration: by name, and for their owner only."""
    table = tmp_path / "carp_keys"
    run(CARPCTL, "export", "wireshark", captures / "carp.conf", "-o", table, status=0)
    rc_conf = write(tmp_path / "rc.conf", FOREIGN["rc.conf"])
    run(CARPCTL, "import", rc_conf, "-o", tmp_path / "carp.conf")
    for path in (table, tmp_path / "carp.conf"):
        assert marker.leaks(path.read_bytes()) and path.stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module", name="world")
def wireshark_world(captures):
    """tshark with the plugin, and all captures in one."""
    if not shutil.which("tshark") or not os.path.exists(MODULE):
        pytest.skip("tshark or the plugin is missing")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="carpkit-secrets-"))
    folder.chmod(0o755)
    made = Wireshark(folder, MODULE)
    work = folder / "work"
    subprocess.run(["mergecap", "-w", work / "marked.pcapng", *captures.glob("*.pcap")], check=True)
    shutil.copy(captures / "carp.conf", work / "marked.conf")
    if os.geteuid() == 0:
        for path in work.glob("marked.*"):
            os.chown(path, NOBODY, NOBODY)
    yield made
    shutil.rmtree(folder)


def tshark(world, *options):
    """Its output, searched."""
    done = world.run("tshark", "-n", "-r", "marked.pcapng", *options, check=False, text=False)
    marker.check("tshark %s" % (options,), done.stdout)
    marker.check("messages of tshark %s" % (options,), done.stderr)
    return done


@pytest.mark.parametrize("options", [("-V",), ("-T", "json"), ("-T", "pdml"), ("-T", "ek"),
                                     ("-q", "-z", "expert", "-z", "carp,tree")], ids=" ".join)
def test_tshark(world, options):
    """Trees, columns, exports, expert items."""
    conf = world.folder / "work" / "marked.conf"
    assert tshark(world, *options, "-o", f"carp.config_file:{conf}").stdout


def test_tshark_table(world):
    done = tshark(world, "-V", "-o", f'uat:carp_keys:"7","{FIRST}","10.79.0.50","auto",""')
    assert b"password" in done.stdout


def test_tshark_refuses(world):
    """What is wrong with a row or with a file is said without it."""
    tshark(world, "-o", f'uat:carp_keys:"7","0x{FIRST.encode().hex()}","10.79.0.50","auto",""')
    conf = world.folder / "work" / "broken.conf"
    for text in (BROKEN[1], BROKEN[2], BROKEN[8]):
        conf.write_bytes(text.encode(errors="surrogateescape"))
        conf.chmod(0o644)
        tshark(world, "-o", f"carp.config_file:{conf}")
