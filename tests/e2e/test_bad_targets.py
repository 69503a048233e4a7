# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that misbehave beside two that do not: the good ones keep their beat, memory stays bounded, errors name the target."""
import re
import time
import unittest

import peers
from program import ConfigTree, Program

WATCH_SECONDS = 12
RESIDENT_BYTES_MAX = 64 << 20

# What the log says of each behind its URL.
BAD = {
    "404": "HTTP status 404",
    "half": "transfer closed with [0-9]+ bytes remaining",
    "huge": "body is longer than max_body_bytes 67108864",
    "headers": "headers are longer",
    "slow": "timed out after 2000ms",
    "hang": "timed out after 2000ms",
    "redirect-loop": "stopped after 10 redirects",
}


class BadTargets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One plugin with all of them at once; the tests look at what it left."""
        cls.server = cls.enterClassContext(peers.BadServer())
        # One of their own: the bad ones keep theirs busy.
        cls.good_server = cls.enterClassContext(peers.BadServer())
        cls.tree = cls.enterClassContext(ConfigTree(**{"cpp.d.conf": "modules:\n  linux: no\n"}))
        cls.dead_port = peers.free_port()
        targets = {"text": "/utf8"}
        targets |= {f"bad-{name}": f"/{name}" for name in BAD}
        targets |= {f"later-{name}": f"/ok-then/{name}" for name in BAD}
        cls.urls = {name: cls.server.url + path for name, path in targets.items()}
        cls.urls |= {name: cls.good_server.url + "/ok" for name in ("good1", "good2")}
        cls.urls["dead"] = f"http://127.0.0.1:{cls.dead_port}/metrics"
        cls.tree.jobs(*({"name": name, "url": url, "update_every": 1, "timeout": 2, "autodetection_retry": 1}
                        for name, url in cls.urls.items()))
        with Program("-c", cls.tree.path) as program:
            for name in ("good1", "good2"):
                program.wait_line(rf"^BEGIN 'prometheus_{name}\.demo_celsius|^BEGIN 'prometheus_{name}\.demo_temperature")
            cls.started = time.monotonic()
            time.sleep(WATCH_SECONDS)  # what is watched is time itself
            cls.watched = time.monotonic() - cls.started
            cls.peak = program.resident_peak_bytes()
            cls.alive = program.process.poll() is None
            before = time.monotonic()
            cls.status = program.quit()
            cls.end_seconds = time.monotonic() - before
            cls.log = program.log
            cls.read = program.judged()
            cls.program = program

    def complaints(self, job):
        return [line for line in self.log.splitlines() if re.search(rf"level=(error|warning).* job={job}$", line)
                and "cycles skipped" not in line]

    def test_good_targets_keep_their_beat(self):
        for name in ("good1", "good2"):
            with self.subTest(name):
                times = [at for at, _ in self.program.updates(f"prometheus_{name}.demo_temperature_celsius")
                         if at >= self.started - 0.5]
                self.assertGreaterEqual(len(times), int(self.watched) - 1)
                self.assertLess(max(b - a for a, b in zip(times, times[1:])), 2.5)

    def test_errors_name_target_and_cause(self):
        rows = {f"{prefix}-{name}": cause for prefix in ("bad", "later") for name, cause in BAD.items()}
        rows["dead"] = "cannot connect: Connection refused"
        for job, cause in rows.items():
            with self.subTest(job):
                lines = self.complaints(job)
                self.assertTrue(lines, f"no complaint; log of the job: {[l for l in self.log.splitlines() if job in l]}")
                for line in lines:
                    self.assertRegex(line, rf"[ \"]GET {re.escape(self.urls[job])}: .*{cause}")
                self.assertLess(len(lines), WATCH_SECONDS + 3, "more than one line a second")

    def test_no_complaint_about_the_good(self):
        for job in ("good1", "good2"):
            self.assertEqual(self.complaints(job), [])

    def test_values_of_a_target_that_went_bad_were_shown(self):
        for name in BAD:
            with self.subTest(name):
                updates = self.program.updates(f"prometheus_later-{name}.demo_temperature_celsius")
                self.assertTrue(updates)
                for _, values in updates:
                    self.assertIn(values["demo_temperature_celsius"], (21.5, None))

    def test_lost_cycles_are_in_the_ledger(self):
        for name in BAD:
            with self.subTest(name):
                updates = self.program.updates(f"netdata.cppd_ledger_prometheus_later-{name}")
                self.assertTrue(updates, "no ledger")
                self.assertGreaterEqual(updates[-1][1].get("cycle_failed", 0), 1)

    def test_text_that_is_not_utf8_costs_its_series(self):
        charts = [chart for chart in self.read.charts if chart.startswith("prometheus_text.")]
        for value in ("good", "also_good_\u20ac"):
            self.assertIn(f"prometheus_text.demo_bytes-path={value}", charts)
        lost = self.program.updates("netdata.cppd_ledger_prometheus_text")[-1][1]
        self.assertEqual(list(lost), ["series_invalid"])
        self.assertEqual(lost["series_invalid"] % (5 - len(charts)), 0)
        self.assertEqual(len(charts), 2)

    def test_memory_is_bounded(self):
        self.assertLess(self.peak, RESIDENT_BYTES_MAX)

    def test_ends_cleanly(self):
        self.assertTrue(self.alive)
        self.assertEqual(self.status, 0)
        self.assertLess(self.end_seconds, 3)
        self.assertEqual(self.read.report, "")
        self.assertEqual(self.read.counters["configs"], 0)


if __name__ == "__main__":
    unittest.main()
