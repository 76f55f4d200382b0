# SPDX-License-Identifier: BSD-2-Clause
"""Scenes of carpd and its peers, played side by side in one lab."""
import glob
import os
import sys
import time

import pytest

import netlab
import peers
import stage
from carpd import PASSWORD, Carpd, missing


class Scene:
    """What one scenario works with: hosts a and b of its own (c as well, if the plot has an
    attribute `has_third`), a vhid, addresses."""

    def __init__(self, name, number, has_third=False):
        self.name = name
        self.lab = None
        self.vhid = 10 + number
        self.a, self.b = "a%d" % number, "b%d" % number
        self.addresses = {self.a: "10.79.0.%d" % (10 + 2 * number),
                          self.b: "10.79.0.%d" % (11 + 2 * number)}
        self.c = "c%d" % number if has_third else None
        if has_third:
            self.addresses[self.c] = "10.79.0.%d" % (100 + number)
        self.vip = "10.79.0.%d" % (150 + 2 * number)
        self.vip2 = "10.79.0.%d" % (151 + 2 * number)
        self.vip6 = "fd79::%d" % (150 + number)
        self.error = None

    def keys(self, **changes):
        """The keys of a group in carp.conf."""
        return {"vhid": self.vhid, "addresses": self.vip + "/24", **changes}

    def carpd(self, side, advskew, **changes):
        """A carpd with one vhid."""
        return Carpd(self.lab, getattr(self, side), self.keys(advskew=advskew, **changes))

    def ucarp(self, side, advskew, **changes):
        """ucarp with the scene's vhid and address."""
        return peers.Ucarp(self.lab, getattr(self, side), self.vhid, PASSWORD, self.vip,
                           advskew=advskew, **changes)

    def has(self, side, address=None):
        """Whether a host holds the virtual address."""
        return self.lab.has_address(getattr(self, side), address or self.vip)

    def replayer(self, *words):
        """Start replayer.py on the client."""
        return self.lab.spawn(CLIENT, sys.executable, os.path.join(os.path.dirname(__file__),
                                                                   "replayer.py"), "eth0",
                              *map(str, words))


CLIENT = "client"


def is_state(carpd, state, timeout=10.0, vhid=None):
    """The condition that a carpd is in a state."""
    return stage.Condition("carpd on %s is %s" % (carpd.host, state),
                           lambda: carpd.state(vhid) == state, timeout)


class Play:
    """Scenes of one lab, played side by side; use with `with`."""

    def __init__(self, plots, ipv6=False, lab=netlab.Lab):
        self._plots = list(plots)
        self.scenes = {plot.__name__: Scene(plot.__name__, n, hasattr(plot, "has_third"))
                       for n, plot in enumerate(self._plots)}
        hosts = {CLIENT: "10.79.0.9"}
        for scene in self.scenes.values():
            hosts.update(scene.addresses)
        self.lab = lab(hosts, ipv6=ipv6)

    def __enter__(self):
        self.lab.__enter__()
        for scene in self.scenes.values():
            scene.lab = self.lab
        running = {plot.__name__: [plot(self.scenes[plot.__name__]), 0.0] for plot in self._plots}
        while running:
            for name in list(running):
                if not self._step(name, running[name]):
                    del running[name]
            time.sleep(0.02)
        return self

    def __exit__(self, *_exc):
        self.lab.close()

    def _step(self, name, state):
        scene = self.scenes[name]
        scene.error = None
        try:
            going_on = stage.Stage._step(scene, state)      # pylint: disable=protected-access
        except Exception as error:      # pylint: disable=broad-except
            scene.error, going_on = error, False
        if scene.error:
            self._keep(scene)
        return going_on

    def _keep(self, scene):
        """The logs of a failed scene's hosts, for the report."""
        scene.logs = ""
        for host in (scene.a, scene.b):
            for path in sorted(glob.glob(os.path.join(self.lab.dir, host + "-carpd-*", "log"))):
                with open(path, encoding="utf-8", errors="replace") as f:
                    scene.logs += "== %s\n%s" % (path, f.read())

    def check(self, name):
        """Fail as the scene did."""
        if self.scenes[name].error:
            print(self.scenes[name].logs)
            raise self.scenes[name].error


def played_once(plots):
    """The fixture of a file of tests: all its scenes, played once."""
    @pytest.fixture(scope="module")
    def play():
        if missing():
            pytest.skip(missing())
        with Play(plots) as played:
            yield played
    return play


def duration(since):
    """Seconds since an instant of time.time()."""
    return time.time() - since
