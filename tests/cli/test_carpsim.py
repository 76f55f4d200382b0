# SPDX-License-Identifier: BSD-2-Clause
"""carpsim's command line: exit statuses, messages, and what it writes."""
import os
import pathlib
import subprocess

CARPSIM = os.environ["CARPSIM"]
SCENARIOS = pathlib.Path(__file__).parent.parent / "scenarios"
FAILS = """node A freebsd 1/20
node B ucarp 1/20
node C carpd 1/200
at 0 start A
at 0.018 start B
at 1 start C
end 120
"""


def run(*args):
    done = subprocess.run([CARPSIM, *map(str, args)], capture_output=True,
                          text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_usage():
    for args in ((), ("--random", "-3"), ("--random", "2", "x.sim"),
                 ("--nonsense",), ("-w", "x.pcap", "--random", "2")):
        status, out, err = run(*args)
        assert status == 2 and out == "" and len(err.splitlines()) == 1, args
    assert run("--help")[0] == 0
    assert run("--version")[1].startswith("carpsim (carpkit)")


def test_bad_files(tmp_path):
    status, _, err = run(tmp_path / "none.sim")
    assert status == 2 and "none.sim" in err
    bad = tmp_path / "bad.sim"
    bad.write_text("node A carpd 1/0\nat 3 explode A\n")
    status, _, err = run(bad)
    assert status == 2
    assert err.startswith(f"carpsim: {bad}:2: 'explode' is none of start")


def test_scenario_is_traced():
    status, out, err = run(SCENARIOS / "split.sim")
    assert status == 0 and err == ""
    assert "B        BACKUP -> MASTER (master timed out)" in out
    assert out.splitlines()[-1].startswith("1 scenarios, 0 failed; ")
    assert run("-q", SCENARIOS / "split.sim")[1] == ""


def test_failure_is_kept_small(tmp_path):
    path = tmp_path / "fails.sim"
    path.write_text(FAILS)
    status, out, _ = run("-q", "-k", tmp_path, path)
    assert status == 1 and "FAIL" in out
    small = (tmp_path / "seed-0.sim").read_text()
    assert small.startswith("# ") and "node C" not in small
    assert run("-q", tmp_path / "seed-0.sim")[0] == 1
    assert run("-q", "-k", tmp_path / "no", path)[0] == 2


def test_print_is_a_scenario(tmp_path):
    status, out, _ = run("--random", 1, "--seed", 12, "--print")
    assert status == 0
    path = tmp_path / "s.sim"
    path.write_text(out)
    assert run("-q", path)[0] == 0


def test_judge_prints_a_table():
    status, out, _ = run("-q", "--judge", "--random", 60)
    assert status == 0
    assert out.splitlines()[0].split()[:3] == ["code", "right", "wrong"]
    assert any(line.startswith("DUAL_MASTER") for line in out.splitlines())


def test_pcap_is_read_by_others(tmp_path):
    pcap = tmp_path / "split.pcap"
    assert run("-q", "-w", pcap, SCENARIOS / "split.sim")[0] == 0
    read = subprocess.run(["tcpdump", "-nr", pcap, "-T", "carp", "-v"],
                          capture_output=True, text=True, check=True).stdout
    assert "CARPv2-advertise 36: vhid=1 advbase=1 advskew=100" in read
    assert "Request who-has 10.83.0.100" in read
    assert "bad" not in read and "[ttl" not in read
    assert run("-q", "-w", tmp_path / "no" / "x", SCENARIOS / "split.sim"
               )[0] == 2
    carpmon = os.environ.get("CARPMON", "")
    if carpmon:
        conf = tmp_path / "carp.conf"
        conf.write_text('[vhid "sim"]\nvhid = 1\naddresses = 10.83.0.100\n'
                        "password = carpsim\n")
        conf.chmod(0o600)
        told = subprocess.run([carpmon, "-r", pcap, "-c", conf],
                              capture_output=True, text=True,
                              check=False).stdout
        assert " 0 bad 0 unverified" in told
        assert "CRITICAL" in told and "DUAL_MASTER" in told
