# SPDX-License-Identifier: BSD-2-Clause
"""Statistics, expert information, and the files of dist/wireshark/."""
import re

import pytest

from wireshark import ROOT, carpmon_events

DIST = ROOT / "dist" / "wireshark"


def vhid_table(world, name, statistic="carp,vhid"):
    text = world.tshark(name, "-q", "-z", statistic).stdout
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 9 and cells[0].isdigit():
            rows[int(cells[0]), cells[1], cells[2]] = cells[3:10]
    return rows


@pytest.mark.parametrize("name", ["ucarp-wrong-address", "netbsd-vs-ucarp",
                                  "openbsd-04a-demote-ob-ob"])
def test_vhid_table_agrees_with_carpmon(world, carpmon, name):
    rows = vhid_table(world, name)
    for view in carpmon_events(carpmon, name):
        if view["event"] != "summary":
            continue
        of_view = {key: cells for key, cells in rows.items()
                   if key[0] == view["vhid"]
                   and key[1].lower() == view["family"]}
        total = [sum(int(cells[column]) for cells in of_view.values())
                 for column in (0, 3, 4, 5)]
        assert total == [view["adverts"], view["hmac"]["good"],
                         view["hmac"]["bad"], view["hmac"]["unverified"]]
        assert sum(int(cells[6]) for cells in of_view.values()) == sum(
            view["findings"].values())
        for master in view["masters"]:
            cells = of_view[view["vhid"], {"ipv4": "IPv4", "ipv6": "IPv6"}[
                view["family"]], master["address"]]
            assert int(cells[0]) == master["adverts"]


def test_vhid_table_takes_a_filter(world):
    rows = vhid_table(world, "ucarp-wrong-address",
                      "carp,vhid,ip.src==10.79.0.12")
    assert rows[79, "IPv4", "10.79.0.12"][0] == "12"
    text = world.tshark("ucarp-wrong-address", "-q", "-z",
                        "carp,vhid,ip.src==10.79.0.99").stdout
    assert "IPv4" not in text


def test_tree(world):
    text = world.tshark("ucarp-wrong-address", "-q", "-z", "carp,tree").stdout
    for words in (r"vhid 79 IPv4 +30", r"10\.79\.0\.12 +12", r"Good +18",
                  r"Bad +12", r"DUAL_MASTER +1", r"ucarp +30"):
        assert re.search(words, text), text


def test_expert_severities(world):
    text = world.tshark("ucarp-wrong-address", "-q", "-z", "expert").stdout
    errors, warns = text.index("Errors ("), text.index("Warns (")
    assert errors < text.index("DUAL_MASTER vhid 79 IPv4:") < warns
    assert warns < text.index("BAD_HMAC vhid 79 IPv4 from 10.79.0.12")


def test_every_code_is_a_filter(world):
    engine = (ROOT / "lib/src/engine/finding.c").read_text()
    texts = dict(re.findall(r'\[(CARP_\w+)\]\s*=\s*\{\s*"(\w+)",', engine))
    codes = (ROOT / "lib/include/carp/finding.h").read_text()
    codes = codes[codes.index("enum carp_code"):]
    codes = re.findall(r"^    (CARP_\w+)",
                       codes[:codes.index("CARP_CODE_COUNT")], re.M)
    assert len(codes) > 20 and set(codes) <= set(texts)
    experts = (ROOT / "plugin" / "findings.c").read_text()
    named = dict(re.findall(r'\[(CARP_\w+)\] = \{\s*"(carp\.[\w.]+)"',
                            experts))
    text = world.run("tshark", "-G", "fields").stdout
    names = set(re.findall(r"\t(carp\.[\w.]+)\t", text))
    manual = " ".join(
        (ROOT / "docs" / "wireshark.md").read_text().split())
    for code in codes:
        default = "carp.analysis." + texts[code].lower()
        assert named.get(code, default) in names
        if named.get(code, default) != default:
            short = named[code].removeprefix("carp.analysis")
            assert f"`{texts[code]}`: `{short}`" in manual
    for name in ("time_delta", "previous_frame", "next_expected", "role",
                 "implementation", "lineage", "two_masters", "takeover",
                 "missed", "replay", "loop", "bow_out", "tie"):
        assert f"carp.analysis.{name}" in names


def test_profile_of_dist(fresh):
    """Wireshark takes the profile and the colouring rules without a word."""
    import shutil
    target = fresh.folder / "config" / "profiles" / "CARP"
    shutil.copytree(DIST / "profile", target)
    shutil.copy(DIST / "colorfilters", target)
    for path in [target.parent, target, *target.iterdir()]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    done = fresh.tshark("ucarp-wrong-address", "-C", "CARP", "--color")
    assert done.stderr == ""
    line = next(line for line in done.stdout.splitlines() if "HMAC bad"
                in line)
    assert "10.79.0.12" in line
    for rule in (DIST / "colorfilters").read_text().splitlines():
        if rule.startswith("@"):
            _, _, expression, _ = rule.split("@")
            fresh.tshark("ucarp-election", "-Y", expression, keys=False)
