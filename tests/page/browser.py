# SPDX-License-Identifier: BSD-2-Clause
"""Chromium without a screen, driven by its DevTools protocol."""
import base64
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import websocket


def missing():
    """None if there is a Chromium, else the reason."""
    return None if shutil.which("chromium") else "chromium is not installed"


class Browser:
    """One page. `problems` are the errors and warnings of its console."""

    def __init__(self, width=1280, height=900, dark=False):
        self.profile = tempfile.mkdtemp(prefix="carp-browser-")
        self.log = open(pathlib.Path(self.profile) / "stderr", "wb")
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
             "--remote-debugging-port=0", "--remote-allow-origins=*", "--hide-scrollbars",
             f"--user-data-dir={self.profile}", f"--window-size={width},{height}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True)
        self.number = 0
        self.problems = []
        self.requests = []
        self.socket = websocket.create_connection(self._target(), timeout=30)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.socket.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _target(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = (pathlib.Path(self.profile) / "stderr").read_text(errors="replace")
            found = re.search(r"ws://(\S+?)/devtools", text)
            if found:
                return self._page(found.group(1))
            assert self.process.poll() is None, text
            time.sleep(0.1)
        raise AssertionError("chromium does not start: " + text)

    @staticmethod
    def _page(host):
        import urllib.request
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"http://{host}/json", timeout=10) as answer:
                pages = [p for p in json.load(answer) if p["type"] == "page"]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
            time.sleep(0.1)
        raise AssertionError("chromium has no page")

    def _take(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(params["exceptionDetails"]["exception"].get("description"))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.problems.append(str(params["args"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def send(self, method, **params):
        """One command; its result."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def open(self, url):
        """Go there."""
        self.send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def run(self, script):
        """The value of an expression."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, script, timeout=20.0):
        """Until an expression is true; its value."""
        deadline = time.monotonic() + timeout
        while True:
            value = self.run(f"((v) => v instanceof Node ? true : v)({script})")
            if value:
                return value
            assert time.monotonic() < deadline, (
                f"not within {timeout} s: {script}; {self.problems}; "
                + self.run("document.body.innerText")[:2000])
            time.sleep(0.1)

    def key(self, name, text=""):
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      text=text if kind == "keyDown" else "",
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13, "Escape": 27}.get(name, 0))

    def shot(self, path, full=False):
        """Write a PNG."""
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        pathlib.Path(path).write_bytes(base64.b64decode(data["data"]))
