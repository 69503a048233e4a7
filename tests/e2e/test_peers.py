# SPDX-License-Identifier: GPL-3.0-or-later
"""The peers themselves: they start, show what a plugin of ten lines writes, and stop."""
import os
import unittest

import peers

SCRIPT = r"""#!/bin/sh
env | grep ^NETDATA_ >"$NETDATA_LIB_DIR/plugin_environment"
echo "$@" >"$NETDATA_LIB_DIR/plugin_arguments"
cat <<TEXT
CHART 'tiny_job.ticks' '' 'Ticks' 'ticks/s' 'clock' 'tiny.ticks' 'area' '70000' '1' '' 'tiny' 'script'
CLABEL 'place' 'here' '1'
CLABEL_COMMIT
DIMENSION 'up' 'up' 'absolute' '1' '1' ''
DIMENSION 'half' 'half' 'absolute' '1' '2' ''
TEXT
tick=0
while sleep 1; do
  tick=$((tick + 1))
  printf "BEGIN 'tiny_job.ticks'\nSET 'up' = %d\nSET 'half' = %d\nEND\n\n" $tick $tick
done
"""


class NodeExporterStarts(unittest.TestCase):
    def test_serves_this_machine(self):
        with peers.NodeExporter() as exporter:
            self.assertIn("node_memory_MemTotal_bytes", exporter.metrics())
            self.assertEqual(exporter.stop(), -15)
            self.assertRaises(OSError, exporter.metrics)
            exporter.start()
            self.assertIn("node_load1", exporter.metrics())


class NetdataStarts(unittest.TestCase):
    def test_shows_a_plugin_and_stops(self):
        with peers.Netdata() as idle:
            self.assertEqual(idle.charts(), {}, "the daemon has charts of its own")
        netdata = peers.Netdata()
        netdata.add_plugin("tiny", SCRIPT, options="--flag")
        with netdata:
            chart = peers.wait_for("the chart", lambda: netdata.charts().get("tiny_job.ticks"))
            self.assertEqual(chart["context"], "tiny.ticks")
            self.assertEqual(chart["family"], "clock")
            self.assertEqual(chart["units"], "ticks/s")
            self.assertEqual(chart["chart_type"], "area")
            self.assertEqual(chart["title"], "Ticks (tiny_job.ticks)")
            self.assertEqual(sorted(chart["dimensions"]), ["half", "up"])
            labels = netdata.api("chart?chart=tiny_job.ticks")["chart_labels"]
            self.assertEqual(labels["place"], "here")

            def moving():
                rows = [row for row in netdata.values("tiny_job.ticks") if row["up"]]
                return rows if len(rows) >= 2 and rows[0]["up"] > rows[1]["up"] else None

            rows = peers.wait_for("moving values", moving)
            self.assertAlmostEqual(rows[0]["half"], rows[0]["up"] / 2, places=4)  # the daemon rounds each on its way
            self.assertEqual(netdata.plugin_complaints("tiny"), [])

            environment = dict(line.split("=", 1) for line in
                               (netdata.folder / "lib/plugin_environment").read_text().splitlines())
            self.assertEqual(environment["NETDATA_VERSION"], "v1.37.1")
            self.assertEqual(environment["NETDATA_USER_CONFIG_DIR"], str(netdata.user_config))
            self.assertEqual(environment["NETDATA_STOCK_CONFIG_DIR"], str(netdata.stock_config))
            self.assertEqual((netdata.folder / "lib/plugin_arguments").read_text().split(), ["1", "--flag"])
            pid = netdata.process.pid
            self.assertEqual(netdata.stop(), 0)
            self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_names_a_plugin_that_breaks_the_protocol(self):
        netdata = peers.Netdata()
        netdata.add_plugin("broken", "#!/bin/sh\nprintf \"BEGIN 'no.chart'\\nSET 'a' = 1\\nEND\\n\\n\"\nsleep 60\n")
        with netdata:
            complaints = peers.wait_for("a complaint", lambda: netdata.plugin_complaints("broken"))
            self.assertTrue(any("disabl" in line.lower() for line in complaints), complaints)


if __name__ == "__main__":
    unittest.main()
