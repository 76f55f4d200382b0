#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Other systems: built without a warning and unit tests passed in Debian 13 and sid, by gcc and clang;
libcarp with musl. docs/PORTABILITY.md says what was run. Takes long: only with CARP_LONG."""
import os
import re

import pytest

import roots

pytestmark = [
    pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="takes minutes: CARP_LONG=1"),
    pytest.mark.skipif(bool(roots.missing()), reason=str(roots.missing()))]

# sid's lists go stale within days on a mirror that stands still.
PREPARE = """
echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/standing
apt-get update -qq
apt-get install -qq -y --no-install-recommends build-essential dpkg-dev tshark %s
cd %s
cp -R dist/debian debian
apt-get build-dep -qq -y --no-install-recommends .
rm -r debian
"""
BUILD = """
cd %s
cmake -S . -B /tmp/build -G Ninja -DCMAKE_C_COMPILER=%s -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
cmake --build /tmp/build
ctest --test-dir /tmp/build -L unit --output-on-failure
"""


@pytest.fixture
def entered(request, tmp_path):
    root = roots.Root(request.param, tmp_path)
    try:
        yield root, root.give_source()
    finally:
        root.remove()


@pytest.mark.parametrize("entered, compiler", [
    ("trixie", "gcc"), ("trixie", "clang"), ("sid", "gcc")], indirect=["entered"])
def test_debian(entered, compiler):
    root, source = entered
    root.sh(PREPARE % (compiler, source))
    said = root.sh(BUILD % (source, compiler), timeout=3600)
    assert "100% tests passed" in said and re.search(r"plugin: for Wireshark 4\.[0-9]", said)
    # The plugin's own tests look closer; here it loads, and knows CARP.
    said = root.sh("""
        version=$(tshark --version 2>/dev/null | sed -n '1s/[^0-9]*\\([0-9]*\\.[0-9]*\\)\\..*/\\1/p')
        folder=$(tshark -G folders 2>/dev/null | sed -n 's/^Global Plugins:\\s*//p')/epan
        mkdir -p "$folder"
        cp /tmp/build/plugin/carpkit.so "$folder/"
        tshark -n -r %s/captures/ucarp-election.pcap -Y carp.vhid -T fields -e carp.vhid | sort -u
        echo "on $version" """ % source)
    assert re.search(r"^79$", said, re.M), said


@pytest.mark.parametrize("entered", ["bookworm"], indirect=True)
def test_musl(entered):
    """libcarp by musl's compiler, in a program that runs, linked with musl and Debian's libcrypto.a."""
    root, source = entered
    root.sh("apt-get update -qq; apt-get install -qq -y --no-install-recommends musl-tools libssl-dev")
    said = root.sh("""
        cd %s
        for file in lib/src/*/*.c; do
            musl-gcc -std=c17 -O2 -Wall -Wextra -Wpedantic -Werror -Ilib/include -Ilib/src \\
                -idirafter /usr/include -idirafter /usr/include/$(uname -m)-linux-gnu \\
                -c "$file" -o "/tmp/$(echo "$file" | tr / _).o"
        done
        musl-gcc -std=c17 -static -Ilib/include tests/install/consumer.c /tmp/*.o \\
            /usr/lib/$(uname -m)-linux-gnu/libcrypto.a -o /tmp/consumer
        /tmp/consumer""" % source)
    assert "DUAL_MASTER 1" in said
