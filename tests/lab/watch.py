# SPDX-License-Identifier: BSD-2-Clause
"""carpmon in a lab, and what its JSON lines say.

CARPMON names the program to test (default: that of build/release).
"""
import datetime
import json
import os
import subprocess
import threading
import time

import netlab
import peers

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
PROGRAM = os.path.abspath(os.environ.get("CARPMON")
                          or os.path.join(ROOT, "build", "release", "bin", "carpmon"))
SCHEMA = os.path.join(ROOT, "docs", "carpmon.schema.json")


def missing():
    """None if there is a carpmon to test, else the reason (for pytest.skip)."""
    return None if os.access(PROGRAM, os.X_OK) else "%s is not built" % PROGRAM


def seconds(stamp):
    """Epoch seconds of an RFC 3339 time as carpmon writes it."""
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def parse(lines):
    """The objects of JSON lines."""
    return [json.loads(line) for line in lines if line.strip()]


def pick(events, **wanted):
    """Those events whose fields have the wanted values; a tuple means one of them."""
    def fits(event):
        return all(event.get(key) in value if isinstance(value, tuple) else event.get(key) == value
                   for key, value in wanted.items())
    return [event for event in events if fits(event)]


def check_schema(events):
    """Fail unless every object keeps to docs/carpmon.schema.json; quietly without the file."""
    try:
        import jsonschema
        with open(SCHEMA, encoding="utf-8") as f:
            validator = jsonschema.Draft7Validator(json.load(f))
    except (ImportError, FileNotFoundError):
        return
    for event in events:
        wrong = [error.message for error in validator.iter_errors(event)]
        assert not wrong, "%s in %s" % (wrong, json.dumps(event))


def read(path, *options):
    """Run carpmon -r on a recording; its exit status and events."""
    done = subprocess.run([PROGRAM, "-r", path, "--segment", "eth0", "--format", "json", *options],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, parse(done.stdout.splitlines())


class Carpmon(peers.Peer):
    """carpmon -i INTERFACE --format json on a host; ready when the constructor returns."""

    program = PROGRAM

    def __init__(self, lab, host, *options, prefix=(), interface="eth0"):
        super().__init__(lab, host)
        self._lines = []    # (arrival, line)
        self.process = lab.spawn(host, *prefix, PROGRAM, "-i", interface, "--format", "json",
                                 *options, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        netlab.wait_for("carpmon on %s starts: %s" % (host, self.output()),
                        lambda: self._lines or self.process.poll() is not None, 10, 0.01)

    def _read(self):
        with self.process.stdout as stream:
            for line in stream:
                self._lines.append((time.time(), line.decode()))

    @property
    def events(self):
        """Everything it has said so far."""
        return parse(line for _when, line in list(self._lines))

    def wait_event(self, timeout=10.0, **wanted):
        """Wait for an event with these fields (see pick) and return the first."""
        return netlab.wait_for("carpmon says %s" % wanted,
                               lambda: pick(self.events, **wanted), timeout, 0.02)[0]

    def delays(self):
        """(seconds from the time an event tells to the arrival of its line, event)."""
        arrived = [(when, json.loads(line)) for when, line in list(self._lines)]
        return [(when - seconds(event["time"]), event) for when, event in arrived
                if event["event"] in ("transition", "finding", "update")]

    def wait_end(self, timeout=10.0):
        """Wait until it ends by itself, and return its exit status."""
        self.process.wait(timeout)
        self._reader.join(5)
        return self.process.returncode

    def stop(self, number=peers.signal.SIGINT, timeout=5.0):
        """End it as Ctrl-C does; its exit status."""
        status = super().stop(number, timeout)
        self._reader.join(5)
        return status
