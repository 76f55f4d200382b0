# SPDX-License-Identifier: BSD-2-Clause
"""The memory of programs that run: of a password that a reload has replaced nothing is left, and
one that stands in carp.conf leaves no more copies than one in a file of its own. Passwords from
the service manager (LoadCredential=) work, and are gone likewise."""
import os
import re
import signal
import sys

import pytest

import marker
from marker import FIRST, SECOND

sys.path.insert(0, str(marker.ROOT / "tests" / "lab"))
# pylint: disable=wrong-import-position
import carpd
import netlab
import watch

CARPINJECT = marker.program("CARPINJECT", "carpinject")
VHID, VIP = 79, "10.79.0.50"
THIRD = "Nc3vRet8LsHa2yKd"
LARGEST = 1 << 27       # a sanitizer's own regions are larger


def regions(pid):
    """(start, end) of what the process can write."""
    with open("/proc/%d/maps" % pid, encoding="ascii") as maps:
        for line in maps:
            start, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            start, end = int(start, 16), int(end, 16)
            if rights.startswith("rw") and end - start < LARGEST:
                yield start, end


def copies(pid, secret):
    """How often the middle of the secret stands in the process's memory: a freed piece of memory
    loses its first octets, a short one its last."""
    middle, count = secret[4:12].encode(), 0
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for start, end in regions(pid):
            try:
                memory.seek(start)
                count += memory.read(end - start).count(middle)
            except OSError:
                pass    # it went meanwhile
    return count


@pytest.fixture(scope="module", name="lab")
def built():
    reason = netlab.usable() or watch.missing() or carpd.Carpd.missing()
    if reason:
        pytest.skip(reason)
    # Binding a function at its first call leaves the processor's registers on the stack.
    os.environ["LD_BIND_NOW"] = "1"
    with netlab.Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as made:
        yield made


@pytest.fixture(name="credentials")
def given_by_the_manager(tmp_path, monkeypatch):
    """As systemd gives them: files that only the service can read."""
    for name, text in (("lan", FIRST), ("lan-old", SECOND)):
        path = tmp_path / name
        path.write_text(text)
        path.chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))


def group(**keys):
    """A group of carp.conf; None takes a key out."""
    return {"vhid": VHID, "addresses": VIP + "/24", "advbase": 0, "advskew": 20,
            "password": None, **keys}


def is_searchable(pid):
    """Whether this system lets us look."""
    try:
        return copies(pid, FIRST) > 0
    except PermissionError:
        return None


def must_forget(pid, replace, *old):
    """Each old secret is found before, none of it after."""
    if is_searchable(pid) is None:
        pytest.skip("the memory of another process cannot be read here")
    for secret in old:
        assert copies(pid, secret) > 0, "the search finds nothing"
    replace()
    for secret in old:
        assert copies(pid, secret) == 0, "%d copies are left" % copies(pid, secret)


@pytest.mark.usefixtures("credentials")
def test_carpd_forgets(lab):
    """Its keys are replaced by a reload, after it has used them for a while."""
    daemon = carpd.Carpd(lab, "a", group(**{"password": FIRST, "accept-credential": "lan-old"}))
    stranger = carpd.Carpd(lab, "b", group(password=FIRST[:-1], advskew=60))
    daemon.wait_state("MASTER")
    stranger.wait_state("MASTER")
    netlab.wait_for("wrong digests are explained", lambda: "password" in daemon.output(), 10)

    def replace():
        daemon.write(group(password=THIRD))
        assert daemon.ask("reload")["ok"]
        daemon.ask("show")

    must_forget(daemon.pid, replace, FIRST, SECOND)
    assert copies(daemon.pid, THIRD) > 0
    # A file that cannot be used is not remembered either.
    daemon.write(group(password=FIRST, pasword=SECOND))
    assert not daemon.ask("reload")["ok"]
    assert copies(daemon.pid, FIRST) == copies(daemon.pid, SECOND) == 0
    for peer in (daemon, stranger):
        peer.stop()


def test_carpmon_forgets(lab):
    """SIGHUP brings it new keys."""
    path = os.path.join(lab.dir, "carpmon.conf")

    def write(password):
        with open(path, "w", encoding="ascii") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write('[vhid "lan"]\nvhid = %d\naddresses = %s\npassword = %s\n'
                    % (VHID, VIP, password))

    write(FIRST)
    stranger = carpd.Carpd(lab, "b", group(password=FIRST[:-1]))
    monitor = watch.Carpmon(lab, "obs", "-c", path)
    monitor.wait_event(15, event="finding", code="BAD_HMAC")

    def replace():
        write(THIRD)
        os.kill(monitor.pid, signal.SIGHUP)
        netlab.wait_for("it has read them", lambda: copies(monitor.pid, THIRD) > 0, 10)
        netlab.wait_for("it has freed the old ones",
                        lambda: copies(monitor.pid, FIRST) == 0, 3)

    must_forget(monitor.pid, replace, FIRST)
    for peer in (monitor, stranger):
        peer.stop()


def test_carpinject_keeps_no_more(lab):
    """A password that stands in carp.conf leaves no more copies than one in a file."""
    secret = os.path.join(lab.dir, "secret")
    found = []
    for key, value in (("password-file", secret), ("password", FIRST)):
        path = os.path.join(lab.dir, "carpinject.conf")
        for name, text in ((secret, FIRST + "\n"), (path, '[vhid "lan"]\nvhid = %d\n'
                           "addresses = %s\n%s = %s\n" % (VHID, VIP, key, value))):
            with open(name, "w", encoding="ascii") as f:
                os.fchmod(f.fileno(), 0o600)
                f.write(text)
        sender = lab.spawn("a", CARPINJECT, "advert", "-c", path, "-i", "eth0", "--count", "0",
                           "--interval", "0.05", "--i-own-this-network")
        netlab.wait_for("it has read its key", lambda: is_searchable(sender.pid) is None or
                        copies(sender.pid, FIRST), 10)
        if is_searchable(sender.pid) is None:
            pytest.skip("the memory of another process cannot be read here")
        found.append(copies(sender.pid, FIRST))
        netlab.stop_process(sender)
    assert found[0] > 0 and found[1] <= found[0], found


@pytest.mark.usefixtures("credentials")
def test_credential_signs(lab):
    """The password of a credential is the peer's password."""
    first = carpd.Carpd(lab, "a", group(credential="lan"))
    first.wait_state("MASTER")
    second = carpd.Carpd(lab, "b", group(password=FIRST, advskew=60))
    netlab.wait_for("it hears its master",
                    lambda: second.is_there() and second.show()["master"] == "10.79.0.11", 10)
    assert second.state() == "BACKUP"
    for peer in (first, second):
        marker.check("its log", peer.output())
        peer.stop()


@pytest.mark.parametrize("name, says", [
    ("missing", "No such file"), ("../lan", "must be a credential's name")])
@pytest.mark.usefixtures("credentials")
def test_wrong_credential(lab, name, says):
    """carpd says what is wrong with it, and does not start."""
    daemon = carpd.Carpd(lab, "a", group(credential=name))
    assert daemon.process.wait(10) == 3
    assert says in daemon.output(), daemon.output()
