# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict reader as Python tests use it."""
import pathlib
import unittest

import output

STREAMS = pathlib.Path(__file__).parents[1] / "protocol/testdata"


class Reading(unittest.TestCase):
    def test_good(self):
        read = output.Output((STREAMS / "good.txt").read_bytes())
        self.assertEqual(read.report, "")
        self.assertEqual(list(read.charts), ["app_job.h"])
        chart, = read.by_context("app.h")
        self.assertEqual(chart["labels"], {"_collect_job": "job", "dc": "north", "path": "C:\\temp x"})
        self.assertEqual([d["value"] for d in chart["dimensions"]], [4, 1e21])
        self.assertEqual(read.counters["charts_obsoleted"], 1)

    def test_bad(self):
        read = output.Output((STREAMS / "bad_exponent.txt").read_bytes())
        self.assertIn("line 38: set_decimal", read.report)

    def test_cut(self):
        half = (STREAMS / "good.txt").read_bytes()[:1500]
        self.assertNotEqual(output.Output(half).report, "")
        self.assertEqual(output.Output(half, cut=True).report, "")


if __name__ == "__main__":
    unittest.main()
