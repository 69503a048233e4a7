# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plugin wrote, as the strict reader of tests/protocol sees it."""
import json
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ.get("CPPD_BUILD_DIR", pathlib.Path(__file__).parents[2] / "build/release"))


class Output:
    """`report` names line and rule of each violation and is empty for good output; `charts` are the live ones by id."""

    def __init__(self, text, hosts="required", cut=False):
        """`cut`: the plugin was killed, so the text may end anywhere."""
        command = [BUILD / "tests/protocol_reader", "--json", "--hosts", hosts] + (["--open"] if cut else [])
        done = subprocess.run(command, input=text, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode())
        state = json.loads(done.stdout)
        self.report = "\n".join(done.stderr.decode().splitlines()[:-1])
        self.counters = state["counters"]
        self.charts = {chart["id"]: chart for chart in state["charts"]}

    def by_context(self, context):
        return [chart for chart in self.charts.values() if chart["context"] == context]
