# SPDX-License-Identifier: BSD-2-Clause
"""Many scenarios side by side in one lab, all watched by one observer.

A scenario is a generator over its Scene.  It yields either seconds to sleep, or a condition to
wait for; meanwhile the others go on:

    def oneway(scene):
        a = scene.ucarp("a", advskew=0)
        yield is_state(a, "MASTER")
        yield 5
        scene.mark("cut")
        scene.lab.cut(scene.a, scene.b)

Every scenario has a pair of hosts, a vhid and virtual addresses of its own.
"""
import os
import shutil
import time

import netlab
import peers
import watch

PASSWORD = "lab-secret"
OBSERVER = "obs"


class Condition:
    """Something to wait for, within a bounded time."""

    def __init__(self, what, predicate, timeout):
        self.what = what
        self.predicate = predicate
        self.deadline = time.monotonic() + timeout
        self.timeout = timeout


def is_state(peer, state, timeout=10.0):
    """The condition that a daemon has announced a state."""
    return Condition("%s on %s is %s" % (peer.program, peer.host, state),
                     lambda: peer.state() == state, timeout)


class Scene:
    """What one scenario works with."""

    def __init__(self, name, number):
        self.name = name
        self.lab = None
        self.vhid = 60 + number
        self.a, self.b = "a%d" % number, "b%d" % number
        self.addresses = {self.a: "10.79.0.%d" % (10 + 2 * number),
                          self.b: "10.79.0.%d" % (11 + 2 * number)}
        self.vip = "10.79.0.%d" % (150 + 2 * number)
        self.other_vip = "10.79.0.%d" % (151 + 2 * number)
        self.marks = {}
        self.peers = []
        self.error = None

    @property
    def address_a(self):
        return self.addresses[self.a]

    @property
    def address_b(self):
        return self.addresses[self.b]

    def mark(self, name):
        """Remember when something is done."""
        self.marks[name] = time.time()

    def ucarp(self, side, advskew, **changes):
        """Start ucarp on side "a" or "b" with the scene's vhid, password and address, or others."""
        args = {"vhid": self.vhid, "password": PASSWORD, "vip": self.vip, **changes}
        peer = peers.Ucarp(self.lab, getattr(self, side), advskew=advskew, **args)
        self.peers.append(peer)
        return peer

    def keepalived(self, side, vrid, **options):
        """Start keepalived with the scene's second address."""
        peer = peers.Keepalived(self.lab, getattr(self, side), vrid, [self.other_vip], **options)
        self.peers.append(peer)
        return peer

    def settled_pair(self, skew_a=0, skew_b=100):
        """A starts and becomes MASTER, B joins as BACKUP; some seconds pass."""
        a = self.ucarp("a", skew_a)
        yield is_state(a, "MASTER")
        b = self.ucarp("b", skew_b)
        yield 4
        return a, b

    def became(self, side, state, nth=0):
        """When a side's ucarp says that it became MASTER or BACKUP, the nth time."""
        host = getattr(self, side)
        times = [when for peer in self.peers if peer.host == host
                 for when, text in peer.events() if text.endswith("state: " + state)]
        return times[nth]

    def group(self):
        """The scene's group in carp.conf."""
        return '[vhid "%s"]\nvhid = %d\naddresses = %s\npassword = %s\n' % (
            self.name, self.vhid, self.vip, PASSWORD)


class Stage:
    """The scenes of one lab, played to their end; `with` builds and removes the lab."""

    def __init__(self, name, scenarios):
        self.name = name
        self._plots = list(scenarios)
        self.scenes = {plot.__name__: Scene(plot.__name__, n)
                       for n, plot in enumerate(self._plots)}
        hosts = {}
        for scene in self.scenes.values():
            hosts.update(scene.addresses)
        self.lab = netlab.Lab({**hosts, OBSERVER: "10.79.0.99"})
        self.monitors = {}
        self.tape = None

    def __enter__(self):
        self.lab.__enter__()
        for scene in self.scenes.values():
            scene.lab = self.lab
        self.config = os.path.join(self.lab.dir, "carp.conf")
        with open(self.config, "w", encoding="ascii") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write("\n".join(scene.group() for scene in self.scenes.values()))
        self.path = os.path.join(self.lab.dir, "tape.pcap")
        return self

    def __exit__(self, *_exc):
        try:
            if "CARP_KEEP" in os.environ:
                self._keep(os.environ["CARP_KEEP"])
        finally:
            self.lab.close()

    def _keep(self, directory):
        """For looking into a failure: NAME.pcap, NAME.conf and NAME.log."""
        base = os.path.join(directory, self.name)
        shutil.copy(self.path, base + ".pcap")
        shutil.copy(self.config, base + ".conf")
        log = [(when, "## %s: %s" % (scene.name, mark))
               for scene in self.scenes.values() for mark, when in scene.marks.items()]
        log += [(when, "%s %s" % (peer.host, text)) for scene in self.scenes.values()
                for peer in scene.peers for when, text in peer.events()]
        with open(base + ".log", "w", encoding="utf-8") as f:
            f.writelines("%.6f %s\n" % line for line in sorted(log))

    def play(self):
        """Watch with and without keys, play all scenes, end the daemons, then the watchers."""
        self.tape = peers.Recorder(self.lab, OBSERVER, self.path)
        self.monitors["keys"] = watch.Carpmon(self.lab, OBSERVER, "-c", self.config)
        self.monitors["no-keys"] = watch.Carpmon(self.lab, OBSERVER)
        running = {plot.__name__: [plot(self.scenes[plot.__name__]), 0.0]
                   for plot in self._plots}
        while running:
            for name in list(running):
                if not self._step(self.scenes[name], running[name]):
                    del running[name]
            time.sleep(0.05)
        time.sleep(3.5)     # what ended last is resolved 2.2 intervals later
        self.curtain = time.time()
        for scene in self.scenes.values():
            for peer in scene.peers:
                peer.kill()
        time.sleep(0.3)
        self.status = {name: monitor.stop() for name, monitor in self.monitors.items()}
        self.tape.stop()

    @staticmethod
    def _step(scene, state):
        """Let one scenario go on if what it waits for has come; False when it is over."""
        plot, wanted = state
        try:
            if isinstance(wanted, Condition):
                if not wanted.predicate():
                    if time.monotonic() > wanted.deadline:
                        plot.throw(netlab.LabError("not within %.1f s: %s"
                                                   % (wanted.timeout, wanted.what)))
                    return True
            elif time.monotonic() < wanted:
                return True
            wanted = next(plot)
            state[1] = wanted if isinstance(wanted, Condition) else time.monotonic() + wanted
            return True
        except StopIteration:
            return False
        except netlab.LabError as error:
            scene.error = error
            return False

    def scene(self, name):
        """A played scene; fails the calling test if it did not come to its end."""
        scene = self.scenes[name]
        if scene.error:
            raise scene.error
        return scene

    def events(self, monitor, name, **wanted):
        """What a watcher said about a scene's vhid."""
        return watch.pick(self.monitors[monitor].events, vhid=self.scene(name).vhid, **wanted)
