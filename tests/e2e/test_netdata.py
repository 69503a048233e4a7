# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin inside netdata 1.37.1, seen through the daemon's HTTP API. Such an old daemon gets no CONFIG and no HOST line."""
import os
import pathlib
import signal
import time
import unittest

import output
import peers
from exposition import Page
from program import PLUGIN, ConfigTree

# The daemon starts this one; what the plugin writes also goes to a file, to be judged.
TEE = f"""#!/bin/bash
echo $$ >>"$0.pids"
exec "{PLUGIN.resolve()}" "$@" > >(exec tee -a "$0.out")
"""


class InNetdata(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = cls.enterClassContext(peers.NodeExporter())
        cls.netdata = peers.Netdata()
        cls.netdata.add_plugin("cpp.d", TEE)
        cls.script = cls.netdata.folder / "plugins/cpp.d.plugin"
        cls.configure("node", "more")
        cls.enterClassContext(cls.netdata)

    @classmethod
    def configure(cls, *jobs):
        tree = ConfigTree(at=cls.netdata.user_config)
        tree.jobs(*({"name": job, "url": cls.exporter.url + "/metrics", "update_every": 1, "max_time_series": 0,
                     "max_time_series_per_metric": 0} for job in jobs))

    def setUp(self):
        self.live("prometheus_node.node_memory_MemTotal_bytes")

    def of_job(self, job):
        return {name: chart for name, chart in self.netdata.charts().items() if name.startswith(f"prometheus_{job}.")}

    def plugin_pid(self):
        """exec keeps the script's id."""
        return int(pathlib.Path(f"{self.script}.pids").read_text().split()[-1])

    def last_value(self, chart, dimension):
        """Time and value of the newest point that is no gap; without any, an error that wait_for takes for not yet."""
        rows = [row for row in self.netdata.values(chart, points=60) if row.get(dimension) is not None]
        return rows[0]["time"], rows[0][dimension]

    def live(self, chart):
        """Waits until the newest value is not older than three seconds, and not one of the first two: the daemon's answers
        come and go with them."""
        dimension = chart.split(".", 1)[1]

        def current():
            values = [row for row in self.netdata.values(chart, points=60) if row.get(dimension) is not None]
            return len(values) > 2 and time.time() - values[0]["time"] < 3

        self.wait_for(f"a value of {chart}", current)

    def wait_for(self, what, condition):
        """With what the daemon and the plugin said of late."""
        try:
            return peers.wait_for(what, condition)
        except AssertionError as error:
            log = [line for line in self.netdata.log.splitlines() if "cpp.d" in line]
            raise AssertionError("\n".join([f"{error} at {time.time():.0f}", *log[-20:]])) from None

    def test_1_shows_what_the_page_implies(self):
        def both():
            wanted, charts = Page(self.exporter.metrics()).charts("node"), self.of_job("node")
            return (wanted, charts) if wanted.keys() == charts.keys() else None

        wanted, charts = self.wait_for("all charts", both)
        for name, chart in wanted.items():
            with self.subTest(name):
                got = charts[name]
                # The daemon appends the id, with its own replacements, to the title.
                title = got["title"].rsplit(" (", 1)[0]
                self.assertEqual((got["context"], got["family"], got["units"], got["chart_type"], title),
                                 (chart.context, chart.family, chart.units, chart.type, chart.title))
                self.assertEqual((got["plugin"], got["module"], got["update_every"]), ("cpp.d", "prometheus", 1))
                self.assertEqual(list(got["dimensions"]), list(chart.values))
        self.assertTrue([name for name in self.netdata.charts() if name.startswith("netdata.cppd_ledger_prometheus_node")])
        self.check_labels([name for name in wanted if "-" in name][:5], wanted)

    def check_labels(self, names, wanted):
        self.assertEqual(len(names), 5)
        for name in names:
            labels = self.netdata.api(f"chart?chart={name}")["chart_labels"]
            own = {key: value for key, value in labels.items() if key not in ("_collect_plugin", "_collect_module")}
            self.assertEqual(own, wanted[name].labels)

    def test_2_values(self):
        """Whole numbers only: this daemon does not know float dimensions and cuts fractions."""
        page = Page(self.exporter.metrics())
        total = "node_memory_MemTotal_bytes"
        shown = self.wait_for("a value", lambda: self.last_value(f"prometheus_node.{total}", total)[1])
        # It keeps values with a mantissa of 24 bits.
        self.assertAlmostEqual(shown / page.value(total), 1, places=6)
        chart = "prometheus_node.node_context_switches_total"

        def moving():
            values = [row["node_context_switches_total"] for row in self.netdata.values(chart, points=10)]
            values = [value for value in values if value]
            return values if len(set(values)) >= 3 else None

        self.assertGreater(min(self.wait_for("moving values", moving)), 0)

    def test_3_target_restarts(self):
        """The gap is short: the daemon believes intervals up to five seconds, and must not stay behind the clock."""
        chart, dimension = "prometheus_node.node_load1", "node_load1"
        self.exporter.stop()
        at, _ = self.last_value(chart, dimension)
        self.wait_for("a gap", lambda: time.time() - self.last_value(chart, dimension)[0] > 3)
        self.exporter.start()
        self.live(chart)
        self.assertGreater(self.last_value(chart, dimension)[0], at)

    def test_4_removed_job_goes(self):
        self.assertTrue(self.of_job("more"))
        self.configure("node")
        os.kill(self.plugin_pid(), signal.SIGHUP)
        self.wait_for("no charts of the removed job", lambda: not self.of_job("more"))
        self.live("prometheus_node.node_load1")

    def test_5_killed_plugin_comes_back(self):
        before = self.plugin_pid()
        # Not SIGKILL: the daemon never starts again what a signal ended without an exit status (agent contract P-24a).
        os.kill(before, signal.SIGTERM)
        self.wait_for("another plugin", lambda: self.plugin_pid() != before)
        started = time.time()
        self.wait_for("newer values", lambda: self.last_value("prometheus_node.node_load1", "node_load1")[0] > started)

    def test_6_nothing_to_complain_about(self):
        self.assertFalse([line for line in self.netdata.plugin_complaints("cpp.d") if "disabled" in line])
        self.assertEqual(self.netdata.stop(), 0)
        written = pathlib.Path(f"{self.script}.out").read_bytes()
        read = output.Output(written, hosts="forbidden", cut=True)
        self.assertEqual(read.report, "")
        self.assertEqual(read.counters["configs"], 0)


if __name__ == "__main__":
    unittest.main()
