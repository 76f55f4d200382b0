# SPDX-License-Identifier: BSD-2-Clause
"""docs/carpinject.schema.json, for the tests that read carpinject's JSON."""
import json
import pathlib

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs" / \
    "carpinject.schema.json"


def check(lines):
    """Fail unless every object keeps to the schema."""
    import jsonschema
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    for line in lines:
        errors = [error.message for error in validator.iter_errors(line)]
        assert errors == [], (errors, line)
