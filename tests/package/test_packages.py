#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The packages in a fresh Debian 12: built, installed and used as docs/quickstart.md says, upgraded,
taken in ucarp's place, removed and purged; and where systemd runs. Takes minutes: only with CARP_LONG."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import roots
import session

pytestmark = [
    pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="takes minutes: CARP_LONG=1"),
    pytest.mark.skipif(bool(roots.missing()), reason=str(roots.missing()))]

SUITE = "bookworm"
# A system with an init, and what the packages need to be installed without a network.
SYSTEM = """
apt-get update -qq
apt-get install -qq -y --no-install-recommends systemd-sysv dbus iproute2
mkdir -p /srv/archives/partial
apt-get install -qq -y --no-install-recommends -o Dir::Cache::archives=/srv/archives --download-only \\
    /srv/1/*.deb
rm /usr/sbin/policy-rc.d
"""
INSTALLED = "installed() { dpkg-query -W -f '${Status}' $1 2>/dev/null | grep -q ' installed'; }\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A fresh system with the packages, after everything that quickstart.md tells to type."""
    root = roots.Root(SUITE, tmp_path_factory.mktemp("packages"))
    try:
        yield play(root)
    finally:
        root.remove()


class Played:
    def __init__(self, root, source):
        self.root, self.source, self.answers = root, source, []
        self.packages = source + "/build/package"


def play(root):
    """Type what the document says, in one shell, and keep each answer."""
    played = Played(root, root.give_source())
    text = (roots.SOURCE / "docs" / "quickstart.md").read_text(encoding="utf-8")
    script = ["cd " + played.source]
    for kind, what, more in session.steps(text):
        if kind == "write":
            script.append("cat >%s <<'WRITTEN'\n%sWRITTEN" % (what, more))
            continue
        played.answers.append([what, more])
        # The answer of a program in the background comes when it comes.
        script.append(what)
        script.append("printf '\\000%d\\000\\n' $?")
    said = root.run("sh", input="\n".join(script) + "\n", timeout=2400, check=False)
    parts = re.split("\0(\\d+)\0\n", said)
    for i, answer in enumerate(played.answers):
        assert 2 * i + 1 < len(parts), "nothing was said to %s:\n%s" % (answer[0], parts[-1][-3000:])
        answer += [parts[2 * i], int(parts[2 * i + 1])]
    return played


def test_quickstart(built):
    """Every command of the document succeeds and answers as the document says."""
    assert len(built.answers) > 30
    for command, wanted, said, status in built.answers:
        assert status == 0, "%s: exit %d\n%s" % (command, status, said[-3000:])
        if wanted:
            assert session.pattern(wanted).fullmatch(said.strip()), \
                "%s\nanswers\n%s\nand not\n%s" % (command, said, "\n".join(wanted))


def test_lintian(built):
    """script/package shows the packages to lintian and fails on errors and warnings."""
    log = built.root.path(built.packages + "/lintian.log").read_text(encoding="utf-8")
    assert not re.search(r"^[EW]:", log, re.M), log
    assert not list(roots.SOURCE.glob("dist/debian/*lintian-overrides"))


def test_places(built):
    """Units, users, directories, completions, manuals and examples are where Debian has them."""
    root = built.root
    root.sh("cd %s && apt-get install -qq -y --no-install-recommends ./carpinject_*.deb"
            " ./libcarp-dev_*.deb" % built.packages)
    root.sh("""
        getent passwd carp | grep -q nologin
        [ "$(stat -c '%U:%G %a' /etc/carp)" = 'root:carp 750' ]
        for command in carpd carpctl carpmon carpinject; do
            [ -s /usr/share/bash-completion/completions/$command ]
            [ -s /usr/share/fish/vendor_completions.d/$command.fish ]
        done
        [ -s /usr/share/zsh/vendor-completions/_carpkit ]
        for page in man1/carpmon.1 man1/carpinject.1 man1/carpsim.1 man5/carp.conf.5 \
                man3/libcarp.3 man7/carp-alerts.7 man8/carpd.8 man8/carpctl.8; do
            [ -s /usr/share/man/$page.gz ]
        done
        [ -s /usr/share/doc/carpkit-common/examples/carp.conf ]
        [ -s /usr/share/doc/carpkit-common/examples/prometheus/carpd.rules.yml ]
        named=$(zgrep -hoE '/usr/share/doc/carpkit-common/[A-Za-z./-]+[a-z]' /usr/share/man/man*/*carp* \
            /lib/systemd/system/carp* | sort -u)
        [ -n "$named" ]
        for path in $named; do [ -s "$path" ] || { echo "$path is named, and not there"; exit 1; }; done
        [ -s /usr/share/carpkit/conformance/30-election.carp ]
        [ -e /etc/default/carpmon ]
        [ -e /lib/systemd/system/carpd.service ]
        systemctl is-enabled carpd
        no systemctl is-enabled carpmon
        grep -q '^ConditionPathExists=/etc/carp/carp.conf' /lib/systemd/system/carpd.service
        install -m 600 /usr/share/doc/carpkit-common/examples/carp.conf /tmp/example.conf
        carpd --check -c /tmp/example.conf
        for command in carpd carpctl carpmon carpinject carpsim; do $command --version; done""")


def test_development(built):
    """A program is built with libcarp-dev, by pkg-config, and runs."""
    built.root.sh("cd %s && cc -std=c17 -Wall -Werror tests/install/consumer.c -o /tmp/consumer"
                  " $(pkg-config --cflags --libs libcarp) && /tmp/consumer" % built.source)


def test_captures(built):
    """carpmon reads a capture; tshark has the plugin from the package."""
    root = built.root
    said = root.sh("cd %s/captures; carpmon -r ucarp-oneway-a-to-b.pcap -c ucarp-oneway-a-to-b.conf"
                   " || [ $? -eq 2 ]" % built.source)
    assert "DUAL_MASTER" in said and "One direction is broken" in said.replace("\n", " ") or \
        re.search(r"One\s+direction\s+is\s+broken", said)
    assert re.search(r"carpkit\.so\s+\S+\s+dissector\s+/usr/lib/", root.sh("tshark -G plugins"))


def test_upgrade(built):
    """A newer revision takes the place of the old one; what the admin changed stays, unasked."""
    root = built.root
    root.sh("echo '# by the admin' >>/etc/default/carpmon; echo '# by the admin' >>/etc/carp/carp.conf")
    before = root.sh("dpkg-query -W -f '${Version}' carpd").strip()
    root.sh("cd %s && script/package --again 2" % built.source, timeout=1800)
    root.sh("cd %s && apt-get install -qq -y --no-install-recommends ./lib*-2_*.deb"
            " ./carpkit-common_*-2_*.deb ./carpd_*-2_*.deb ./carpmon_*-2_*.deb ./carpinject_*-2_*.deb"
            " ./wireshark-plugin-carp_*-2_*.deb </dev/null" % built.packages)
    after = root.sh("dpkg-query -W -f '${Version}' carpd").strip()
    assert (before, after) == ("0.1.0-1", "0.1.0-2")
    for path in ("/etc/default/carpmon", "/etc/carp/carp.conf"):
        assert "by the admin" in root.sh("cat " + path)
    assert root.sh("ls /etc/default/carpmon.dpkg-* 2>/dev/null || true") == ""
    assert root.sh("dpkg --verify carpd carpkit-common libcarp0 wireshark-plugin-carp") == ""


def test_services(built, tmp_path):
    """tests/systemd/test_installed.py with these packages, in machines that a systemd boots."""
    root = roots.Root(SUITE, tmp_path)
    try:
        for number in "12":
            into = root.path("/srv/" + number)
            into.mkdir(parents=True)
            for name in ("libcarp0", "carpkit-common", "carpd", "carpmon"):
                made, = built.root.path(built.packages).glob("%s_*-%s_*.deb" % (name, number))
                shutil.copy(made, into)
        root.sh(SYSTEM)
        done = subprocess.run(
            [roots.SOURCE / "tests/lab/own", sys.executable, "-B", "-m", "pytest", "-x", "-q", "-rs",
             "-p", "no:cacheprovider", roots.SOURCE / "tests/systemd/test_installed.py"],
            env={**os.environ, "CARP_BASE": "%s:%s" % (root.path("/"), root.base)}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    finally:
        root.remove()
    if "no systemd can be booted here" in done.stdout:
        pytest.skip(done.stdout)
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout


def test_ucarp(built):
    """carpd-ucarp takes the place of Debian's ucarp, and its hooks start carpd."""
    root = built.root
    root.sh(INSTALLED + """apt-get install -qq -y --no-install-recommends ucarp ifupdown
        installed ucarp
        cd %s
        apt-get install -qq -y --no-install-recommends ./carpd-ucarp_*-2_*.deb </dev/null
        no installed ucarp
        [ "$(readlink -f /usr/sbin/ucarp)" = /usr/sbin/carpd ]
        grep -q carpd /etc/network/if-up.d/ucarp
        [ "$(grep -rl ucarp /etc/network/if-up.d)" = /etc/network/if-up.d/ucarp ]""" % built.packages)
    said = root.sh("""
        ip netns add one
        ip -n one link add eth0 type veth peer name other
        ip -n one link set other up
        cat >/etc/network/interfaces <<'END'
iface eth0 inet static
    address 192.168.1.2/24
    ucarp-vid 3
    ucarp-vip 192.168.1.53
    ucarp-password secret
END
        mkdir -p /run/network
        systemd-tmpfiles --create carpkit.conf
        ip netns exec one ifup eth0
        sleep 5
        ip -n one -br address show dev eth0
        pid=$(cat /run/carp/ucarp-eth0.pid)
        tr '\\0' ' ' </proc/$pid/cmdline; echo
        ip netns exec one ifdown eth0
        no grep -qs '^State:.*[RSD] ' /proc/$pid/status
        ip -n one -br address show dev eth0""")
    up, command, down = said.strip().splitlines()[-3:]
    assert "192.168.1.53" in up and "192.168.1.53" not in down
    assert "secret" not in command and "--ucarp" in command
    # Back to the original and forth: nobody is asked anything, nothing of both stays.
    root.sh(INSTALLED + """apt-get install -qq -y --no-install-recommends ucarp </dev/null
        no installed carpd-ucarp
        [ ! -L /usr/sbin/ucarp ]
        apt-get purge -qq -y ucarp carpd-ucarp
        [ ! -e /usr/sbin/ucarp ]
        [ ! -e /etc/network/if-up.d/ucarp ]
        rm /etc/network/interfaces""")


def test_remove_and_purge(built):
    """Removed, the configuration stays; purged, nothing of the packages is left but the account."""
    root = built.root
    names = root.sh("dpkg-query -W -f '${Package} ${Source}\\n' | awk '$2 == \"carpkit\" { print $1 }'"
                    " ; true").split()
    assert {"carpd", "carpmon", "libcarp0", "wireshark-plugin-carp"} <= set(names)
    root.sh("mkdir -p /var/lib/carp && : >/var/lib/carp/counters.state")
    root.sh("apt-get remove -qq -y " + " ".join(names))
    root.sh("[ ! -e /usr/sbin/carpd ] && [ -e /etc/carp/carp.conf ] && [ -e /etc/default/carpmon ]")
    root.sh("dpkg --purge " + " ".join(names))
    assert root.sh(roots.LEFT) == ""
    assert "carp:" in root.sh("getent passwd carp")
