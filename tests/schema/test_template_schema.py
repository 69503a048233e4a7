# SPDX-License-Identifier: GPL-3.0-or-later
"""What `cppd schema template` prints against every recorded template."""
import json
import os
import pathlib
import subprocess
import unittest

import jsonschema

VECTORS = pathlib.Path(__file__).parents[1] / "vectors" / "charttpl"


def call(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout

# Accepted by the reference. The schema refuses a number with a fraction where an integer belongs, and a number that the
# decoder refuses too (difference K24).
STRICTER = {
    "priority-float", "priority-float-negative", "dim-options-float-number", "engine-expire-float", "lifecycle-float",
    "engine-expire-too-large", "engine-expire-negative-float",
}


class TemplateSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(call(os.environ["CPPD_BINARY"], "schema", "template"))
        cls.validator = jsonschema.Draft202012Validator(cls.schema)
        lines = call(os.environ["CPPD_TEMPLATE_DOCUMENTS"], *sorted(map(str, VECTORS.glob("*.jsonl"))))
        cls.rows = [json.loads(line) for line in lines.splitlines()]

    def of(self, result):
        rows = [row for row in self.rows if row["result"] == result]
        self.assertGreater(len(rows), 20)
        return rows

    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.assertEqual(self.schema["title"], "cpp.d chart template spec v1")

    def test_takes_what_is_accepted(self):
        for row in self.of("accepted"):
            with self.subTest(row["name"]):
                errors = [f"{error.json_path}: {error.message}" for error in self.validator.iter_errors(row["document"])]
                if row["name"] in STRICTER:
                    self.assertTrue(errors, "no longer stricter than the decoder")
                else:
                    self.assertEqual(errors, [])

    def test_refuses_unknown_keys_and_wrong_types(self):
        for row in self.of("decode"):
            with self.subTest(row["name"]):
                self.assertFalse(self.validator.is_valid(row["document"]), row["document"])


if __name__ == "__main__":
    unittest.main()
