# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's two faces: command lines, exit statuses, streams, signals, reloads, terminals."""
import json
import os
import pathlib
import re
import shutil
import signal
import time
import unittest

import peers
import pseudo_terminal
from program import BINARY, PLUGIN, ConfigTree, Program, call

PAGE = """# TYPE demo_requests_total counter
demo_requests_total{code="200"} 1027
# TYPE demo_celsius gauge
demo_celsius 21.5
"""


class Folder(ConfigTree):
    """A configuration tree with pages to read beside it."""

    def page(self, name, text=PAGE):
        return "file://" + str(self.write(f"pages/{name}", text))

    def job(self, name, text=PAGE, **more):
        return {"name": name, "url": self.page(name, text), "update_every": 1} | more


class Help(unittest.TestCase):
    ROWS = {
        "program": ([], ["run", "check", "test", "explain", "try", "schema", "version"]),
        "run": (["run"], ["--config-dir", "--output", "--module"]),
        "check": (["check"], ["--config-dir", "TEMPLATE", "--allow", "--rules"]),
        "test": (["test"], ["MODULE", "--job", "--cycles", "--config-dir"]),
        "explain": (["explain"], ["MODULE", "--template", "--payload", "--series", "--chart", "--unplaced", "--strict",
                                  "Exit status"]),
        "try": (["try"], ["TEMPLATE", "PAYLOAD", "--output", "netdata", "Exit status"]),
        "schema": (["schema"], ["WHAT", "template"]),
        "version": (["version"], ["Usage: cppd version"]),
    }

    def test_names_the_options(self):
        for name, (words, wanted) in self.ROWS.items():
            with self.subTest(name):
                done = call(*words, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                for text in wanted:
                    self.assertIn(text, done.stdout)


class WrongUsage(unittest.TestCase):
    ROWS = {
        "unknown_command": ["bogus"],
        "unknown_option_of_run": ["run", "--bogus"],
        "unknown_output": ["run", "--output", "xml"],
        "word_after_run": ["run", "more"],
        "unknown_option_of_check": ["check", "--bogus"],
        "test_without_module": ["test"],
        "test_of_an_unknown_module": ["test", "nosuch"],
        "no_cycles": ["test", "linux", "--cycles", "0"],
        "cycles_are_a_number": ["test", "linux", "--cycles", "two"],
        "unknown_rule_of_check": ["check", "--allow", "bogus"],
        "config_dir_without_value": ["check", "--config-dir"],
        "explain_without_module": ["explain"],
        "explain_of_an_unknown_module": ["explain", "nosuch"],
        "explain_template_without_payload": ["explain", "--template", "x"],
        "explain_payload_without_template": ["explain", "--payload", "x"],
        "explain_module_and_template": ["explain", "linux", "--template", "x", "--payload", "y"],
        "explain_unknown_output": ["explain", "linux", "-o", "netdata"],
        "explain_bad_glob": ["explain", "linux", "--series", "[a"],
        "try_without_payload": ["try", "x"],
        "try_unknown_output": ["try", "x", "y", "-o", "table"],
        "schema_of_nothing": ["schema"],
        "schema_of_something_unknown": ["schema", "bogus"],
        "word_after_version": ["version", "x"],
    }

    def test_exits_2_with_one_line_and_a_hint(self):
        for name, words in self.ROWS.items():
            with self.subTest(name):
                done = call(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Acppd: [^\n]+ \(see 'cppd[^\n]*--help'\)\n\Z")

    def test_nothing_to_do_shows_the_usage(self):
        done = call()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("Usage: cppd", done.stderr)

    def test_schema_of_templates(self):
        done = call("schema", "template")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["title"], "cpp.d chart template spec v1")

    def test_version(self):
        done = call("version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\Acppd \d+\.\d+\.\d+\n\Z")


class PluginFace(unittest.TestCase):
    """Agent contract 1.1 (P-1 to P-5), 1.7 (P-23)."""

    def test_version_and_help(self):
        done = call("-v", binary=PLUGIN)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Acpp\.d\.plugin, version: \d+\.\d+\.\d+\n\Z")
        self.assertEqual(call("--version", binary=PLUGIN).stdout, done.stdout)
        for option in ("-h", "--help"):
            done = call(option, binary=PLUGIN)
            self.assertEqual(done.returncode, 0)
            self.assertIn("[OPTIONS] [update every]", done.stdout)

    BAD = {
        "word_for_a_number": ["x"],
        "fraction": ["1.5"],
        "unknown_option": ["--bogus"],
        "option_without_value": ["-m"],
        "subcommand": ["run"],
    }

    def test_bad_command_lines_write_nothing(self):
        for name, words in self.BAD.items():
            with self.subTest(name):
                done = call(*words, binary=PLUGIN)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertNotEqual(done.stderr, "")

    def test_disable(self):
        trees = {
            "plugin_is_off": ({"cpp.d.conf": "enabled: no\n"}, []),
            "all_modules_are_off": ({"cpp.d.conf": "default_run: no\n"}, []),
            "unknown_module": ({}, ["-m", "nosuch"]),
        }
        for name, (files, words) in trees.items():
            for binary in (PLUGIN, BINARY):
                with self.subTest(name, binary=binary.name), Folder(**files) as tree:
                    done = call("-c", tree.path, *words, binary=binary)
                    self.assertEqual((done.returncode, done.stdout), (0, "DISABLE\n"))


class TheEnd(unittest.TestCase):
    def running(self, tree):
        tree.write("cpp.d.conf", "modules:\n  linux: no\n")
        tree.jobs(tree.job("one"))
        program = Program("-c", tree.path, "1")
        program.wait_line("^END$")
        return program

    def check_clean(self, program):
        read = program.judged()
        self.assertEqual(read.report, "")
        self.assertEqual(sorted(read.charts), ["prometheus_one.demo_celsius", "prometheus_one.demo_requests_total-code=200"])
        # The daemon keeps the charts of a plugin that it starts again (P-25).
        self.assertEqual(read.counters["charts_obsoleted"], 0)
        self.assertEqual(read.counters["configs"], 0)

    ROWS = {
        "quit": lambda program: program.tell("QUIT\n"),
        "quit_after_other_lines": lambda program: program.tell("\nNONSENSE \x01'\n\nQUIT\n"),
        "end_of_input": lambda program: program.process.stdin.close(),
        "sigterm": lambda program: program.signal(signal.SIGTERM),
        "sigint": lambda program: program.signal(signal.SIGINT),
    }

    def test_clean(self):
        for name, end in self.ROWS.items():
            with self.subTest(name), Folder() as tree, self.running(tree) as program:
                started = time.monotonic()
                end(program)
                self.assertEqual(program.end(), 0, program.log)
                self.assertLess(time.monotonic() - started, 3)
                self.check_clean(program)

    def test_with_a_target_that_hangs(self):
        with peers.BadServer() as server, Folder() as tree:
            tree.jobs({"name": "hang", "url": server.url + "/hang", "update_every": 1, "timeout": 60})
            with Program("-c", tree.path, "-m", "prometheus") as program:
                peers.wait_for("the request", lambda: server.requests("/hang"))
                started = time.monotonic()
                program.signal(signal.SIGTERM)
                self.assertEqual(program.end(), 0, program.log)
                self.assertLess(time.monotonic() - started, 3)

    def test_closed_output_ends_1(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            reading, writing = os.pipe()
            os.close(reading)
            with Program("-c", tree.path, "-m", "prometheus", stdout=writing) as program:
                os.close(writing)
                self.assertEqual(program.end(), 1, program.log)
                self.assertIn("standard output", program.log)


class Reload(unittest.TestCase):
    def test_only_what_changed_is_touched(self):
        with Folder() as tree:
            tree.write("cpp.d.conf", "modules:\n  linux: no\n")
            same, gone = tree.job("same"), tree.job("gone")
            tree.jobs(same, gone, tree.job("changed"))
            with Program("-c", tree.path) as program:
                for job in ("same", "gone", "changed"):
                    program.wait_line(rf"^BEGIN 'prometheus_{job}\.demo_celsius'")
                tree.jobs(same, tree.job("changed", PAGE + "# TYPE demo_more gauge\ndemo_more 1\n", app="shop"), tree.job("new"))
                seen = len(program.lines)
                program.signal(signal.SIGHUP)
                program.wait_line("^BEGIN 'prometheus_new.demo_celsius'", seen)
                program.wait_line("^BEGIN 'prometheus_changed.demo_more'", seen)
                self.check_retired(program, seen)
                program.wait_line("^BEGIN 'prometheus_same.demo_celsius'", len(program.lines))
                self.assertEqual(program.matching("^CHART 'prometheus_same", seen), [])
                # A job that left a file that is gone with it.
                (tree.path / "cpp.d/prometheus.conf").unlink()
                seen = len(program.lines)
                program.signal(signal.SIGHUP)
                for job in ("same", "changed", "new"):
                    program.wait_line(rf"^CHART 'prometheus_{job}\.demo_celsius' .*'obsolete'", seen)
                tree.jobs(same)
                seen = len(program.lines)
                program.signal(signal.SIGHUP)
                program.wait_line("^BEGIN 'prometheus_same.demo_celsius'", seen)
                self.assertEqual(program.quit(), 0)
                read = program.judged()
                self.assertEqual(read.report, "")
                self.assertEqual(read.counters["configs"], 0)
                self.assertEqual({chart["labels"]["_collect_job"] for chart in read.charts.values()}, {"same"})

    def check_retired(self, program, seen):
        """The charts of `gone` are obsolete; those of `changed` were, before they came back in another context."""
        for chart in ("demo_celsius", "demo_requests_total-code=200"):
            program.wait_line(rf"^CHART 'prometheus_gone\.{chart}' .* 'obsolete' ", seen)
            told = [line.text for line in program.matching(rf"^(CHART|BEGIN) 'prometheus_changed\.{chart}'", seen)]
            first = next(i for i, text in enumerate(told) if text.startswith("CHART"))
            self.assertIn("'obsolete'", told[first])
            self.assertIn("'prometheus.shop.", told[first + 1])
        last = program.matching("'prometheus_gone", seen)[-1]
        self.assertIn("'obsolete'", last.text)

    def test_a_broken_file_is_named_and_others_go_on(self):
        with Folder() as tree:
            tree.write("cpp.d.conf", "modules:\n  linux: yes\n")
            tree.jobs(tree.job("one"))
            with Program("-c", tree.path) as program:
                program.wait_line("^BEGIN 'linux.load'")
                program.wait_line("^BEGIN 'prometheus_one.demo_celsius'")
                tree.write("cpp.d/linux.conf", "jobs:\n  - name: [\n")
                program.signal(signal.SIGHUP)
                program.wait_log(r"linux\.conf:\d+:\d+: ")
                program.wait_line("^BEGIN 'prometheus_one.demo_celsius'", len(program.lines))
                self.assertEqual(program.quit(), 0)
                self.assertEqual(program.judged().report, "")


class NameFromTheFile(unittest.TestCase):
    def test_stands_in_for_the_original(self):
        with Folder() as tree:
            binary = tree.path / "go.d.plugin"
            shutil.copy(BINARY, binary)
            tree.write("go.d.conf", "modules:\n  linux: yes\n")
            tree.write("cpp.d.conf", "enabled: no\n")
            tree.jobs(tree.job("there"), plugin="go.d")
            tree.jobs(tree.job("elsewhere"), plugin="cpp.d")
            self.assertRegex(call("-v", binary=binary).stdout, r"\Ago\.d\.plugin, version: ")
            with Program("-c", tree.path, binary=binary) as program:
                program.wait_line("^BEGIN 'prometheus_there.demo_celsius'")
                program.wait_line("^BEGIN 'linux.load'")
                self.assertEqual(program.quit(), 0)
                read = program.judged()
                self.assertEqual(read.report, "")
                self.assertEqual({chart["plugin"] for chart in read.charts.values()}, {"go.d"})
                self.assertNotIn("elsewhere", program.raw.decode())
                self.assertIn("plugin=go.d", program.log)

    def test_directories_come_from_the_environment(self):
        with Folder() as user, Folder() as stock:
            for name, tree in (("user", user), ("stock", stock)):
                tree.jobs(tree.job(name))
            where = {"NETDATA_USER_CONFIG_DIR": str(user.path), "NETDATA_STOCK_CONFIG_DIR": str(stock.path)}
            with Program("-m", "prometheus", **where) as program:
                program.wait_line("^BEGIN 'prometheus_user.demo_celsius'")
                self.assertEqual(program.quit(), 0)
                self.assertNotIn("prometheus_stock", program.raw.decode())
            (user.path / "cpp.d/prometheus.conf").unlink()
            with Program("-m", "prometheus", **where) as program:
                program.wait_line("^BEGIN 'prometheus_stock.demo_celsius'")
                self.assertEqual(program.quit(), 0)


class Check(unittest.TestCase):
    def test_good(self):
        with Folder() as tree:
            tree.write("cpp.d.conf", "modules:\n  linux: yes\n")
            tree.jobs(tree.job("one"))
            done = call("check", "--config-dir", tree.path)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    BROKEN = {
        "unknown_key": ("cpp.d/prometheus.conf", "jobs:\n  - name: a\n    uri: http://127.0.0.1/\n", "3:5: "),
        "wrong_type": ("cpp.d/prometheus.conf", "jobs:\n  - name: a\n    url: [1]\n", "3:10: "),
        "syntax": ("cpp.d/prometheus.conf", "jobs:\n  - name: 'a\n", r"\d+:\d+: "),
        "plugin_file": ("cpp.d.conf", "enabled: perhaps\n", "1:10: "),
    }

    def test_broken(self):
        for name, (path, text, where) in self.BROKEN.items():
            with self.subTest(name), Folder(**{path: text}) as tree:
                done = call("check", "--config-dir", tree.path)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stdout, rf"(?m)^{re.escape(str(tree.path / path))}:{where}")

    def test_template(self):
        with Folder() as tree:
            good = pathlib.Path(__file__).parents[2] / "src/collectors/linux/charts.yaml"
            self.assertEqual(call("check", "--config-dir", tree.path, good).returncode, 0)
            bad = tree.write("charts.yaml", "version: v1\ngroups:\n  - family: a\n    charts:\n      - title: t\n")
            done = call("check", "--config-dir", tree.path, bad)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, rf"(?m)^{re.escape(str(bad))}:\d+:\d+: ")

    def test_lint(self):
        source = pathlib.Path(__file__).parents[2]
        rules = [line.split()[0] for line in call("check", "--rules").stdout.splitlines()]
        self.assertIn("missing-algorithm", rules)
        for rule in rules:
            bad = source / f"src/agent/check/testdata/lint_{rule.replace('-', '_')}/templates/charts.yaml"
            with self.subTest(rule), Folder() as tree:
                done = call("check", "--config-dir", tree.path, bad)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"[{rule}]\n", done.stdout)
                allow = [word for each in rules for word in ("--allow", each)]
                self.assertEqual(call("check", "--config-dir", tree.path, *allow, bad).returncode, 0)
                self.assertNotIn(f"[{rule}]", call("check", "--config-dir", tree.path, "--allow", rule, bad).stdout)


class TestOfOneJob(unittest.TestCase):
    def test_linux(self):
        with Folder() as tree:
            done = call("test", "--cycles", "2", "--config-dir", tree.path, "linux")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"\Alinux: \d+ charts, \d+ dimensions, 2 cycles\n")
            self.assertRegex(done.stdout, r"linux\.load \(system\.load, load, line, absolute\)")
            self.assertRegex(done.stdout, r"load15 = \d")

    def test_prometheus(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"), {"name": "dead", "url": f"http://127.0.0.1:{peers.free_port()}/metrics"})
            done = call("test", "prometheus", "--job", "one", "--cycles", "1", "--config-dir", tree.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("demo_celsius = 21.5", done.stdout)
            done = call("test", "prometheus", "--job", "dead", "--config-dir", tree.path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("/metrics", done.stderr)
            done = call("test", "prometheus", "--config-dir", tree.path)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("one dead", done.stderr)
            done = call("test", "prometheus", "--job", "other", "--config-dir", tree.path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("other", done.stderr)


class ExplainAndTry(unittest.TestCase):
    TEMPLATE = """groups:
- family: Demo
  metrics: [demo_requests_total, demo_celsius, demo_celcius]
  charts:
  - title: Requests
    context: requests
    units: requests/s
    dimensions:
    - {selector: 'demo_requests_total{code="500"}', name: failed}
  - title: Temperature
    context: temperature
    units: Celsius
    dimensions:
    - {selector: demo_celsius, name: now}
"""

    def files(self, tree, template=TEMPLATE, page=PAGE):
        return tree.write("t.yaml", template), tree.write("p.txt", page)

    def test_explain_a_template(self):
        with Folder() as tree:
            template, page = self.files(tree)
            done = call("explain", "--template", template, "--payload", page)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"now = 21.5  {template}:14:7", done.stdout)
            self.assertRegex(done.stdout, r'demo_requests_total\{code="200"\}: no selector of its name takes its labels')
            self.assertIn(f"nearest: {template}:9:7", done.stdout)
            self.assertTrue(done.stdout.endswith("\n2 series: 1 on 1 chart, 1 on none\n"), done.stdout)
            strict = call("explain", "--template", template, "--payload", page, "--strict")
            self.assertEqual((strict.returncode, strict.stdout), (1, done.stdout))

    def test_explain_as_json(self):
        with Folder() as tree:
            template, page = self.files(tree)
            done = call("explain", "-t", template, "-p", page, "-p", page, "-o", "json")
            got = json.loads(done.stdout)
            self.assertEqual(got["summary"], {"series": 2, "on_a_chart": 1, "on_no_chart": 1, "charts": 1, "warnings": 0})
            self.assertEqual([(one["name"], one["decision"], one.get("reason")) for one in got["series"]],
                             [("demo_celsius", "shown", None),
                              ("demo_requests_total", "selector_rejected", "series_unmatched")])
            self.assertEqual(got["series"][1]["nearest"]["line"], 9)

    def test_explain_a_job(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            done = call("explain", "prometheus", "-n", "1", "-c", tree.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn('prometheus_one.demo_requests_total-code=200', done.stdout)
            self.assertIn("autogen, context prometheus.one.demo_celsius", done.stdout)
            self.assertTrue(done.stdout.endswith("2 series: 2 on 2 charts, 0 on none\n"), done.stdout)

    def test_linux_has_every_series_on_a_chart(self):
        with Folder() as tree:
            done = call("explain", "linux", "-n", "2", "-c", tree.path, "-o", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            got = json.loads(done.stdout)
            self.assertEqual(got["job"], "linux")
            self.assertEqual(got["summary"]["on_no_chart"], 0)

    MISTAKES = {
        "template_is_no_yaml": ("groups: [", PAGE, r"t\.yaml:\d+:\d+: "),
        "template_has_a_bad_selector": (TEMPLATE.replace('code="500"', "code"), PAGE, r"t\.yaml:9:\d+: .*selector"),
        "page_has_a_bad_line": (TEMPLATE, PAGE + "bad{ 1\n", r"p\.txt:5:\d+: "),
        "page_is_empty": (TEMPLATE, "# nothing\n", r"p\.txt:1:1: the page has no metrics"),
    }

    def test_mistakes_have_places(self):
        for name, (template, page, where) in self.MISTAKES.items():
            for form in (["explain", "-t", None, "-p", None], ["try", None, None]):
                with self.subTest(name, form=form[0]), Folder() as tree:
                    files = iter(self.files(tree, template, page))
                    done = call(*(next(files) if word is None else word for word in form))
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.assertRegex(done.stderr, r"(?m)^cppd: .*" + where)

    def test_a_chart_whose_id_is_taken_names_both_lines(self):
        twice = self.TEMPLATE.replace("  - title: Temperature\n", "  - title: Temperature\n    id: requests\n")
        twice = twice.replace('"500"', '"200"')
        with Folder() as tree:
            template, page = self.files(tree, twice)
            done = call("explain", "-t", template, "-p", page)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("left out: the chart at line 10 has the id; this is the chart at line 5", done.stdout)
            self.assertIn("chart_id_collision 1: ", done.stdout)

    def test_try(self):
        with Folder() as tree:
            template, page = self.files(tree)
            done = call("try", template, page)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("now = 21.5", done.stdout)
            self.assertRegex(done.stderr, r"\Acppd: series_unmatched 1: [^\n]*\(demo_requests_total\)\n\Z")
            done = call("try", template, page, "-o", "json")
            self.assertEqual(json.loads(done.stdout)["dimensions"], {"now": 21.5})
            with open(page, encoding="utf-8") as stdin:
                done = call("try", template, "-", "-o", "netdata", stdin=stdin)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("CHART 'prometheus_try.temperature' '' 'Temperature' 'Celsius' 'Demo' 'temperature'", done.stdout)
            self.assertIn("SET 'now' = 21.5\n", done.stdout)


class NodeExporterPage(unittest.TestCase):
    """The captured page with a small template: every series is counted, and its CPU time is where it belongs."""
    ROOT = pathlib.Path(__file__).parents[2]

    def test_summary(self):
        page = self.ROOT / "tests/vectors/exposition/payloads/node_exporter.txt"
        template = pathlib.Path(__file__).parent / "testdata/node_exporter.yaml"
        done = call("explain", "-t", template, "-p", page, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        got = json.loads(done.stdout)
        lines = page.read_text(encoding="utf-8").splitlines()
        cpu = [line for line in lines if line.startswith("node_cpu_seconds_total{")]
        load = [line for line in lines if line.startswith("node_load1 ")]
        self.assertEqual(got["summary"]["on_a_chart"], len(cpu) + len(load))
        cpus = {re.search(r'cpu="(\d+)"', line)[1] for line in cpu}
        self.assertEqual({chart["id"] for chart in got["charts"]}, {f"node_cpu_{cpu}" for cpu in cpus} | {"node_load"})
        self.assertEqual([(one["line"], one["why"]) for one in got["unused"]],
                         [(20, "there is no series node_load2; the nearest is node_load1")])


class Run(unittest.TestCase):
    # The promise is one second; a machine that is busy with other tests gets half a second more.
    END_SECONDS = 1.5

    def interrupted(self, program):
        started = time.monotonic()
        program.signal(signal.SIGINT)
        self.assertEqual(program.end(), 0, program.log)
        self.assertLess(time.monotonic() - started, self.END_SECONDS)

    def test_nothing_configured_shows_this_machine(self):
        with Folder() as tree, Program("run", "-c", tree.path, "--output", "json", binary=BINARY) as program:
            program.wait_line('"id":"linux.load"', count=2)
            self.interrupted(program)
            load = [json.loads(line.text) for line in program.lines if '"linux.load"' in line.text]
            self.assertEqual({row["context"] for row in load}, {"system.load"})
            self.assertEqual(list(load[0]["dimensions"]), ["load1", "load5", "load15"])
            for line in program.lines:
                self.assertEqual(json.loads(line.text)["job"], "linux")

    def test_configured_shows_what_is_configured(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            with Program("run", "-c", tree.path, "-o", "json", binary=BINARY) as program:
                program.wait_line('"prometheus_one.demo_celsius"')
                self.interrupted(program)
                rows = [json.loads(line.text) for line in program.lines]
                row = next(row for row in rows if row["id"] == "prometheus_one.demo_requests_total-code=200")
                self.assertEqual(row["labels"], {"code": "200", "_collect_job": "one"})
                self.assertEqual((row["units"], row["family"]), ("requests/s", "demo_requests"))
                self.assertFalse([row for row in rows if row["job"] == "linux"])

    def test_lines_when_not_on_a_terminal(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            with Program("run", "-c", tree.path, binary=BINARY) as program:
                program.wait_line("demo_celsius=21.5", count=2)
                self.interrupted(program)
                self.assertEqual(program.log, "")
                for line in program.lines:
                    self.assertRegex(line.text, r"^[\dT:.Z-]+ \S+ prometheus_one\.\S+( \S+=\S+)+ \S+$")

    def test_netdata_obsoletes_at_the_end(self):
        with peers.BadServer() as server, Folder() as tree:
            tree.jobs(tree.job("one"), {"name": "hang", "url": server.url + "/hang", "timeout": 60})
            with Program("run", "-c", tree.path, "--output", "netdata", binary=BINARY) as program:
                program.wait_line("^BEGIN 'prometheus_one.demo_celsius'")
                peers.wait_for("the request that hangs", lambda: server.requests("/hang"))
                self.interrupted(program)
                read = program.judged()
                self.assertEqual((read.report, read.charts), ("", {}))
                self.assertEqual(read.counters["charts_obsoleted"], 2)
                self.assertEqual(read.counters["configs"], 0)

    def test_nothing_to_run(self):
        with Folder(**{"cpp.d.conf": "enabled: no\n"}) as tree:
            done = call("run", "-c", tree.path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no job is configured", done.stderr)


class OnATerminal(unittest.TestCase):
    def test_table(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            with pseudo_terminal.Session(BINARY, "run", "-c", tree.path) as session:
                session.wait_screen("demo_celsius")
                session.wait_screen(r"21\.5")
                session.wait_screen("demo_requests_total")
                session.type("/celsius\r")
                session.wait_screen_without("demo_requests_total")
                session.wait_screen("demo_celsius")
                session.type("\x1b")
                session.wait_screen("demo_requests_total")
                session.type("q")
                self.assertEqual(session.end(3), 0)
                self.assertTrue(session.restored(), "the terminal is not as it was")

    def test_no_argument_runs(self):
        with pseudo_terminal.Session(BINARY) as session:
            session.wait_screen("load1")
            session.type("\x03")
            self.assertEqual(session.end(Run.END_SECONDS), 0)
            self.assertTrue(session.restored())

    def test_plugin_starts_its_jobs_at_once(self):
        with Folder() as tree:
            tree.jobs(tree.job("one"))
            with pseudo_terminal.Session(PLUGIN, "-c", tree.path, "-m", "prometheus") as session:
                session.wait_output("SET 'demo_celsius' = 21.5")
                session.type("QUIT\n")
                self.assertEqual(session.end(3), 0)
                self.assertNotIn("CONFIG", session.output)


if __name__ == "__main__":
    unittest.main()
