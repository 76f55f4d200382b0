# SPDX-License-Identifier: BSD-2-Clause
"""carpmon as a service: hooks, evidence, the journal and syslog, rights, reload.

All of them watch the same two masters at once; the tests look at what each made of it.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import netlab
import peers
import watch
from listener import JOURNAL, OWN_JOURNAL, Listener

VHID = 79
VIP = "10.79.0.50"
PASSWORD = "hush-hush"
CAP_NET_RAW = 1 << 13
HOOK = """#!/bin/sh
input=$(cat)
{
    printf '%s|%s|%s|%s|%s|%s|%s|' "$1" "$2" "$CARP_EVENT" "$CARP_SEVERITY" "$CARP_STATE" \\
        "${CARP_EVIDENCE:+$([ -s "$CARP_EVIDENCE" ] && echo written)}" \\
        "$(sed -n 's/^CapEff:.//p' /proc/self/status)"
    printf '%s\\n' "$input"
} >> "$(dirname "$0")/calls"
[ "$2" != MASTER ] || { echo "hook says hello"; exit 7; }
"""
CONF = '[vhid "lan"]\nvhid = %d\naddresses = %s\npassword = %s\n'
# A /dev of its own, where "log" is a socket of the test.
OWN_DEV = """
for name in null zero full random urandom; do
    : > {0}/$name
    mount --bind /dev/$name {0}/$name
done
mount --rbind {0} /dev
exec "$@"
"""
FULL_DISK = """
mount -t tmpfs -o size=4k,mode=777 tmpfs {0}
head -c 4096 /dev/zero > {0}/ballast
exec "$@"
"""


def make_dir(lab, name):
    """A directory that anybody may use, as carpmon may have become somebody."""
    path = os.path.join(lab.dir, name)
    os.mkdir(path)
    os.chmod(path, 0o777)
    return path


def write_conf(lab, name, password, more=""):
    path = os.path.join(lab.dir, name)
    with open(path, "w", encoding="ascii") as f:
        f.write(CONF % (VHID, VIP, password) + more)
    os.chmod(path, 0o644)
    return path


def status_of(pid):
    """Fields of /proc/PID/status."""
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


class Played:
    """The watchers of one split, started, shown, ended."""

    def __init__(self, lab):
        self.lab = lab
        self.where = {name: make_dir(lab, name) for name in ("hook", "full", "dev")}
        self.hook = os.path.join(self.where["hook"], "hook")
        with open(self.hook, "w", encoding="ascii") as f:
            f.write(HOOK)
        os.chmod(self.hook, 0o755)
        os.chmod(lab.dir, 0o755)
        self.conf = write_conf(lab, "right.conf", PASSWORD)
        self.reload_conf = write_conf(lab, "reload.conf", "wrong")
        self.journal = None if os.path.exists(JOURNAL) else Listener(JOURNAL)
        self.manager = Listener(os.path.join(self.where["dev"], "notify"))
        self.syslog = Listener(os.path.join(self.where["dev"], "log"))
        self.monitors = {
            # As systemd starts it: a user with one ambient capability.
            "hook": watch.Carpmon(
                lab, "obs", "-c", self.conf, "--exec", self.hook, "--evidence", self.where["hook"],
                "--evidence-seconds", "10",
                prefix=("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
                        "--inh-caps", "-all,+net_raw", "--ambient-caps", "+net_raw",
                        "--bounding-set", "-all,+net_raw")),
            "full": watch.Carpmon(lab, "obs", "--evidence", self.where["full"],
                                  prefix=self._shell(FULL_DISK, "full")),
            "reload": watch.Carpmon(lab, "obs", "-c", self.reload_conf),
            # A sanitizer cannot look for leaks in what is no more its own user's.
            "journal": watch.Carpmon(lab, "obs", "--user", "nobody",
                                     prefix=("env", "ASAN_OPTIONS=detect_leaks=0",
                                             *self._shell(OWN_JOURNAL, "dev"))),
            "syslog": watch.Carpmon(lab, "obs", "--syslog", "local3",
                                    prefix=self._shell(OWN_DEV, "dev")),
        }
        self.rights = {}

    def _shell(self, script, name):
        # ip netns exec gives it a mount namespace of its own.
        return ("sh", "-c", script.format(self.where[name]), "sh")

    def play(self):
        lab, first = self.lab, self.monitors["hook"]
        for monitor in self.monitors.values():
            monitor.wait_event(event="transition")
        time.sleep(3.2)
        write_conf(lab, "reload.conf", PASSWORD, "senders = 10.79.0.11\n")
        self.monitors["reload"].process.send_signal(signal.SIGHUP)
        lab.cut_both("a", "b")
        self.found = first.wait_event(15, event=("finding", "update"), code="DUAL_MASTER",
                                      severity="critical")
        self.monitors["full"].wait_output("No space left", 5)
        with open(self.reload_conf, "a", encoding="ascii") as f:
            f.write("nonsense = 1\n")
        self.monitors["reload"].process.send_signal(signal.SIGHUP)
        lab.heal()
        first.wait_event(15, event="resolved", code="DUAL_MASTER")
        self.rights = {name: status_of(monitor.pid) for name, monitor in self.monitors.items()}
        lab.detach("obs")
        time.sleep(1.5)
        lab.attach("obs")
        self.monitors["journal"].wait_event(15, event="transition", segment="eth0")
        time.sleep(2.5)
        for monitor in self.monitors.values():
            monitor.stop()
        time.sleep(0.5)


@pytest.fixture(scope="module")
def played():
    """Two hosts that are cut apart and joined again before observers of all kinds."""
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as lab:
        first = peers.Ucarp(lab, "a", vhid=VHID, password=PASSWORD, vip=VIP)
        first.wait_state("MASTER")
        peers.Ucarp(lab, "b", vhid=VHID, password=PASSWORD, vip=VIP, advskew=100)
        time.sleep(1.2)
        show = Played(lab)
        try:
            show.play()
            yield show
        finally:
            for listener in (show.journal, show.manager, show.syslog):
                if listener:
                    listener.close()


def test_hook(played):
    """Each event reaches the hook: arguments, environment, JSON, evidence; no rights."""
    monitor = played.monitors["hook"]
    watch.check_schema(monitor.events)
    with open(os.path.join(played.where["hook"], "calls"), encoding="utf-8") as f:
        calls = [line.rstrip("\n").split("|", 7) for line in f]
    watch.check_schema([json.loads(call[7]) for call in calls])
    assert [call[:6] for call in calls if call[1] == "MASTER"][0] == \
        ["%d@eth0" % VHID, "MASTER", "transition", "", "MASTER", ""]
    dual = [call for call in calls if call[1] == "DUAL_MASTER" and call[3] == "critical"]
    assert dual[0][2] in ("finding", "update") and dual[0][5] == "written"
    assert [call for call in calls if call[1:3] == ["DUAL_MASTER", "resolved"]]
    assert {int(call[6], 16) for call in calls} == {0}
    assert re.search(r"hook 79@eth0 MASTER: hook says hello", monitor.output())
    assert re.search(r"hook 79@eth0 MASTER: exit status 7", monitor.output())


def test_evidence(played):
    """tshark and capinfos read it; comments tell what was found, and no secret."""
    path = played.found["evidence"]
    assert os.path.dirname(path) == os.path.realpath(played.where["hook"])
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    for other in glob.glob(played.where["hook"] + "/*.pcapng"):
        infos = netlab.sh("capinfos", "-M", other)
        assert "pcapng" in infos and "carpmon" in infos
        with open(other, "rb") as f:
            assert PASSWORD.encode() not in f.read()
    out = netlab.sh("tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=\t",
                    "-e", "frame.comment", "-e", "ip.src", "-e", "frame.time_epoch")
    rows = [line.split("\t") for line in out.splitlines()]
    comments = [row[0] for row in rows]
    assert any("DUAL_MASTER" in text for text in comments)
    assert any("10.79.0.11 MASTER, HMAC good" in text for text in comments)
    assert {"10.79.0.11", "10.79.0.12"} <= {row[1] for row in rows}
    assert abs(watch.seconds(played.found["time"]) - float(rows[-1][2])) < 5
    assert float(rows[-1][2]) - float(rows[0][2]) <= 10.1
    # The thread that writes lives within the filter of system calls.
    assert "GLib" not in played.monitors["hook"].output()


def test_full_disk(played):
    """One line, and alerts go on."""
    monitor = played.monitors["full"]
    lines = [line for line in monitor.output().splitlines() if "evidence is lost" in line]
    assert len(lines) == 1 and "make room" in lines[0]
    assert watch.pick(monitor.events, event="resolved", code="DUAL_MASTER")


def test_reload(played):
    """SIGHUP takes new keys and senders; a bad file leaves the old ones."""
    monitor = played.monitors["reload"]
    assert watch.pick(monitor.events, event="finding", code="BAD_HMAC")
    assert watch.pick(monitor.events, event="resolved", code="BAD_HMAC")
    assert "reload.conf: loaded: 1 keys" in monitor.output()
    assert "the keys from before stay" in monitor.output() and "nonsense" in monitor.output()
    total = watch.pick(monitor.events, event="summary", vhid=VHID)[0]
    assert total["hmac"]["bad"] >= 3 and total["hmac"]["good"] >= 5
    assert total["hmac"]["unverified"] == 0
    rogue, = watch.pick(monitor.events, event="finding", code="ROGUE_SENDER")
    assert (rogue["cause"], rogue["senders"]) == ("NOT_CONFIGURED", ["10.79.0.12"])
    assert not watch.pick(played.monitors["hook"].events, code="ROGUE_SENDER")


def test_rights(played):
    """Nobody keeps more than CAP_NET_RAW, and that opens the interface again."""
    for name, status in played.rights.items():
        assert int(status["CapEff"], 16) == CAP_NET_RAW, name
        assert int(status["CapPrm"], 16) == CAP_NET_RAW, name
        assert int(status["CapAmb"], 16) == 0 and int(status["CapInh"], 16) == 0, name
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), name
    for name in ("hook", "journal"):
        assert "0" not in played.rights[name]["Uid"].split("\t"), name
    for name, monitor in played.monitors.items():
        assert "eth0: is back" in monitor.output() or name in ("journal", "syslog")
        end = monitor.events[-1]
        assert (end["event"], end["unreadable"]) == ("end", 0), name


def test_journal(played):
    """Fields as journalctl wants them."""
    if not played.journal:
        pytest.skip("a journal runs here: the test would write to it")
    entries = played.journal.entries()
    master = [e for e in entries if e.get("CARP_STATE") == "MASTER"][0]
    assert (master["CARP_VHID"], master["CARP_IFACE"]) == (str(VHID), "eth0")
    assert (master["SYSLOG_IDENTIFIER"], master["PRIORITY"]) == ("carpmon", "5")
    dual = [e for e in entries if e.get("CARP_CODE") == "DUAL_MASTER"
            and e["CARP_SEVERITY"] == "critical" and e["PRIORITY"] == "2"][0]
    assert dual["CARP_SENDER"] in ("10.79.0.11", "10.79.0.12")
    assert re.fullmatch("[0-9a-f]{32}", dual["MESSAGE_ID"])
    assert dual["MESSAGE_ID"] != master["MESSAGE_ID"]
    assert [e for e in entries if e["MESSAGE"].startswith("eth0: is back")]
    assert played.monitors["journal"].output() == ""


def test_service_manager(played):
    """Ready once it watches, then signs of life, a status, and a word at the end."""
    notices = played.manager.lines
    assert notices[0] == "READY=1" and notices[-1] == "STOPPING=1"
    assert notices.count("READY=1") == 1
    assert notices.count("WATCHDOG=1") >= 5
    assert any(re.match(r"STATUS=1 segment, 1 vhid, \d+ adverts, 0 frames dropped", text)
               for text in notices)


def test_syslog(played):
    text = "".join(played.syslog.lines)
    assert "<%d>" % (19 * 8 + 2) in text and "<%d>" % (19 * 8 + 5) in text
    assert re.search(r"carpmon\[\d+\]: .*DUAL_MASTER.* 79@eth0", text)
    assert "eth0: is back" in text and played.monitors["syslog"].output() == ""


def run(lab, *options):
    """carpmon until it ends."""
    return subprocess.run(lab.argv("obs", "env", "ASAN_OPTIONS=detect_leaks=0", watch.PROGRAM,
                                   "-i", "eth0", *options),
                          capture_output=True, text=True, timeout=30, check=False)


def test_unusable_directory(played):
    """Said at the start, not when the first alert comes."""
    private = os.path.join(played.lab.dir, "private")
    os.mkdir(private, 0o700)
    cases = ((("--evidence", "/nonexistent/dir"), "No such file or directory: make the directory"),
             (("--evidence", private, "--user", "nobody"), "Permission denied for user nobody"),
             (("--state", private + "/s", "--user", "nobody"), "Permission denied for user nobody"),
             (("--user", "no-such-user"), "user no-such-user: there is none"))
    for options, text in cases:
        done = run(played.lab, *options)
        assert done.returncode == 3 and done.stdout == "", done
        assert len(done.stderr.splitlines()) == 1 and text in done.stderr, done


def test_hanging_hook(played):
    """It holds nothing up; at the end it is waited for some seconds, no more."""
    hook = os.path.join(played.where["hook"], "hang")
    with open(hook, "w", encoding="ascii") as f:
        f.write("#!/bin/sh\nexec sleep 60\n")
    os.chmod(hook, 0o755)
    start = time.monotonic()
    done = run(played.lab, "--exec", hook, "--duration", "2.5", "--format", "json")
    assert time.monotonic() - start < 2.5 + 5 + 4
    events = watch.parse(done.stdout.splitlines())
    assert [e["event"] for e in events][:2] == ["start", "transition"]
    assert watch.pick(events, event="summary", vhid=VHID)[0]["adverts"] >= 2
