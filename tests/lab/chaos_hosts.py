# SPDX-License-Identifier: BSD-2-Clause
"""A host of a pair in the chaos lab, with carpd, ucarp or keepalived on it, and what can befall it.

A method per failure returns what undoes it, or None when that is not needed. Their names are those
of carpsim's scenarios (docs/SIMULATOR.md) where it knows them.
"""
import glob
import os
import signal
import time

import peers
from carpd import PASSWORD, Carpd
from spans import Ledger

DEMOTION = 120      # in 1/256 s
LOSS = 30           # percent


class Host:
    """One side of a pair: its daemon, and what its kernel told about the addresses."""

    # What carpsim plays, and how it says that it is over.
    WORDS = {"crash": "start", "stop": "start", "pause": "resume", "cut-from": "heal",
             "cut": "heal", "link-down": "link-up", "demote": "demote", "backup": None,
             "promote": None, "loss": "loss"}
    KINDS = ["crash", "stop", "pause", "cut-from", "cut", "isolate", "link-down", "set-down", "rob"]

    def __init__(self, lab, faults, name, pair, advskew):
        self.lab, self.faults, self.name, self.pair, self.advskew = lab, faults, name, pair, advskew
        self.ledgers = [Ledger(lab, name, address) for address in pair.addresses()]
        self.daemon, self.deaths = None, 0
        self.start()

    def held(self):
        """[start, end] of each time in which it had the virtual address."""
        return self.ledgers[0].held()

    def holds(self):
        """Whether it has all addresses; None: some."""
        has = {ledger.holds() for ledger in self.ledgers}
        return has.pop() if len(has) == 1 else None

    def output(self):
        """The end of what the daemon said."""
        return self.daemon.output()[-3000:]

    def state(self):
        """What the daemon says of itself."""
        return self.daemon.state()

    def take_away(self):
        """Remove the addresses, as the death of the host would."""
        for ledger in self.ledgers:
            for device in (self.device, "eth0"):
                self.lab.run(self.name, "ip", "addr", "del",
                             ledger.address + (self.prefix if "." in ledger.address else "/64"),
                             "dev", device, check=False)

    device, prefix = "eth0", "/32"

    def revive(self):
        """Start what has ended by itself; how often that happened is kept."""
        if self.daemon.process.poll() is not None:
            self.deaths += 1
            self.take_away()
            self.start()

    def start(self):
        """Start the daemon (again)."""
        raise NotImplementedError

    # -- failures -------------------------------------------------------------------------------

    def crash(self, _other):
        self.daemon.kill()
        self.take_away()
        return self.start

    def stop(self, _other):
        self.daemon.stop()
        return self.start

    def pause(self, _other):
        process = self.daemon.process
        process.send_signal(signal.SIGSTOP)
        return lambda: process.send_signal(signal.SIGCONT)

    def _spoil(self, other, spoil, *more):
        with self.faults:
            spoil(self.name, other.name, *more)

        def heal():
            with self.faults:
                self.lab.heal(self.name)
                self.lab.heal(other.name)
        return heal

    def cut_from(self, other):
        return self._spoil(other, self.lab.cut)

    def cut(self, other):
        return self._spoil(other, self.lab.cut_both)

    def loss(self, other):
        other._spoil(self, self.lab.lose, LOSS)
        return self._spoil(other, self.lab.lose, LOSS)

    def isolate(self, _other):
        self.lab.isolate(self.name)
        return lambda: self.lab.isolate(self.name, on=False)

    def link_down(self, _other):
        self.lab.unplug(self.name)
        return lambda: self.lab.unplug(self.name, on=False)

    def set_down(self, _other):
        self.lab.run(self.name, "ip", "link", "set", "eth0", "down")
        return lambda: self.lab.run(self.name, "ip", "link", "set", "eth0", "up")

    def rob(self, _other):
        self.take_away()


class CarpdHost(Host):
    """With carpd."""

    KINDS = Host.KINDS + ["pull", "remove", "reload", "demote", "backup", "promote", "loss"]
    prefix = "/24"

    @property
    def device(self):
        return "carp%d-eth0" % self.pair.vhid if self.pair.vmac == "on" else "eth0"

    def keys(self, advskew):
        """Its group in carp.conf."""
        return {"vhid": self.pair.vhid, "advbase": self.pair.advbase, "advskew": advskew,
                "addresses": "; ".join(address + ("/24" if "." in address else "/64")
                                       for address in self.pair.addresses()),
                "vmac": self.pair.vmac, "preempt": str(self.pair.preempt).lower()}

    def start(self):
        if self.daemon:
            self.daemon.start()
        else:
            self.daemon = Carpd(self.lab, self.name, self.keys(self.advskew))

    def revive(self):
        """It must not end; the judge looks."""

    def crash(self, _other):
        # Its addresses stay: nobody is there to give them up.
        self.daemon.kill()
        return self.start

    def stop(self, _other):
        status = self.daemon.stop()
        assert status == 0, "exit %s after SIGTERM" % status
        for address in self.pair.addresses():
            assert not self.lab.has_address(self.name, address), "an address left by SIGTERM"
        return self.start

    def pull(self, _other):
        self.lab.detach(self.name)

        def attach():
            self.lab.attach(self.name)
            self.lab.learn(self.name)
        return attach

    def remove(self, _other):
        if self.pair.vmac == "on":
            self.lab.run(self.name, "ip", "link", "del", self.device, check=False)
        else:
            self.take_away()

    def reload(self, _other):
        for advskew in (min(90, self.advskew + 60), self.advskew):
            self.daemon.write(self.keys(advskew))
            self.daemon.ctl("reload")
            time.sleep(self.pair.rng.uniform(0, 0.5))

    def demote(self, _other):
        self.daemon.ask("demote", amount=DEMOTION)
        return lambda: self.daemon.ask("demote", amount=0)

    def backup(self, _other):
        self.daemon.ask("state", state="backup")

    def promote(self, _other):
        self.daemon.ask("promote")


class UcarpHost(Host):
    """With ucarp, as it comes."""

    def start(self):
        self.daemon = peers.Ucarp(self.lab, self.name, self.pair.vhid, PASSWORD, self.pair.vip,
                                  advbase=self.pair.advbase, advskew=self.advskew,
                                  preempt=self.pair.preempt)


class KeepalivedHost(Host):
    """With keepalived, VRRPv3 at the same interval: two processes."""

    def _signal(self, number):
        os.killpg(self.daemon.pid, number)

    def crash(self, other):
        if self.daemon.process.poll() is None:
            self._signal(signal.SIGKILL)
        return super().crash(other)

    def pause(self, _other):
        self._signal(signal.SIGSTOP)
        return lambda: self._signal(signal.SIGCONT)

    def start(self):
        for stale in glob.glob(os.path.join(self.lab.dir, self.name + "-*.pid")):
            os.unlink(stale)        # it would not start
        self.daemon = peers.Keepalived(self.lab, self.name, self.pair.vhid, [self.pair.vip],
                                       priority=250 - self.advskew, version=3,
                                       interval=self.pair.advbase)


HOSTS = {"carpd": CarpdHost, "ucarp": UcarpHost, "keepalived": KeepalivedHost}
