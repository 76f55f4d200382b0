# SPDX-License-Identifier: BSD-2-Clause
"""The listener without a browser: metrics, API, tokens, hostile and slow clients."""
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.parse

import pytest

import wire

VHIDS = (1, 2, 7)
LONG = bool(os.environ.get("CARP_LONG"))


@pytest.fixture(scope="module", name="lan")
def fixture_lan():
    with wire.Wire() as made:
        made.first = [made.start(wire.Master(vhid, "10.77.0.11", counter=1000 * vhid))
                      for vhid in VHIDS]
        yield made


@pytest.fixture(scope="module", name="monitor")
def fixture_monitor(lan, tmp_path_factory):
    with wire.Carpmon(lan, tmp_path_factory.mktemp("monitor"), vhids=VHIDS) as running:
        wire.wait_for("three rows", lambda: [
            row["masters"] for row in running.json("api/v1/state")["rows"]
            if row["adverts"] >= 4] == [1, 1, 1])
        yield running


def samples(text):
    """{(name, labels): value} of a text exposition."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
            pairs = tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")))
            assert (name, pairs) not in found, line
            found[name, pairs] = float(value)
    return found


def labels(vhid, **more):
    return tuple(sorted({"segment": "lan", "vlan": "0", "family": "ipv4", "vhid": str(vhid),
                         **more}.items()))


def connect(monitor):
    """A bare connection."""
    at = urllib.parse.urlsplit(monitor.url)
    made = socket.create_connection((at.hostname, at.port), timeout=30)
    return made


def test_metrics(monitor):
    status, headers, body = monitor.get("metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = samples(body)
    for vhid in VHIDS:
        assert found["carpmon_masters", labels(vhid)] == 1
        assert found["carpmon_master", labels(vhid, source="10.77.0.11")] == 1
        adverts = found["carpmon_adverts_total", labels(vhid, source="10.77.0.11")]
        assert adverts >= 3
        good = labels(vhid, source="10.77.0.11", result="good")
        assert found["carpmon_hmac_total", good] == adverts
        count = found["carpmon_advert_gap_seconds_count", labels(vhid)]
        assert count == adverts - 1
        assert found["carpmon_advert_gap_seconds_bucket", labels(vhid, le="+Inf")] == count
        assert 0.8 * count <= found["carpmon_advert_gap_seconds_sum", labels(vhid)] <= 2 * count
        reason = labels(vhid, reason="first advert seen")
        assert found["carpmon_transitions_total", reason] == 1
        assert abs(found["carpmon_last_advert_seconds", labels(vhid)] - time.time()) < 10
    assert found["carpmon_capture_drops_total", ()] == 0
    assert found["carpmon_vhids", ()] == 3 and found["carpmon_vhids_unlabelled", ()] == 0
    assert ("carpmon_build_info", (("version", monitor.json("api/v1/state")["version"]),)) in found


def test_promtool(monitor):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    done = subprocess.run(["promtool", "check", "metrics"], input=monitor.get("metrics")[2],
                          capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_announcement(lan, monitor):
    lan.socket.send(wire.garp(2))
    value = wire.wait_for("the announcement", lambda: samples(monitor.get("metrics")[2]).get(
        ("carpmon_last_garp_seconds", labels(2))))
    assert abs(value - time.time()) < 10
    row = monitor.json("api/v1/row?key=0-0-4-2")
    assert row["announced"]["address"] == wire.virtual_address(2)
    assert row["announced"]["mac"] == "00:00:5e:00:01:02"


def test_schema(monitor):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((wire.ROOT / "docs" / "carpmon-api.schema.json").read_text())
    for path in ("state", "findings", "events", "row?key=0-0-4-7", "nothing"):
        body = monitor.get("api/v1/" + path)[2]
        name = path.partition("?")[0]
        part = {**schema, "$ref": "#/definitions/" + {"nothing": "refusal"}.get(name, name)}
        jsonschema.Draft7Validator(part).validate(json.loads(body))


def test_events_after(monitor):
    every = monitor.json("api/v1/events")
    assert [e["number"] for e in every["events"]] == list(range(1, every["last"] + 1))
    later = monitor.json("api/v1/events?after=2")["events"]
    assert later == every["events"][2:]
    assert monitor.json("api/v1/events?after=999999")["events"] == []


def test_headers(monitor):
    for path in ("", "page.js", "api/v1/state", "nothing"):
        headers = monitor.get(path)[1]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    assert monitor.get("healthz")[::2] == (200, "ok\n")
    assert monitor.get("nothing")[0] == 404
    assert monitor.get("api/v1/row?key=%22")[0] == 404


def test_only_reading(monitor):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        with connect(monitor) as client:
            client.sendall(f"{method} / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc".encode())
            assert client.recv(64).split()[1] == b"405"
    with connect(monitor) as client:
        client.sendall(b"HEAD /api/v1/stream HTTP/1.0\r\n\r\n")
        assert client.recv(64).split()[1] == b"200"


def test_foreign_name_is_refused(monitor):
    """A name that somebody's DNS points at us."""
    port = urllib.parse.urlsplit(monitor.url).port
    for host, status in (("evil.example", 403), (f"evil.example:{port}", 403),
                         ("localhost", 200), (f"127.0.0.1:{port}", 200), ("[::1]", 200)):
        assert monitor.get("api/v1/state", Host=host)[0] == status


def test_token(lan, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("0123456789abcdef-token\n")
    secret.chmod(0o640)
    with wire.Carpmon(lan, tmp_path, "--listen-token", str(secret)) as guarded:
        for path in ("metrics", "api/v1/state", "api/v1/stream", "api/v1/row?key=0-0-4-1"):
            status, headers, body = guarded.get(path)
            assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer")
            assert "masters" not in body
        assert guarded.get("metrics", Authorization="Bearer 0123456789abcdef-tokeN")[0] == 401
        assert guarded.get("metrics", Authorization="Basic 0123456789abcdef-token")[0] == 401
        assert guarded.get("metrics", Authorization="Bearer 0123456789abcdef-token")[0] == 200
        assert guarded.get("healthz")[0] == 200 and guarded.get("")[0] == 200
        assert "0123456789abcdef" not in guarded.errors.read_text()


@pytest.mark.parametrize("listen, words", [
    ("nonsense", "ADDRESS:PORT"), (":99999", "ADDRESS:PORT"), ("localhost:80", "in numbers"),
    ("192.0.2.1:9", "does not have that address")])
def test_bad_address(lan, listen, words):
    done = subprocess.run([wire.PROGRAM, "-i", lan.far, "--listen", listen], capture_output=True,
                          text=True, timeout=20, check=False)
    assert done.returncode == 3 and words in done.stderr and done.stderr.count("\n") == 1


def test_port_in_use(lan, monitor):
    at = urllib.parse.urlsplit(monitor.url).netloc
    done = subprocess.run([wire.PROGRAM, "-i", lan.far, "--listen", at], capture_output=True,
                          text=True, timeout=20, check=False)
    assert done.returncode == 3 and "choose another port" in done.stderr


@pytest.mark.parametrize("content, mode, words", [
    ("too-short-one", 0o600, "16 to 512"), ("0123456789abcdef0", 0o644, "chmod o-rwx"),
    ("0123456789 abcdef", 0o600, "without blanks"), (None, 0, "No such file")])
def test_bad_token(lan, tmp_path, content, mode, words):
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    done = subprocess.run([wire.PROGRAM, "-i", lan.far, "--listen", ":0", "--listen-token",
                           str(path)], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 3 and words in done.stderr
    assert content is None or content + "\n" not in done.stderr


def read_stream(client, seconds):
    """What a stream sends in that time."""
    text, end = b"", time.monotonic() + seconds
    client.settimeout(0.2)
    while time.monotonic() < end:
        try:
            part = client.recv(65536)
            if not part:
                break
            text += part
        except TimeoutError:
            pass
    return text.decode()


def test_stream_tells_changes_only(lan, monitor):
    revision = monitor.json("api/v1/state")["revision"]
    with connect(monitor) as client:
        client.sendall(f"GET /api/v1/stream?after={revision} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                       .encode())
        quiet = read_stream(client, 2.5)
        assert "text/event-stream" in quiet and quiet.count("event: beat") >= 1
        assert "event: change" not in quiet
        second = lan.start(wire.Master(7, "10.77.0.12", 100, counter=1))
        loud = read_stream(client, 4)
        lan.stop(second)
        changes = [json.loads(part) for part in re.findall(r"event: change\ndata: (.*)", loud)]
        assert {row["vhid"] for change in changes for row in change["rows"]} == {7}
        codes = {f["code"] for change in changes for f in change["findings"]}
        assert "DUAL_MASTER" in codes
        assert any(e["event"] == "transition" for change in changes for e in change["events"])


def test_slow_and_many_clients(lan, monitor):
    """Readers that never read, half requests, more streams than allowed: the rest goes on."""
    before = monitor.json("api/v1/state")["capture"]
    clients = []
    try:
        for _ in range(20):
            client = connect(monitor)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            client.sendall(b"GET /api/v1/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            clients.append(client)
        for _ in range(10):
            client = connect(monitor)
            client.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
            clients.append(client)
        time.sleep(2)
        refused = sum(b" 503 " in client.recv(32) for client in clients[:20])
        assert 4 <= refused <= 6    # an earlier one may not be given up yet
        begin = time.monotonic()
        assert monitor.get("metrics")[0] == 200
        assert time.monotonic() - begin < 5
        after = monitor.json("api/v1/state")["capture"]
        assert after["adverts"] >= before["adverts"] + 3 and after["dropped"] == 0
    finally:
        for client in clients:
            client.close()


def test_streams_are_freed(monitor):
    wire.wait_for("the slow ones are given up", lambda: opens_stream(monitor), 40)
    for _ in range(20):
        time.sleep(0.15)
        wire.wait_for("there is room for a stream", lambda: opens_stream(monitor), 5)


def is_over(client):
    """Whether the other side has closed; takes what has come."""
    client.setblocking(False)
    try:
        while True:
            if not client.recv(65536):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        client.setblocking(True)


@pytest.mark.skipif(not LONG, reason="a minute: set CARP_LONG=1")
def test_trickling_requests(monitor):
    """An octet a second keeps nobody in: 20 s for a request, 120 s for its answer."""
    clients = [connect(monitor) for _ in range(20)]
    begin = time.monotonic()
    for client in clients:
        client.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
    while clients and time.monotonic() - begin < 40:
        time.sleep(1)
        for client in list(clients):
            if is_over(client):
                clients.remove(client)
                client.close()
                assert 19 < time.monotonic() - begin < 30
            else:
                client.send(b"x")
    assert not clients
    # Who asks again and again over one connection may, for as long as it likes.
    with connect(monitor) as client:
        for _ in range(5):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
            time.sleep(6)


def streams(monitor, count, source=None):
    """So many clients that take the stream and never read it."""
    at = urllib.parse.urlsplit(monitor.url)
    made = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        if source:
            client.bind((source, 0))
        client.connect((at.hostname, at.port))
        client.sendall(b"GET /api/v1/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        made.append(client)
    return made


def opens_stream(monitor):
    with connect(monitor) as client:
        client.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return client.recv(32).split()[1] == b"200"


@pytest.mark.skipif(not LONG, reason="minutes: set CARP_LONG=1")
def test_dead_streams_make_room(monitor):
    """Clients that vanish without a word give their places back within a minute."""
    gone = "10.99.0.1"
    subprocess.run(["ip", "address", "add", gone + "/32", "dev", "lo"], check=True)
    dead = streams(monitor, 16, gone)
    time.sleep(2)
    assert not opens_stream(monitor)
    subprocess.run(["ip", "address", "del", gone + "/32", "dev", "lo"], check=True)
    wire.wait_for("room", lambda: opens_stream(monitor), 75, 2)
    for client in dead:
        client.close()


@pytest.mark.skipif(not LONG, reason="minutes: set CARP_LONG=1")
def test_unread_streams_make_room(lan, tmp_path):
    """Nor does one stay who lives and never reads, with 200 vhids that fill its buffers."""
    vhids = tuple(range(1, 201))
    crowd = [lan.start(wire.Master(vhid, "10.77.0.13")) for vhid in vhids]
    try:
        with wire.Carpmon(lan, tmp_path, vhids=vhids) as running:
            idle = streams(running, 16)
            wire.wait_for("all places are taken", lambda: not opens_stream(running), 10)
            wire.wait_for("room", lambda: opens_stream(running), 120, 2)
            for client in idle:
                client.close()
    finally:
        for master in crowd:
            lan.stop(master)


def test_garbage_requests(monitor):
    for octets in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", os.urandom(4000),
                   b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n",
                   b"GET /api/v1/events?after=" + b"9" * 200 + b" HTTP/1.0\r\n\r\n",
                   b"GET /..%2f..%2fetc/passwd HTTP/1.0\r\n\r\n"):
        with connect(monitor) as client:
            try:
                client.sendall(octets)
                client.shutdown(socket.SHUT_WR)
                client.recv(65536)
            except OSError:
                pass
    assert monitor.get("healthz")[0] == 200


def test_textfile(lan, tmp_path):
    """Readable for node_exporter whatever the umask, and nothing is left beside it."""
    path = tmp_path / "carpmon.prom"
    old = os.umask(0o077)
    with wire.Carpmon(lan, tmp_path, "--textfile", str(path)) as running:
        os.umask(old)
        text = wire.wait_for("metrics with a master", lambda: path.exists() and re.search(
            r"^carpmon_masters\{.*\} 1$", path.read_text(), re.M) and path.read_text(), 25)
        assert ("carpmon_masters", labels(1)) in samples(text)
        assert path.stat().st_mode & 0o777 == 0o644
        assert running.stop() in (0, 1, 2)
    assert [p.name for p in tmp_path.iterdir() if "prom" in p.name] == ["carpmon.prom"]


def test_textfile_cannot_be_written(lan, tmp_path):
    with wire.Carpmon(lan, tmp_path, "--textfile", str(tmp_path / "no" / "x.prom")) as running:
        wire.wait_for("the message", lambda: "metrics are not written" in
                      running.errors.read_text())
        assert running.get("healthz")[0] == 200
