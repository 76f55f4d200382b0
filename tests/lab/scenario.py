# SPDX-License-Identifier: BSD-2-Clause
"""Scenarios of carpsim (docs/SIMULATOR.md) played with real daemons, in real time.

    Scenario(text).missing()        None, or why the lab cannot play it
    Cast(number, scenario)          its hosts, which a SwitchLab must have; play(), then wrong()

Nodes are carpd and ucarp; a lab has no kernel that speaks CARP.
"""
import os
import signal
import threading
import time

import peers
import spans
from carpd import PASSWORD, Carpd

SLACK = 0.7         # a busy machine, and the start of a sanitized daemon
TAKEN_BACK = 2      # transitions more: bow-outs are answered in turn, but by milliseconds
UCARP = 2.0         # carpsim's own allowance for ucarp, in `together` and `served`
_FAMILIES = {"ipv4": "ip protocol 112", "ipv6": "ip6 nexthdr 112"}
_UCARP_CANNOT = {"demote", "promote"}
# lab.carpd_attack plays attacks; the state file's losses are carpsim's alone.
_NOT_HERE = {"attack": "attacker", "forget": "lost state file", "lose-write": "lost write"}


def _seconds(text):
    for unit, factor in (("us", 1e-6), ("ms", 1e-3), ("s", 1)):
        if text.endswith(unit):
            return float(text[:-len(unit)]) * factor
    return float(text)


class Node:
    """A `node` statement."""

    def __init__(self, name, system, interval, *options):
        self.name, self.system = name, system
        self.advbase, self.advskew = map(int, interval.split("/"))
        self.options = dict(option.partition("=")[::2] for option in options)

    @property
    def is_carpd(self):
        """Rather than ucarp."""
        return self.system.split("-")[0] == "carpd"


class Scenario:
    """The statements of a text."""

    def __init__(self, text):
        self.nodes, self.events, self.expected, self.network = {}, [], [], {}
        self.end = 0.0
        for line in text.splitlines():
            words = line.partition("#")[0].split()
            if words:
                self._add(words[0], words[1:])
        self.events.sort(key=lambda event: event[0])

    def _add(self, key, words):
        if key == "node":
            self.nodes[words[0]] = Node(*words)
        elif key == "at":
            self.events.append((_seconds(words[0]), words[1], words[2:]))
        elif key == "expect":
            self.expected.append(words)
        elif key in ("delay", "jitter"):
            self.network[key] = _seconds(words[0])
        elif key in ("loss", "duplicate"):
            self.network[key] = int(words[0])
        elif key == "end":
            self.end = _seconds(words[0])

    def missing(self):
        """None, or why it cannot be played here."""
        for node in self.nodes.values():
            if node.system not in ("carpd", "ucarp"):
                return "no %s here" % node.system
        for _when, word, words in self.events:
            if word in _NOT_HERE:
                return "no %s here" % _NOT_HERE[word]
            if word in _UCARP_CANNOT and not self.nodes[words[0]].is_carpd:
                return "ucarp cannot %s" % word
        return None


class Actor:
    """A node's host and daemon."""

    def __init__(self, lab, host, node, cast):
        self.lab, self.host, self.node, self.cast = lab, host, node, cast
        self.ledger = spans.Ledger(lab, host, cast.address(node))
        self.daemon, self.output = None, ""

    def _keys(self):
        addresses = [] if "ipv6" in self.node.options else [self.cast.vip + "/24"]
        if {"ipv6", "dual"} & set(self.node.options):
            addresses.append(self.cast.vip6 + "/64")
        keys = {"vhid": self.cast.vhid, "advbase": self.node.advbase, "vmac": "off",
                "advskew": self.node.advskew, "addresses": "; ".join(addresses),
                "preempt": str("preempt" in self.node.options).lower()}
        for name in ("preempt-delay", "start-delay"):
            if name in self.node.options:
                keys[name] = "%g" % _seconds(self.node.options[name])
        if "replay" in self.node.options:
            keys["replay"] = self.node.options["replay"]
        return keys

    def start(self):
        if self.is_running():
            return
        if not self.node.is_carpd:
            self.daemon = peers.Ucarp(self.lab, self.host, self.cast.vhid, PASSWORD, self.cast.vip,
                                      advbase=self.node.advbase, advskew=self.node.advskew,
                                      preempt="preempt" in self.node.options)
        elif self.daemon:
            self.daemon.start()
        else:
            self.daemon = Carpd(self.lab, self.host, self._keys())

    def is_running(self):
        """Whether there is a process."""
        return self.daemon is not None and self.daemon.process.poll() is None

    def crash(self):
        """As if the host had died: nobody holds the address."""
        if self.is_running():
            self.daemon.kill()
            for address in (self.cast.vip + "/24", self.cast.vip + "/32", self.cast.vip6 + "/64"):
                self.lab.del_address(self.host, address)

    def stop(self):
        if self.is_running():
            self.daemon.process.send_signal(signal.SIGCONT)
            self.daemon.stop()

    def send(self, number):
        if self.is_running():
            self.daemon.process.send_signal(number)

    def obey(self, word, words):
        """One event of this node's."""
        if word in ("start", "crash", "stop"):
            getattr(self, word)()
        elif word in ("pause", "resume"):
            self.send(signal.SIGSTOP if word == "pause" else signal.SIGCONT)
        elif word in ("link-down", "link-up"):
            self.lab.unplug(self.host, on=word == "link-down")
        elif not self.is_running():
            pass
        elif word == "demote":
            self.daemon.ask("demote", amount=min(240, int(words[0])))
        elif word == "backup" and not self.node.is_carpd:
            self.send(signal.SIGUSR2)
        elif word == "backup":
            self.daemon.ask("state", state="backup")
        elif word == "promote":
            self.daemon.ask("promote")
        else:
            raise ValueError("no such event: %s" % word)


class Cast:
    """The hosts of one scenario."""

    def __init__(self, number, scenario):
        self.scenario, self.vhid = scenario, 10 + number
        self.vip, self.vip6 = "10.79.0.%d" % (200 + number), "fd79::%d" % (200 + number)
        self.hosts = {name: "%s%d" % (name.lower(), number) for name in scenario.nodes}
        self.lab, self.actors, self.began = None, {}, None
        self.error, self.ended = None, None

    def address(self, node):
        """The address that is judged."""
        return self.vip6 if "ipv6" in node.options else self.vip

    def play(self, lab):
        """All events at their times; in a thread of its own."""
        self.lab = lab
        try:
            self.actors = {name: Actor(lab, self.hosts[name], node, self)
                           for name, node in self.scenario.nodes.items()}
            self._spoil(**self.scenario.network)
            self.began = time.time()
            for when, word, words in [*self.scenario.events, (self.scenario.end, None, None)]:
                time.sleep(max(0, self.began + when - time.time()))
                if word:
                    self._obey(word, words)
        except Exception as error:      # pylint: disable=broad-except
            self.error = error
        self.ended = time.time()
        for actor in self.actors.values():
            if actor.daemon:
                actor.output = actor.daemon.output()

    def _spoil(self, **faults):
        if faults:
            for one in self.hosts.values():
                for other in self.hosts.values():
                    if one != other:
                        self.lab.spoil(one, other, **faults)

    def _obey(self, word, words):
        if word == "loss":
            self._spoil(loss=int(words[0]))
        elif word == "heal":
            self._spoil(loss=0)
        elif word in ("cut", "cut-from"):
            one, other = (self.hosts[name] for name in words[:2])
            what = _FAMILIES[words[2]] if words[2:] else "carp"
            self.lab.cut(one, other, what)
            if word == "cut":
                self.lab.cut(other, one, what)
        else:
            self.actors[words[0]].obey(word, words[1:])

    # -- afterwards ---------------------------------------------------------------------------

    def owners(self, when):
        """Who had the address then."""
        return sorted(name for name, actor in self.actors.items()
                      if any(start <= when < end for start, end in actor.ledger.held()))

    def _disturbed(self):
        """Times in which some could not hear each other, or could not act."""
        ends = {"cut": "heal", "cut-from": "heal", "pause": "resume", "link-down": "link-up",
                "loss": "loss"}
        found = []
        for n, (when, word, words) in enumerate(self.scenario.events):
            if word in ends and words != ["0"]:
                over = [later for later, other, names in self.scenario.events[n + 1:]
                        if other == ends[word] and (other in ("heal", "loss") or names == words)]
                found.append((self.began + when, self.began + (over + [self.scenario.end])[0]))
        return spans.merged(found)

    def together(self):
        """The longest time with two owners in contact."""
        held = [actor.ledger.held() for actor in self.actors.values()]
        calm = spans.without(self._disturbed(), self.began, self.ended)
        return max((end - start for n, one in enumerate(held) for other in held[n + 1:]
                    for start, end in spans.both(spans.both(one, other), calm)), default=0)

    def unserved(self):
        """The longest time without an owner after the first one."""
        held = [span for actor in self.actors.values() for span in actor.ledger.held()]
        first = min((start for start, _end in held), default=self.began)
        return max((end - start for start, end in spans.without(held, first, self.ended)), default=0)

    def _fails(self, words):
        slack = self._slack()
        if words[0] == "by":
            owners = self.owners(self.began + _seconds(words[1]) + slack)
            if words[2] == "master" and owners != [words[3]]:
                return "owners are %s" % owners
            if words[2] == "masters" and len(owners) != int(words[3]):
                return "owners are %s" % owners
        elif words[1] == "together" and self.together() > _seconds(words[2]) + slack:
            return "%.2f s" % self.together()
        elif words[1] == "served" and self.unserved() > _seconds(words[2]) + slack:
            return "%.2f s" % self.unserved()
        elif words[0] == "transitions":
            count = sum(actor.output.count(" -> ") for actor in self.actors.values())
            if count > int(words[1]) + TAKEN_BACK:
                return "%d transitions" % count
        return None

    def wrong(self):
        """What was not as expected; [] when all was."""
        if self.error:
            return [repr(self.error)]
        found = ["expect %s: %s" % (" ".join(words), why) for words in self.scenario.expected
                 for why in [self._fails(words)] if why]
        if self.together() > 5 * self._interval() + self._slack():
            found.append("two owners for %.2f s" % self.together())
        for when in self._rests():
            owners, wanted = self.owners(self.began + when), int(bool(self._running(when)))
            if len(owners) != wanted:
                found.append("at rest at %.1f the owners are %s" % (when, owners))
        return found

    # carpsim's properties 1 and 3 (docs/SIMULATOR.md)

    def _slack(self):
        return SLACK + (0 if all(node.is_carpd for node in self.scenario.nodes.values()) else UCARP)

    def _interval(self):
        """The longest one between adverts."""
        is_demoted = any(word == "demote" for _when, word, _words in self.scenario.events)
        return max(node.advbase + (240 if is_demoted else node.advskew) / 256
                   for node in self.scenario.nodes.values())

    def _running(self, when):
        """The nodes that run."""
        found = set()
        for at, word, words in self.scenario.events:
            if at <= when and word == "start":
                found.add(words[0])
            elif at <= when and word in ("crash", "stop"):
                found.discard(words[0])
        return found

    def _rests(self):
        """When nothing had happened for twice the time that a takeover may need."""
        delays = sum(_seconds(node.options.get(name, "0")) for node in self.scenario.nodes.values()
                     for name in ("preempt-delay", "start-delay"))
        enough = 2 * (4 * self._interval() + delays + 1) + (0 if self._slack() == SLACK else 12)
        times = [when for when, _word, _words in self.scenario.events] + [self.scenario.end]
        for earlier, later in zip(times, times[1:]):
            when = later - 0.1
            if later - earlier > enough and not any(
                    start <= self.began + when <= end for start, end in self._disturbed()):
                yield when


def play(labs):
    """All of them side by side; labs: {cast: its SwitchLab}."""
    threads = [threading.Thread(target=cast.play, args=(lab,)) for cast, lab in labs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def read(directory):
    """{name: scenario} of the .sim files of a directory."""
    found = {}
    for name in sorted(os.listdir(directory)):
        if name.endswith(".sim"):
            with open(os.path.join(directory, name), encoding="ascii") as f:
                found[name[:-4]] = Scenario(f.read())
    return found
