#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a release is made of: the tarball, the bill of materials, licences, the library's ABI."""
import filecmp
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["BUILD"])
LONG = pytest.mark.skipif(not os.environ.get("CARP_LONG"), reason="takes longer: CARP_LONG=1")

# SPDX 2.3: what its schema asks for, and what this one promises beyond.
NAME = {"type": "string", "pattern": "^SPDXRef-[A-Za-z0-9.-]+$"}
TEXT = {"type": "string", "minLength": 1}
SBOM = {
    "type": "object", "additionalProperties": False,
    "required": ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace",
                 "creationInfo", "packages", "relationships"],
    "properties": {
        "spdxVersion": {"const": "SPDX-2.3"}, "dataLicense": {"const": "CC0-1.0"},
        "SPDXID": {"const": "SPDXRef-DOCUMENT"}, "name": TEXT,
        "documentNamespace": {"type": "string", "pattern": "^[a-z]+:[^#]+$"},
        "creationInfo": {
            "type": "object", "required": ["created", "creators"],
            "properties": {
                "created": {"type": "string",
                            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                "creators": {"type": "array", "minItems": 1,
                             "items": {"pattern": "^(Tool|Organization|Person): "}}}},
        "packages": {"type": "array", "minItems": 8, "items": {
            "type": "object",
            "required": ["SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed",
                         "licenseConcluded", "licenseDeclared", "copyrightText", "supplier"],
            "properties": {
                "SPDXID": NAME, "name": TEXT, "versionInfo": TEXT, "filesAnalyzed": {"const": False},
                "supplier": {"pattern": "^Organization: "},
                "primaryPackagePurpose": {"enum": ["SOURCE", "APPLICATION", "LIBRARY"]},
                "externalRefs": {"type": "array", "items": {
                    "required": ["referenceCategory", "referenceType", "referenceLocator"],
                    "properties": {"referenceCategory": {"const": "PACKAGE-MANAGER"},
                                   "referenceType": {"const": "purl"},
                                   "referenceLocator": {"pattern": "^pkg:deb/debian/[^@]+@.+"}}}}}}},
        "relationships": {"type": "array", "items": {
            "type": "object", "additionalProperties": False,
            "required": ["spdxElementId", "relationshipType", "relatedSpdxElement"],
            "properties": {
                "spdxElementId": NAME, "relatedSpdxElement": NAME,
                "relationshipType": {"enum": ["DESCRIBES", "GENERATED_FROM", "DYNAMIC_LINK"]}}}}}}


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **more)
    assert done.returncode == 0, "%s\n%s%s" % (command, done.stdout, done.stderr)
    return done.stdout


def test_tarball_is_reproducible(tmp_path):
    """From Git, and from the tarball itself under another umask, time zone and language: the same octets."""
    if not shutil.which("xz"):
        pytest.skip("xz is not installed")
    first = pathlib.Path(run(ROOT / "script" / "tarball", tmp_path / "one").strip())
    run("tar", "-xf", first, "-C", tmp_path)
    source = tmp_path / first.name[:-len(".tar.xz")]
    assert not (source / ".git").exists() and (source / "LICENSES" / "BSD-2-Clause.txt").exists()
    second = run("sh", "-c", 'umask 077; exec "$0" "$1"', source / "script" / "tarball",
                 tmp_path / "two", env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"}).strip()
    assert filecmp.cmp(first, second, shallow=False)


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="this is not Debian")
def test_bill_of_materials():
    """Valid, complete, the same each time, and it names what the programs link."""
    if not (BUILD / "bin" / "carpd").exists() or not (BUILD / "plugin" / "carpkit.so").exists():
        pytest.skip("not everything was built here")
    text = run(ROOT / "script" / "sbom", BUILD)
    assert text == run(ROOT / "script" / "sbom", BUILD)
    sbom = json.loads(text)
    jsonschema.validate(sbom, SBOM)
    names = {package["SPDXID"]: package["name"] for package in sbom["packages"]}
    assert len(names) == len(sbom["packages"])
    links = set()
    for relation in sbom["relationships"]:
        assert relation["relatedSpdxElement"] in names
        if relation["relationshipType"] == "DYNAMIC_LINK":
            links.add((names[relation["spdxElementId"]],
                       re.sub(r"-?[\d.-]+(t64)?$", "", names[relation["relatedSpdxElement"]])))
    assert {("carpmon", "libpcap"), ("carpd", "libmnl"), ("carpinject", "libnet"),
            ("carpkit.so", "libwireshark"), ("carpctl", "libjson-glib")} <= links


def test_versions_agree():
    """CMake, the changelog of the packages and the RPM spec name one version."""
    version = re.search(r"^project\(carpkit VERSION ([\d.]+)",
                        (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)[1]
    debian = (ROOT / "dist" / "debian" / "changelog").read_text(encoding="utf-8")
    assert debian.startswith("carpkit (%s-" % version)
    rpm = (ROOT / "dist" / "rpm" / "carpkit.spec").read_text(encoding="utf-8")
    assert re.search(r"^Version: +%s$" % re.escape(version), rpm, re.M)


@pytest.mark.skipif(not shutil.which("rpmspec"), reason="script/bootstrap --release has rpm")
def test_spec_is_read():
    """rpm understands the spec, and makes the packages that Debian has."""
    said = run("rpmspec", "-q", "--qf", "%{name}\n", ROOT / "dist" / "rpm" / "carpkit.spec").split()
    assert {"carpkit-libs", "carpkit-devel", "carpkit-common", "carpd", "carpmon", "carpinject",
            "wireshark-plugin-carp"} <= set(said)


@LONG
@pytest.mark.skipif(not shutil.which("reuse"), reason="script/bootstrap --release has reuse")
def test_reuse():
    """Every file says whose it is and under which licence."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    assert "compliant" in run("reuse", "--root", ROOT, "lint")


@LONG
@pytest.mark.skipif(not shutil.which("abidiff"), reason="script/bootstrap --release has abidiff")
def test_abi(tmp_path):
    """script/abi calls the same source the same, and sees a struct that has grown."""
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy(ROOT / "CMakeLists.txt", source)
    for name in ("cmake", "lib", "dist", "script", "docs"):
        shutil.copytree(ROOT / name, source / name)
    run(source / "script" / "abi", "update", tmp_path / "build")
    assert "as in" in run(source / "script" / "abi", "check", tmp_path / "build")
    header = source / "lib" / "include" / "carp" / "adv.h"
    text = header.read_text(encoding="utf-8")
    changed = re.sub(r"(struct carp_adv \{\n)", r"\1    uint8_t added;\n", text, count=1)
    assert changed != text
    header.write_text(changed, encoding="utf-8")
    done = subprocess.run([source / "script" / "abi", "check", tmp_path / "build"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "carp_adv" in done.stdout, done.stdout + done.stderr
