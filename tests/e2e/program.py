# SPDX-License-Identifier: GPL-3.0-or-later
"""Our program as a process: what it wrote, when, how it ended. What it wrote is judged by the strict reader (output.py)."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

import output
import peers

BINARY = pathlib.Path(os.environ.get("CPPD_BINARY", output.BUILD / "cppd"))
PLUGIN = BINARY.parent / "cpp.d.plugin"
END_SECONDS = 20


def environment(**more):
    """Nothing of the caller's that could change what the program does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    sanitizers = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return kept | sanitizers | {"LC_ALL": "C.UTF-8"} | more


def call(*arguments, binary=BINARY, seconds=END_SECONDS, stdin=subprocess.DEVNULL, **more_environment):
    """A command that ends by itself: returncode, stdout, stderr."""
    return subprocess.run([binary, *map(str, arguments)], stdin=stdin, capture_output=True, text=True, timeout=seconds,
                          env=environment(**more_environment), check=False)


class ConfigTree:
    """A configuration directory: `files` are paths below it with their text. A context manager."""

    def __init__(self, at=None, **files):
        """`at`: an existing directory that somebody else removes."""
        self.owned = at is None
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="cppd-config-") if at is None else at)
        for name, text in files.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text)
        partial.rename(path)
        return path

    def jobs(self, *jobs, module="prometheus", plugin="cpp.d"):
        """A module's job file; each job is a dict of plain values."""
        lines = ["jobs:"] if jobs else ["jobs: []"]
        for job in jobs:
            lines += [f"  {'-' if first else ' '} {key}: {value}" for first, (key, value) in
                      zip([True] + [False] * len(job), job.items())]
        return self.write(f"{plugin}/{module}.conf", "\n".join(lines) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.owned:
            shutil.rmtree(self.path, ignore_errors=True)


@dataclass(frozen=True)
class Line:
    at: float  # time.monotonic() of its arrival
    text: str


class Program:
    """A running process. A context manager; leaving it kills what still runs. `stdout` instead of a pipe is not read."""

    def __init__(self, *arguments, binary=PLUGIN, stdout=subprocess.PIPE, **more_environment):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cppd-program-"))
        self.log_path = self.folder / "log.txt"
        self.lines = []
        self.raw = bytearray()
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen([binary, *map(str, arguments)], stdin=subprocess.PIPE, stdout=stdout, stderr=log,
                                            env=environment(**more_environment), cwd=self.folder)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout or ():
            self.raw += line
            self.lines.append(Line(time.monotonic(), line.decode(errors="replace").rstrip("\n")))

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def pid(self):
        return self.process.pid

    def resident_bytes(self):
        return self._status_kilobytes("VmRSS")

    def resident_peak_bytes(self):
        return self._status_kilobytes("VmHWM")

    def _status_kilobytes(self, key):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+) kB", text, re.M).group(1)) * 1024

    def matching(self, pattern, start=0):
        return [line for line in self.lines[start:] if re.search(pattern, line.text)]

    def wait_line(self, pattern, start=0, seconds=peers.START_SECONDS, count=1):
        """The first `count` lines that match, from index `start` on: the last of them."""
        def found():
            lines = self.matching(pattern, start)
            if len(lines) < count and self.process.poll() is not None:
                raise AssertionError(f"{pattern}: ended with {self.process.returncode}\n{self.log[-2000:]}")
            return lines[count - 1] if len(lines) >= count else None
        try:
            return peers.wait_for(f"line {pattern}", found, seconds, every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log[-2000:]}") from None

    def wait_log(self, pattern, seconds=peers.START_SECONDS):
        return peers.wait_for(f"log {pattern}", lambda: re.search(pattern, self.log), seconds, every=0.05)

    def charts(self):
        """The live charts by id, of what was written so far; raises what the strict reader says against it."""
        read = output.Output(bytes(self.raw), hosts="optional", cut=True)
        if read.report:
            raise AssertionError(read.report)
        return read.charts

    def updates(self, chart, start=0):
        """[(time of arrival, {dimension: number or None})] of each BEGIN ... END of a chart."""
        found, open_at = [], None
        for line in list(self.lines)[start:]:
            if re.match(rf"BEGIN '{re.escape(chart)}'( \d+)?$", line.text):
                open_at, values = line.at, {}
            elif line.text == "END" and open_at is not None:
                found.append((open_at, values))
                open_at = None
            elif open_at is not None and (match := re.match(r"SET '(.*)' = (.*)$", line.text)):
                values[match[1]] = float(match[2]) if match[2] else None
        return found

    def tell(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, seconds=END_SECONDS):
        """The exit status, when the process ends by itself."""
        status = self.process.wait(seconds)
        self.reader.join(seconds)
        return status

    def quit(self):
        self.tell("QUIT\n")
        return self.end()

    def judged(self, hosts="required"):
        """All that was written, by the strict reader."""
        return output.Output(bytes(self.raw), hosts=hosts)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.reader.join(END_SECONDS)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)
