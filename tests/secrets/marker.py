# SPDX-License-Identifier: BSD-2-Clause
"""Passwords that stand nowhere else, and the search for what is left of them."""
import base64
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIRST = "Qm7xVtk2JwZr9pLd"          # the password
SECOND = "Hs4bNyc8GfEu3oKa"         # accept-password
TOKEN = "Wd6gXhq5RzMv1iTb"          # --listen-token
ALL = (FIRST, SECOND, TOKEN)
LENGTH = 6                          # so many octets of one in a row are a leak
KEY_LENGTH = 20


def program(variable, name):
    """A program of the build under test."""
    return os.environ.get(variable) or str(ROOT / "build" / "release" / "bin" / name)


def _pieces(secret):
    return {secret[at:at + LENGTH] for at in range(len(secret) - LENGTH + 1)}


def _secrets():
    """The passwords, and the keys made of them as HMAC's two pads."""
    for word in ALL:
        octets = word.encode()
        key = octets.ljust(KEY_LENGTH, b"\0")
        yield word, octets
        yield word + " in the inner pad", bytes(octet ^ 0x36 for octet in key)[:len(octets)]
        yield word + " in the outer pad", bytes(octet ^ 0x5c for octet in key)[:len(octets)]


def _base64(octets):
    """What is common to its base64 texts, wherever it begins."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + octets).rstrip(b"=")
        yield text[4 if shift else 0:-2]


def leaks(blob):
    """What of the markers is in it: as it is, in hexadecimal however spaced, in base64, or
    with a NUL behind each octet (UTF-16)."""
    digits = re.sub(rb"(?<=[0-9a-f])[\s:,.\-|]*(?:\\x|0x)?(?=[0-9a-f])", b"", blob.lower())
    wide = blob.replace(b"\0", b"")
    found = []
    for name, octets in _secrets():
        pieces = _pieces(octets)
        found += ["%s: %r" % (name, piece) for piece in pieces if piece in blob or piece in wide]
        found += ["%s in hexadecimal" % name for piece in pieces if piece.hex().encode() in digits]
        found += ["%s in base64" % name for text in _base64(octets) if text in blob]
    return sorted(set(found))


def check(what, blob):
    """Fail if it holds some of a marker; what is empty proves nothing, and is let pass."""
    if isinstance(blob, str):
        blob = blob.encode(errors="surrogateescape")
    found = leaks(blob)
    assert not found, "%s holds %s" % (what, found)


def check_tree(top, but=()):
    """Check all files below, but those whose names are given; how many there were."""
    count = 0
    for path in sorted(pathlib.Path(top).rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name not in but:
            check(str(path), path.read_bytes())
            count += 1
    return count
