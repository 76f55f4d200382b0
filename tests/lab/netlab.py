# SPDX-License-Identifier: BSD-2-Clause
"""A lab of network namespaces around one switch, for tests and recordings.

    with Lab({"a": "10.79.0.11", "b": "10.79.0.12", "obs": "10.79.0.99"}) as lab:
        lab.cut("a", "b")            # CARP from a no longer reaches b; obs still sees both
        lab.run("a", "ip", "addr")   # a command inside a host
        lab.heal()

Every host is a namespace with one interface, `eth0`, whose other end is a port (named like the
host) of a bridge in the namespace "switch".  The bridge learns nothing and floods everything, so
each host sees every frame, whatever source address two daemons may share.

Faults are nftables rules in the switch's bridge family.  They are kept here as a list and the
whole table is replaced in one transaction whenever the list changes, so there is never a moment
with half a rule set.

Names are carp-<pid>-<n>-<host>, n counting the labs of one process.  Leaving the `with` block, an
exception, SIGINT, SIGTERM and SIGHUP all remove the processes, namespaces and files; after
SIGKILL, `netlab.py sweep` does.

Needs: root (or `unshare -Urnm`), iproute2, nftables; nothing outside Python's own library.
"""
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PREFIX = "carp-"
CARP = "carp"        # frames of IP protocol 112 (CARP and VRRP), IPv4 and IPv6
ALL = "all"          # every frame

# What a lab needs of the kernel, tried in namespaces that vanish at once.
_PROBE = """ip link add br0 type bridge; ip link add v0 type veth peer name v1
nft add table bridge lab"""

_labs = itertools.count(1)
_MATCH = {CARP: ["ip protocol 112", "ip6 nexthdr 112"], ALL: [""]}


class LabError(RuntimeError):
    """A command failed or something did not happen in time."""


def sh(*argv, stdin=None, check=True):
    """Run a command and return its standard output; LabError names it if it fails."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=30)
    if check and done.returncode:
        raise LabError("%s: exit %d: %s" % (" ".join(argv), done.returncode, done.stderr.strip()))
    return done.stdout


def wait_for(what, predicate, timeout=10.0, every=0.05):
    """Call predicate() until it returns something true, and return that; LabError after timeout."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise LabError("not within %.1f s: %s" % (timeout, what))
        time.sleep(every)


def usable():
    """None if a lab can be built here, else the reason it cannot (for pytest.skip)."""
    for tool in ("ip", "bridge", "nft", "unshare"):
        if not shutil.which(tool):
            return "%s is not installed" % tool
    if os.geteuid() != 0:
        return "needs root (or unshare -Urnm)"
    try:
        sh("unshare", "-nm", "sh", "-ec", _PROBE)
    except LabError as error:
        return "no lab can be built here: %s" % str(error).split(": ", 1)[-1]
    return None


class Host:
    """One namespace with `eth0`; `port` is its end in the switch, named like the host."""

    def __init__(self, name, netns, address, mac):
        self.name = name
        self.netns = netns
        self.address = address
        self.mac = mac
        self.interface = "eth0"
        self.port = name


class Lab:
    """Build with `with`.  hosts: name -> IPv4 address (a /24), or a list of names.

    ipv6=True also gives each host fd79::<last octet> and link-local addresses.
    """

    ended_by = SystemExit   # what SIGTERM and SIGHUP raise, so that `with` unwinds

    def __init__(self, hosts=("a", "b", "obs"), ipv6=False):
        if not isinstance(hosts, dict):
            hosts = {name: "10.79.0.%d" % (11 + n) for n, name in enumerate(hosts)}
        self._tag = "%s%d-%d-" % (PREFIX, os.getpid(), next(_labs))
        self.switch = self._tag + "switch"
        self.ipv6 = ipv6
        self.hosts = {}
        for name, address in hosts.items():
            mac = "02:00:00:00:ca:%02x" % int(address.rsplit(".", 1)[1])
            self.hosts[name] = Host(name, self._tag + name, address, mac)
        self.dir = None
        self._made = []
        self._children = []
        self._faults = {}
        self._signals = {}

    # -- life ---------------------------------------------------------------------------------

    def __enter__(self):
        self._trap_signals()
        try:
            self.dir = tempfile.mkdtemp(prefix=self._tag)
            _private_run()
            self._build_switch()
            for host in self.hosts.values():
                self._build_host(host)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc):
        self.close()

    def close(self):
        """Undo everything; safe to call twice and after a half-finished start."""
        for number in self._signals:
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(self._children):
            stop_process(child)
        self._children.clear()
        for netns in reversed(self._made):
            _remove_netns(netns)
        self._made.clear()
        if self.dir:
            shutil.rmtree(self.dir, ignore_errors=True)
            self.dir = None
        for number, handler in self._signals.items():
            signal.signal(number, handler)
        self._signals.clear()

    def _trap_signals(self):
        """Turn the usual end-of-process signals into exceptions, so that `with` unwinds."""
        def stop(number, _frame):
            raise self.ended_by(128 + number)

        handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: stop,
                    signal.SIGHUP: stop}
        for number, handler in handlers.items():
            self._signals[number] = signal.signal(number, handler)

    def _add_netns(self, name):
        self._made.append(name)
        sh("ip", "netns", "add", name)
        if not self.ipv6:
            self._sysctl(name, "net/ipv6/conf/all/disable_ipv6", "1")
            self._sysctl(name, "net/ipv6/conf/default/disable_ipv6", "1")
        sh("ip", "-n", name, "link", "set", "lo", "up")

    def _sysctl(self, netns, key, value):
        sh("ip", "netns", "exec", netns, "tee", "/proc/sys/" + key, stdin=value)

    def _build_switch(self):
        self._add_netns(self.switch)
        # A switch does not talk itself: no addresses, so no multicast of its own in recordings.
        self._sysctl(self.switch, "net/ipv6/conf/default/disable_ipv6", "1")
        sh("ip", "-n", self.switch, "link", "add", "name", "br0", "type", "bridge", "ageing_time", "0",
           "mcast_snooping", "0", "stp_state", "0", "forward_delay", "0")
        sh("ip", "-n", self.switch, "link", "set", "dev", "br0", "up")
        self._apply_faults()

    def _build_host(self, host):
        self._add_netns(host.netns)
        if self.ipv6:   # addresses usable at once, instead of after duplicate address detection
            self._sysctl(host.netns, "net/ipv6/conf/default/accept_dad", "0")
        self.attach(host.name)

    def attach(self, host):
        """Give a host its interface and switch port; undoes detach()."""
        host = self.hosts[host]
        sh("ip", "-n", self.switch, "link", "add", "name", host.port, "type", "veth",
           "peer", "name", host.interface, "netns", host.netns)
        self._plug_in(host.port)
        link = ("ip", "-n", host.netns, "link", "set", "dev", host.interface)
        sh(*link, "address", host.mac)
        sh(*link, "up")
        self.add_address(host.name, host.address + "/24")
        if self.ipv6:
            self.add_address(host.name, "fd79::%s/64" % host.address.rsplit(".", 1)[1])

    def _plug_in(self, port):
        """Make an interface of the switch's namespace one of its ports."""
        sh("ip", "-n", self.switch, "link", "set", "dev", port, "master", "br0", "up")
        sh("bridge", "-n", self.switch, "link", "set", "dev", port, "learning", "off")

    def detach(self, host):
        """Remove a host's interface altogether, as if the card were pulled out."""
        sh("ip", "-n", self.switch, "link", "del", "dev", host)

    # -- hosts --------------------------------------------------------------------------------

    def add_address(self, host, cidr):
        """Add (or keep) an address on a host's eth0."""
        extra = ["nodad"] if ":" in cidr else []
        h = self.hosts[host]
        sh("ip", "-n", h.netns, "addr", "replace", cidr, "dev", h.interface, *extra)

    def del_address(self, host, cidr):
        """Remove an address; quietly if it is not there."""
        h = self.hosts[host]
        sh("ip", "-n", h.netns, "addr", "del", cidr, "dev", h.interface, check=False)

    def has_address(self, host, address):
        """Whether a host holds an address (given without prefix length) now, on any interface."""
        listing = sh("ip", "-n", self.hosts[host].netns, "-o", "addr", "show")
        return any(word.split("/")[0] == address for word in listing.split())

    def argv(self, host, *argv):
        """The command line that runs argv inside a host (`ip netns exec` becomes the program)."""
        return ["ip", "netns", "exec", self.hosts[host].netns, *argv]

    def run(self, host, *argv, check=True):
        """Run a command in a host, wait for it, return its standard output."""
        return sh(*self.argv(host, *argv), check=check)

    def write_script(self, name, text):
        """An executable in the lab's directory; its path."""
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    def spawn(self, host, *argv, log=None, env=None, stdout=None):
        """Start a long-running command in a host; its pid is the returned Popen's own.

        log: a file name for both output streams (default: a new file in lab.dir); the name is
        kept as .log_path.  stdout=subprocess.PIPE leaves only the error stream to the log.  The
        process is stopped with the lab at the latest.
        """
        path = log or os.path.join(self.dir, "%s-%d.log" % (host, len(self._children)))
        with open(path, "ab") as out:
            child = subprocess.Popen(self.argv(host, *argv), stdin=subprocess.DEVNULL,
                                     stdout=stdout or out, stderr=out, env=env,
                                     start_new_session=True)
        child.log_path = path
        self._children.append(child)
        return child

    # -- faults -------------------------------------------------------------------------------

    def cut(self, src, dst, what=CARP):
        """Drop frames on their way from src to dst: CARP, ALL, or any nft match, "udp dport 9"."""
        self._set_fault(("cut", src, dst), [
            "%s %s drop" % (_way(src, dst), match) for match in _MATCH.get(what, [what])])

    def cut_both(self, one, other, what=CARP):
        """Drop frames between two hosts in both directions."""
        self.cut(one, other, what)
        self.cut(other, one, what)

    def lose(self, src, dst, percent, what=CARP):
        """Drop a share of the frames from src to dst at random."""
        self._set_fault(("lose", src, dst), [
            "%s %s numgen random mod 100 < %d drop" % (_way(src, dst), match, percent)
            for match in _MATCH.get(what, [what])])

    def rewrite_ttl(self, src, ttl):
        """Give everything IPv4/IPv6 that enters from src this TTL (hop limit), for all to see."""
        self._set_fault(("ttl", src, None), [
            'iifname "%s" ip protocol 112 ip ttl set %d' % (src, ttl),
            'iifname "%s" ip6 nexthdr 112 ip6 hoplimit set %d' % (src, ttl)], hook="prerouting")

    def rewrite_group_mac(self, src, mac):
        """Give the adverts that enter from src another destination MAC, for all to see."""
        self._set_fault(("mac", src, None), [
            'iifname "%s" ip protocol 112 ether daddr set %s' % (src, mac)], hook="prerouting")

    def lose_reports(self, src):
        """Drop what src says in IGMP."""
        self._set_fault(("igmp", src, None), [
            'iifname "%s" ip protocol igmp drop' % src], hook="prerouting")

    def heal(self, src=None, dst=None):
        """Remove the cuts, losses and rewrites: all, those from src, or those from src to dst."""
        self._faults = {key: rules for key, rules in self._faults.items()
                        if (src and key[1] != src) or (dst and key[2] != dst)}
        self._apply_faults()

    def isolate(self, host, on=True):
        """Stop a switch port from forwarding; the host keeps its carrier and notices nothing."""
        sh("bridge", "-n", self.switch, "link", "set", "dev", host, "state", "0" if on else "3")

    def unplug(self, host, on=True):
        """Pull the cable: the host's eth0 loses (on=False: regains) its carrier."""
        sh("ip", "-n", self.switch, "link", "set", "dev", host, "down" if on else "up")

    def reflect(self, host, on=True):
        """Make the switch send what a host sends back to it as well (a network loop)."""
        sh("bridge", "-n", self.switch, "link", "set", "dev", host, "hairpin", "on" if on else "off")

    def _set_fault(self, key, rules, hook="forward"):
        for host in key[1:]:
            if host is not None and host not in self.hosts:
                raise LabError("no such host: %s" % host)
        self._faults[key] = [(hook, rule) for rule in rules]
        self._apply_faults()

    def _apply_faults(self):
        lines = ["table bridge lab", "delete table bridge lab", "table bridge lab {"]
        for hook in ("prerouting", "forward"):
            lines.append("chain %s { type filter hook %s priority 0;" % (hook, hook))
            lines += [rule for rules in self._faults.values() for h, rule in rules if h == hook]
            lines.append("}")
        lines.append("}")
        sh("ip", "netns", "exec", self.switch, "nft", "-f", "-", stdin="\n".join(lines) + "\n")


def _way(src, dst):
    return 'iifname "%s" oifname "%s"' % (src, dst)


def stop_process(child, number=signal.SIGTERM, timeout=3.0):
    """Signal one process we started and reap it; SIGKILL if it has not gone in time."""
    if child.poll() is None:
        child.send_signal(number)
        try:
            child.wait(timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(timeout)
    return child.returncode


def _remove_netns(netns):
    """End what still runs inside one of our namespaces, then delete it."""
    for pid in sh("ip", "netns", "pids", netns, check=False).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    sh("ip", "netns", "del", netns, check=False)


def _private_run():
    """Inside a user namespace /run may belong to somebody else: lay a private one over it."""
    with open("/proc/self/uid_map", encoding="ascii") as f:
        whole_machine = f.read().split() == ["0", "0", "4294967295"]
    if not whole_machine and not os.access("/run/netns" if os.path.isdir("/run/netns") else "/run",
                                           os.W_OK):
        sh("mount", "-t", "tmpfs", "tmpfs", "/run")


def sweep():
    """Delete namespaces and temporary directories whose lab process no longer exists."""
    names = [line.split()[0] for line in sh("ip", "netns", "list").splitlines() if line]
    for name in names:
        if name.startswith(PREFIX) and _orphaned(name):
            _remove_netns(name)
            print("removed", name)
    for entry in os.listdir(tempfile.gettempdir()):
        if entry.startswith(PREFIX) and _orphaned(entry):
            shutil.rmtree(os.path.join(tempfile.gettempdir(), entry), ignore_errors=True)


def _orphaned(name):
    pid = name[len(PREFIX):].split("-")[0]
    return pid.isdigit() and not os.path.exists("/proc/" + pid)


def _main(argv):
    if argv == ["sweep"]:
        sweep()
        return 0
    if not argv or argv[0] != "shell":
        print("usage: netlab.py shell [HOST…] | netlab.py sweep", file=sys.stderr)
        return 2
    with Lab(argv[1:] or ("a", "b", "obs")) as lab:
        for host in lab.hosts.values():
            print("%-6s %-12s ip netns exec %s …" % (host.name, host.address, host.netns))
        print("switch ports are in %s; leave this shell to remove the lab" % lab.switch)
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is for the shell's commands
        subprocess.call([os.environ.get("SHELL", "/bin/sh")],
                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
