# SPDX-License-Identifier: BSD-2-Clause
"""Devices under test for carpinject conform, in host "a" of a lab: started,
stopped and driven by carpinject's --control. A new one is a class with
missing() and start()."""
import os
import shutil
import signal
import threading

import netlab
import peers

PASSWORD = "lab-secret"
VHID = 7
VIP = "10.79.0.50"
VIP6 = "2001:db8::50"
CARPINJECT = os.environ.get("CARPINJECT", "carpinject")


class Target:
    """A device, and a command that starts and stops it: one that waits at a
    pair of pipes, because carpinject runs in another namespace."""

    # What conform is told of it.
    options = ()

    def __init__(self, lab, *, preempt=False, dual=False, advskew=100,
                 advbase=1):
        self.lab = lab
        self.preempt, self.dual = preempt, dual
        self.advskew, self.advbase = advskew, advbase
        self.process = None
        self.secret = os.path.join(lab.dir, "password")
        with open(self.secret, "w", encoding="ascii") as file:
            file.write(PASSWORD + "\n")
        os.chmod(self.secret, 0o600)
        self.asked = os.path.join(lab.dir, "asked")
        self.done = os.path.join(lab.dir, "done")
        self.control = os.path.join(lab.dir, "control")
        os.mkfifo(self.asked)
        os.mkfifo(self.done)
        with open(self.control, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "$1" > %s\nread x < %s\n'
                       % (self.asked, self.done))
        os.chmod(self.control, 0o700)
        self.start()
        threading.Thread(target=self.serve, daemon=True).start()

    @classmethod
    def missing(cls):
        """None, or why it cannot be tested here."""
        return None

    def start(self):
        raise NotImplementedError

    def stop(self):
        if self.process is not None:
            netlab.stop_process(self.process, signal.SIGTERM, 5)
            self.process = None

    def slow_script(self, seconds, then=""):
        slow = os.path.join(self.lab.dir, "slow")
        with open(slow, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nsleep %d\n%s\n" % (seconds, then))
        os.chmod(slow, 0o755)
        return slow

    def serve(self):
        while True:
            try:
                with open(self.asked, encoding="ascii") as file:
                    action = file.read().strip()
            except FileNotFoundError:
                return      # the lab is gone
            (self.start if action == "start" else self.stop)()
            with open(self.done, "w", encoding="ascii") as file:
                file.write("x\n")

    def arguments(self):
        """Of carpinject conform, for this device."""
        found = ["--vhid", str(VHID), "--address", VIP, "--password-file",
                 self.secret, "--target", self.lab.hosts["a"].address,
                 "--target-skew", str(self.advskew), "--target-base",
                 str(self.advbase), "--target-preempt",
                 "yes" if self.preempt else "no", "--control", self.control]
        return found + (["--address", VIP6] if self.dual else []) + \
            list(self.options)


class Ucarp(Target):
    """@script: seconds that its up-script takes."""

    options = ("--profile", "ucarp")

    def __init__(self, lab, *, script=0, **more):
        self.options = Ucarp.options
        self.script = script
        if script:
            self.options += ("--var", "script=%ds" % script)
        super().__init__(lab, **more)

    @classmethod
    def missing(cls):
        return peers.Ucarp.missing()

    def start(self):
        options = ()
        if self.script:
            options = ("-u", self.slow_script(
                self.script, 'exec ip addr replace "$2/32" dev "$1"'))
        self.process = peers.Ucarp(
            self.lab, "a", vhid=VHID, vip=VIP, password=PASSWORD,
            advskew=self.advskew, advbase=self.advbase, preempt=self.preempt,
            options=options).process


class Simulated(Target):
    """The simulated device of device.h. @settings: more arguments."""

    program = os.environ.get("CONFORM_DEVICE", "conform_device")

    def __init__(self, lab, profile, *, settings=(), **more):
        self.profile, self.settings = profile, settings
        self.options = ("--profile", profile)
        super().__init__(lab, **more)

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.program) else \
            "%s was not built" % cls.program

    def start(self):
        host = self.lab.hosts["a"]
        self.process = self.lab.spawn(
            "a", self.program, host.interface, self.profile, host.address,
            "vhid=%d" % VHID, "password-file=" + self.secret,
            "address=" + VIP, *(["address=" + VIP6] if self.dual else []),
            "advbase=%d" % self.advbase, "advskew=%d" % self.advskew,
            *(["preempt=yes"] if self.preempt else []), *self.settings)
        netlab.wait_for("the simulated device runs", self.is_started)

    def is_started(self):
        with open(self.process.log_path, encoding="utf-8") as file:
            return "started" in file.read()


class Carpd(Target):
    """carpd, beside carpinject in the build or wherever CARPD says.
    @settings: more keys of its group, such as vmac = off.
    @script: seconds that its up-script takes."""

    program = os.environ.get("CARPD") or os.path.join(
        os.path.dirname(CARPINJECT), "carpd")

    def __init__(self, lab, *, profile="freebsd", settings=(), script=0,
                 **more):
        self.lab = lab
        self.options = ("--profile", profile, "--as", "carpd")
        self.settings = {"profile": profile, **dict(settings)}
        if script:
            self.options += ("--var", "script=%ds" % script)
            self.settings["up-script"] = self.slow_script(
                script, "touch " + os.path.join(lab.dir, "was-run"))
        super().__init__(lab, **more)

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.program) else \
            "there is no carpd: %s" % cls.program

    def start(self):
        base = os.path.join(self.lab.dir, "carpd")
        os.makedirs(base + ".state", exist_ok=True)
        addresses = [VIP + "/32"] + ([VIP6 + "/128"] if self.dual else [])
        keys = {"interface": self.lab.hosts["a"].interface, "vhid": VHID,
                "addresses": ";".join(addresses),
                "password-file": self.secret, "advbase": self.advbase,
                "advskew": self.advskew,
                "preempt": "true" if self.preempt else "false",
                **self.settings}
        with open(base + ".conf", "w", encoding="ascii") as file:
            file.write('[vhid "lan"]\n' + "".join(
                "%s = %s\n" % pair for pair in keys.items()))
        os.chmod(base + ".conf", 0o600)
        self.process = self.lab.spawn(
            "a", self.program, "-c", base + ".conf", "--foreground",
            "--socket", base + ".sock", "--state-dir", base + ".state",
            log=base + ".log")
