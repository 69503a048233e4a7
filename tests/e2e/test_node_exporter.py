# SPDX-License-Identifier: GPL-3.0-or-later
"""prometheus-node-exporter as target, and as a second opinion on what collectors/linux says of this machine."""
import os
import pathlib
import socket
import tempfile
import threading
import time
import unittest

import peers
from exposition import Page
from program import BINARY, ConfigTree, Program

# Values that stand still while a test runs.
SLOW = ("node_boot_time_seconds", "node_memory_MemTotal_bytes", "node_memory_SwapTotal_bytes", "node_os_version",
        "node_filesystem_size_bytes", "node_filesystem_files", "node_network_mtu_bytes", "node_network_iface_id",
        "node_network_protocol_type", "node_network_up", "node_time_zone_offset_seconds", "node_scrape_collector_success",
        "node_filefd_maximum", "node_nf_conntrack_entries_limit", "process_max_fds", "process_start_time_seconds")


class AsTarget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = cls.enterClassContext(peers.NodeExporter())
        cls.tree = cls.enterClassContext(ConfigTree())
        cls.tree.jobs({"name": "node", "url": cls.exporter.url + "/metrics", "update_every": 1, "max_time_series": 0,
                       "max_time_series_per_metric": 0})

    def test_charts_are_what_the_page_implies(self):
        with Program("-c", self.tree.path, "-m", "prometheus") as program:
            # A name that the exporter's own traffic brings may come between two pages.
            ledger = "netdata.cppd_ledger_prometheus_node"
            program.wait_line(f"^BEGIN '{ledger}'", count=3)
            page = Page(self.exporter.metrics())
            program.wait_line(f"^BEGIN '{ledger}'", len(program.lines), count=2)
            self.assertEqual(program.quit(), 0)
            read = program.judged()
            self.assertEqual(read.report, "")
            self.assertEqual(read.counters["configs"], 0)
            charts = {name: chart for name, chart in read.charts.items() if name.startswith("prometheus_node.")}
            wanted = page.charts("node")
            self.assertGreater(len(wanted), 100)
            self.assertEqual(sorted(charts), sorted(wanted))
            self.assertIn("prometheus_node.go_gc_duration_seconds", wanted)  # a summary
            for name, chart in wanted.items():
                with self.subTest(name):
                    self.check_identity(charts[name], chart)
            self.check_slow_values(charts, wanted)
            self.check_losses(program.updates(ledger), page.losses())

    def check_identity(self, got, wanted):
        self.assertEqual({key: got[key] for key in ("context", "units", "family", "title", "type", "priority", "labels")},
                         {key: getattr(wanted, key) for key in ("context", "units", "family", "title", "type", "priority",
                                                                "labels")})
        self.assertEqual([(dim["id"], dim["algorithm"], dim["multiplier"], dim["divisor"], dim["float"], dim["hidden"])
                          for dim in got["dimensions"]],
                         [(name, wanted.algorithm, 1, 1, True, False) for name in wanted.values])
        self.assertEqual((got["plugin"], got["module"], got["update_every"]), ("cpp.d", "prometheus", 1))

    def check_slow_values(self, charts, wanted):
        slow = [name for name, chart in wanted.items() if chart.name in SLOW]
        self.assertGreater(len(slow), 10)
        for name in slow:
            self.assertEqual(charts[name]["dimensions"][0]["value"], *wanted[name].values.values(), name)

    def check_losses(self, updates, losses):
        """Every page loses the same, each series under its reason."""
        self.assertGreater(sum(losses.values()), 10)
        counted = updates[-1][1]
        self.assertEqual(set(counted), set(losses))
        pages = {counted[reason] / losses[reason] for reason in losses}
        self.assertEqual(len(pages), 1, f"{counted} of {losses}")
        self.assertGreaterEqual(pages.pop(), 4)

    def test_target_restarts(self):
        chart = "prometheus_node.node_memory_MemTotal_bytes"
        with Program("-c", self.tree.path, "-m", "prometheus") as program:
            program.wait_line(f"^BEGIN '{chart}'", count=2)
            self.exporter.stop()
            program.wait_log("Connection refused")
            before = len(program.lines)
            program.wait_line("^$", before, count=2)  # the program goes on
            self.exporter.start()
            program.wait_line(f"^BEGIN '{chart}'", before, count=3)
            times = [at for at, _ in program.updates(chart)]
            self.assertGreater(max(b - a for a, b in zip(times, times[1:])), 1.5, "there was no gap")
            self.assertEqual(program.quit(), 0)
            self.assertEqual(program.judged().report, "")
            told = [int(line.text.split()[-1]) for line in program.matching(f"^BEGIN '{chart}' \\d+$", before)]
            self.assertGreater(told[0], 1_500_000, "the daemon is not told of the gap")
            # What the daemon knows is not told again.
            self.assertEqual(len(program.matching(f"^CHART '{chart}'")), 1)


class Load:
    """Some bytes over loopback and to a disk, and some work, until it is left."""

    def __enter__(self):
        self.stopping = False
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.network, self.disk)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join()

    def network(self):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 0))
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with receiver, sender:
            while not self.stopping:
                sender.sendto(b"x" * 8192, receiver.getsockname())
                receiver.recv(65536)
                time.sleep(0.005)

    def disk(self):
        with tempfile.TemporaryFile(dir=pathlib.Path(BINARY).parent) as file:
            while not self.stopping:
                file.seek(0)
                file.write(os.urandom(1 << 18))
                file.flush()
                os.fsync(file.fileno())
                time.sleep(0.1)


class AsSecondOpinion(unittest.TestCase):
    """collectors/linux between two scrapes of the exporter: what it says lies between what they say, give or take 2 %."""

    ATTEMPTS = 6

    @classmethod
    def setUpClass(cls):
        # Debian leaves lo out.
        cls.exporter = cls.enterClassContext(peers.NodeExporter("--collector.netdev.device-exclude=^$"))
        cls.tree = cls.enterClassContext(ConfigTree(**{"cpp.d.conf": "modules:\n  linux: yes\n"}))
        cls.tree.jobs({"name": "linux", "update_every": 1, "interfaces": "'*'"}, module="linux")
        cls.enterClassContext(Load())
        cls.program = cls.enterClassContext(Program("-c", cls.tree.path, "-m", "linux"))
        cls.program.wait_line("^BEGIN 'linux.cpu'")

    def scrape(self):
        return Page(self.exporter.metrics())

    def bracketed(self):
        """A scrape, the next cycle of the program, a scrape."""
        before = self.scrape()
        start = len(self.program.lines)
        self.program.wait_line("^BEGIN 'linux.uptime'", start)  # of the last charts in the cycle
        self.program.wait_line("^END$", start)
        peers.wait_for("the whole cycle", lambda: self.program.updates("linux.uptime", start))
        return before, start, self.scrape()

    def shown(self, start, chart, dimension):
        return self.program.updates(chart, start)[0][1][dimension]

    GAUGES = {
        "load1": ("linux.load", "load1", lambda p: p.value("node_load1")),
        "load5": ("linux.load", "load5", lambda p: p.value("node_load5")),
        "load15": ("linux.load", "load15", lambda p: p.value("node_load15")),
        "memory_free": ("linux.ram", "free", lambda p: p.value("node_memory_MemFree_bytes")),
        "memory_buffers": ("linux.ram", "buffers", lambda p: p.value("node_memory_Buffers_bytes")),
        "memory_available": ("linux.mem_available", "avail", lambda p: p.value("node_memory_MemAvailable_bytes")),
        "memory_total": ("linux.ram", None, lambda p: p.value("node_memory_MemTotal_bytes")),
        "uptime": ("linux.uptime", "uptime", lambda p: p.value("node_time_seconds") - p.value("node_boot_time_seconds")),
    }
    # The exporter's clock of the boot has whole seconds.
    SLACK = {"uptime": 1.0, "load1": 0.01, "load5": 0.01, "load15": 0.01}

    def test_gauges(self):
        open_rows = dict(self.GAUGES)
        for _ in range(self.ATTEMPTS):  # the machine is not ours alone: what jumps in between is read again
            before, start, after = self.bracketed()
            seen = {}
            for name, (chart, dimension, peer) in list(open_rows.items()):
                values = self.program.updates(chart, start)[0][1]
                got = sum(values.values()) if dimension is None else values[dimension]
                low, high = sorted((peer(before), peer(after)))
                slack = self.SLACK.get(name, 0)
                seen[name] = (low, got, high)
                if low * 0.98 - slack <= got <= high * 1.02 + slack:
                    del open_rows[name]
            if not open_rows:
                return
        self.fail("not within 2 %: " + ", ".join(f"{name} {seen[name]}" for name in open_rows))

    def test_counters(self):
        """Running totals only grow, so the program's lie between the exporter's, without any allowance."""
        before, start, after = self.bracketed()
        rows = {}
        for sample in after.samples:
            if sample.name == "node_network_receive_bytes_total":
                rows[sample.labels["device"]] = (f"linux.net_{sample.labels['device']}", "received", sample)
            if sample.name == "node_disk_written_bytes_total":
                rows[sample.labels["device"]] = (f"linux.disk_{sample.labels['device']}", "writes", sample)
        checked = set()
        for name, (chart, dimension, sample) in rows.items():
            updates = self.program.updates(chart, start)
            if not updates:
                continue  # it has moved nothing yet
            with self.subTest(chart):
                got = updates[0][1][dimension]
                self.assertLessEqual(before.value(sample.name, device=name), got)
                self.assertLessEqual(got, sample.value)
                checked.add(chart)
        self.assertIn("linux.net_lo", checked)
        self.assertTrue([chart for chart in checked if chart.startswith("linux.disk_")], sorted(rows))
        for chart, dimension, peer in (("linux.ctxt", "switches", "node_context_switches_total"),
                                       ("linux.intr", "interrupts", "node_intr_total"),
                                       ("linux.forks", "started", "node_forks_total")):
            with self.subTest(chart):
                got = self.shown(start, chart, dimension)
                self.assertLessEqual(before.value(peer), got)
                self.assertLessEqual(got, after.value(peer))

    def test_rates(self):
        """Bytes per second over some seconds. Both ends are taken at the same moments, so a large rate must agree."""
        def ends():
            start = len(self.program.lines)
            peers.wait_for("the cycle", lambda: self.program.updates("linux.uptime", start), every=0.005)
            return time.monotonic(), self.scrape(), start

        for attempt in range(self.ATTEMPTS):
            at1, page1, start1 = ends()
            self.program.wait_line("^BEGIN 'linux.uptime'", start1, count=5)
            at2, page2, start2 = ends()
            seconds = at2 - at1

            def ours(chart, dimension):
                return (self.shown(start2, chart, dimension) - self.shown(start1, chart, dimension)) / seconds

            def theirs(name, **labels):
                return (page2.value(name, **labels) - page1.value(name, **labels)) / seconds

            network = ours("linux.net_lo", "received"), theirs("node_network_receive_bytes_total", device="lo")
            updates = [values for at, values in self.program.updates("linux.cpu", start1) if at1 + 0.3 < at <= at2]
            cpu = {}
            total = theirs("node_cpu_seconds_total")
            for mode in ("user", "system", "nice", "iowait", "idle", "softirq", "steal"):
                mean = 100 * sum(values[mode] for values in updates) / len(updates)
                cpu[mode] = mean, 100 * theirs("node_cpu_seconds_total", mode=mode) / total
            good = abs(network[0] - network[1]) <= 0.02 * network[1]
            if good and all(abs(mine - other) <= 2 for mine, other in cpu.values()):
                self.assertGreater(network[1], 100_000, "the load is too small to tell anything")
                return
        self.fail(f"not within 2 %: loopback {network}, CPU {cpu}")


if __name__ == "__main__":
    unittest.main()
