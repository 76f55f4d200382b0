# SPDX-License-Identifier: BSD-2-Clause
"""Keys from the table and from carp.conf; what is wrong with them; secrets."""
import re

import pytest

STATUS = ["carp.hmac.status", "carp.hmac.key", "carp.hmac.profile",
          "carp.hmac.reason"]


def row(*columns):
    return ["-o", "uat:carp_keys:" + ",".join(f'"{text}"'
                                               for text in columns)]


def verdicts(world, *options, name="ucarp-election", **keywords):
    return world.fields(name, STATUS, *options, "-Y", "carp.vhid", keys=False,
                        **keywords)


def test_the_module_is_loaded(world):
    text = world.run("tshark", "-G", "plugins").stdout
    assert re.search(r"^carpkit\.so\s+\d+\.\d+\.\d+\s+dissector\s", text,
                     re.M), text


def test_five_columns(world):
    rows = verdicts(world, *row(79, "lab-secret", "10.79.0.50", "ucarp", ""))
    assert rows and all(row[:3] == [["1"], ["carp_keys row 1"], ["ucarp"]]
                        for row in rows)


def test_several_rows_and_addresses(world):
    options = (row(78, "other", "10.79.0.50", "auto", "")
               + row(79, "wrong", "10.79.0.50, 10.79.0.51", "auto", "")
               + row(79, "lab-secret", "10.79.0.50", "auto", "the right one"))
    rows = verdicts(world, *options)
    assert all(row[:2] == [["1"], ["the right one"]] for row in rows)


def test_short_rows(world):
    rows = verdicts(world, *row(79, "lab-secret"))
    assert rows[-1][0] == ["1"]


@pytest.mark.parametrize("prefix", ["", "0x", "0X"])
def test_hexadecimal_key(world, prefix):
    key = b"lab-secret".ljust(20, b"\0").hex()
    rows = verdicts(world, *row(79, prefix + key, "10.79.0.50", "auto", ""))
    assert all(row[0] == ["1"] for row in rows)


def test_learnt_addresses(world):
    rows = verdicts(world, *row(79, "lab-secret", "", "auto", ""))
    assert all(row[0] == ["1"] for row in rows)
    assert rows[0][3] == ["with addresses learnt from this capture: "
                          "10.79.0.50"]
    learnt = world.fields("ucarp-election", ["carp.addresses"], "-Y", "carp.vhid",
                          keys=False)
    assert learnt[-1] == [["10.79.0.50"]]


def test_learnt_from_neighbour_advertisements(world):
    rows = world.fields("openbsd-04a-demote-ob-ob", STATUS
                        + ["carp.addresses"], *row(44, "secret44"), "-Y",
                        "carp.vhid", keys=False)
    assert rows[0][0] == ["2"] and "none was seen" in rows[0][3][0]
    assert rows[-1][0] == ["1"] and rows[-1][2] == ["openbsd"]
    assert "10.78.0.50, " in rows[-1][3][0]
    assert "fd78::50" in rows[-1][3][0]
    assert {"10.78.0.50", "fd78::50"} <= set(rows[-1][4])


def test_table_in_the_profile(fresh):
    table = fresh.folder / "config" / "carp_keys"
    table.write_text('# comment\n"79","lab-secret","10.79.0.50","auto",'
                     '"of the profile"\n')
    table.chmod(0o644)
    rows = verdicts(fresh)
    assert all(row[:2] == [["1"], ["of the profile"]] for row in rows)


def test_carp_conf_names_its_group(world):
    rows = world.fields("ucarp-election", STATUS, "-Y", "carp.vhid")
    assert all(row[:2] == [["1"], ["lab"]] for row in rows)


def test_senders_of_carp_conf(world):
    """Who is none of them is an expert item; without a list nobody is."""
    path = world.folder / "work" / "senders.conf"
    told = []
    for senders in ("", "senders = 10.79.0.11\n", "senders = 10.79.0.11; 10.79.0.12\n"):
        path.write_text('[vhid "lab"]\nvhid = 79\npassword = lab-secret\n'
                        "addresses = 10.79.0.50\n" + senders)
        path.chmod(0o644)
        told.append(world.fields("ucarp-failover", ["ip.src"],
                                 "-o", f"carp.config_file:{path}",
                                 "-Y", "carp.analysis.rogue_sender", keys=False))
    assert told[0] == told[2] == []
    assert told[1] and all(row == [["10.79.0.12"]] for row in told[1])


def test_unkeyed(world):
    assert all(row == [["2"], [], [], []] for row in verdicts(world))
    rows = verdicts(world, *row(1, "x", "10.0.0.1", "auto", ""))
    assert all(row[3] == ["no key is known for vhid 79"] for row in rows)


BAD_ROWS = [
    (("0", "s3cret!", "", "auto", ""), "vhid must be a number from 1 to 255"),
    (("79x", "s3cret!", "", "auto", ""), "vhid must be"),
    (("79", "s3cret!", "10.0.0.300", "auto", ""), "must be IPv4 or IPv6"),
    (("79", "s3cret!", "10.0.0.3 10.0.0.3", "auto", ""), "twice"),
    (("79", "s3cret!", "", "linux", ""), "profile must be auto, freebsd"),
    (("79", "s3cret!-far-too-long-for-it", "", "ucarp", ""), "1 to 19"),
]


@pytest.mark.parametrize("columns,message", BAD_ROWS)
def test_bad_row(world, columns, message):
    done = world.tshark("ucarp-election", *row(*columns), "-Y", "carp.vhid",
                        *row(79, "lab-secret", "10.79.0.50", "auto", ""),
                        "-T", "fields", "-e", "carp.hmac.status", keys=False)
    complaints = [line for line in done.stderr.splitlines() if "CARP" in line]
    assert len(complaints) == 1, done.stderr
    assert "row 1 of carp_keys is not used" in complaints[0]
    assert message in complaints[0]
    assert "s3cret" not in done.stderr
    assert set(done.stdout.split()) == {"1"}, "dissection goes on"


@pytest.mark.parametrize("content,message", [
    (None, "No such file"),
    ("[vhid \"x\"]\nvhid = 300\npassword = s3cret\n", "1 to 255"),
    ("no key file at all\n", "carp.conf"),
    ("", "carp.conf"),
])
def test_bad_carp_conf(world, content, message):
    path = world.folder / "work" / "bad-carp.conf"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
        path.chmod(0o644)
    done = world.tshark("ucarp-election", "-o", f"carp.config_file:{path}",
                        *row(79, "lab-secret", "10.79.0.50", "auto", ""),
                        "-2", "-Y", "carp.vhid", "-T", "fields", "-e",
                        "carp.hmac.status", keys=False)
    complaints = [line for line in done.stderr.splitlines() if "CARP" in line]
    assert len(complaints) == (content != ""), done.stderr
    assert not complaints or message in complaints[0]
    assert "s3cret" not in done.stderr
    assert set(done.stdout.split()) == {"1"}


def test_unreadable_carp_conf(world):
    path = world.folder / "work" / "closed.conf"
    path.write_text("[vhid \"x\"]\nvhid = 3\npassword = x\n")
    path.chmod(0)
    done = world.tshark("ucarp-election", "-o", f"carp.config_file:{path}",
                        "-c", "1", keys=False)
    assert "Permission denied" in done.stderr


def test_no_secret_in_any_output(world):
    """Nor in what is exported of wrong digests and their explanations."""
    for capture, secrets in (("ucarp-wrong-password", ["lab-secret"]),
                             ("ucarp-password-crlf", ["lab-secret"]),
                             ("openbsd-07-address-mismatch",
                              ["secret48", "othersecret"])):
        for options in (["-V"], ["-T", "json"], ["-T", "pdml"], ["-T", "ek"],
                        []):
            done = world.tshark(capture, *options)
            for secret in secrets:
                assert secret not in done.stdout + done.stderr
                assert secret.encode().hex() not in done.stdout
