# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers for tests: each on a free loopback port, in a folder of its own, gone when the test ends.

What was learned about their options: README.md in this folder.
"""
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

START_SECONDS = 30
STOP_SECONDS = 15


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def executable(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if path is None:
        raise RuntimeError(f"{name} is not installed; scripts/bootstrap --peers does it")
    return path


def get(url, timeout=5):
    """The body of a GET that was answered with 200; never through a proxy."""
    parts = urllib.parse.urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)) as connection:
        connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""))
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise OSError(f"{url}: status {answer.status}")
    return body


def wait_for(what, condition, seconds=START_SECONDS, every=0.1):
    """The first true value of condition(); a condition that raises is not true yet."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            value = condition()
            if value:
                return value
        except (OSError, ValueError, KeyError, IndexError, http.client.HTTPException) as error:
            last = error
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds} s" + (f" (last: {last})" if last else ""))


class Server:
    """A process in the foreground, its output in a file. A context manager; it also restarts."""

    name = "server"
    stdin = subprocess.DEVNULL

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"cppd-{self.name}-"))
        self.log_path = self.folder / "log.txt"
        self.port = free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}

    def ready(self):
        raise NotImplementedError

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=self.stdin, stdout=log, stderr=log,
                                            env=self.environment(), cwd=self.folder)
        try:
            wait_for(f"{self.name} on port {self.port}", self.alive_and_ready)
        except AssertionError as error:
            self.stop()
            raise AssertionError(f"{error}\n{self.log[-3000:]}") from None
        return self

    def alive_and_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}")
        return self.ready()

    def stop(self, with_signal=signal.SIGTERM):
        """Ends the process and returns its exit status; kills it when it does not end by itself."""
        if self.process is None:
            return None
        self.process.send_signal(with_signal)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class NodeExporter(Server):
    """prometheus-node-exporter: a real exposition, and a second opinion on this machine's numbers."""

    name = "node-exporter"

    def __init__(self, *options):
        super().__init__()
        self.options = options

    def command(self):
        return [executable("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{self.port}", *self.options]

    def metrics(self):
        return get(self.url + "/metrics").decode()

    def ready(self):
        return "node_cpu_seconds_total" in self.metrics()


class BadServer(Server):
    """bad_server.py: one path for each way to misbehave. It chooses its own port."""

    name = "bad-server"
    stdin = subprocess.PIPE  # it ends with its standard input, so also with the test

    def command(self):
        return [sys.executable, "-B", str(pathlib.Path(__file__).with_name("bad_server.py")), str(self.port)]

    def ready(self):
        return self.log.startswith(f"{self.port}\n")

    def requests(self, path):
        """How often a path was asked for."""
        return self.log.splitlines()[1:].count(path)


class Netdata(Server):
    """The daemon with only the plugins that a test gives it, as the user that runs the test."""

    name = "netdata"
    folders = ("etc", "stock", "cache", "lib", "log", "plugins", "web")

    def __init__(self, update_every=1):
        super().__init__()
        self.update_every = update_every
        self.plugins = {}
        for folder in self.folders:
            (self.folder / folder).mkdir()
        self.user_config = self.folder / "etc"
        self.stock_config = self.folder / "stock"

    def add_plugin(self, name, source, options=""):
        """`source`: a file that is linked, or the text of a script. The daemon calls it `name`."""
        path = self.folder / "plugins" / f"{name}.plugin"
        if isinstance(source, pathlib.Path):
            path.symlink_to(source.resolve())
        else:
            path.write_text(source)
            path.chmod(0o755)
        self.plugins[name] = options

    def configuration(self):
        def on(folder):
            return self.folder / folder

        sections = {
            "global": {"run as user": pwd.getpwuid(os.getuid()).pw_name, "hostname": "cppd-test",
                       "update every": self.update_every},
            "directories": {"config": on("etc"), "stock config": on("stock"), "cache": on("cache"), "lib": on("lib"),
                            "log": on("log"), "lock": on("lib"), "home": on("lib"), "web": on("web"),
                            "registry": on("lib"), "plugins": f'"{on("plugins")}"'},
            "logs": {"error": "stderr", "access": "none", "debug": "none", "health": "none",
                     "errors to trigger flood protection": 100000},
            "db": {"mode": "ram", "retention": 600, "update every": self.update_every,
                   "cleanup obsolete charts after secs": 10},  # its smallest
            "web": {"bind to": f"127.0.0.1:{self.port}", "mode": "static-threaded"},
            "health": {"enabled": "no"},
            "ml": {"enabled": "no"},
            "cloud": {"enabled": "no"},
            "plugins": dict.fromkeys(("proc", "timex", "idlejitter", "tc", "cgroups", "diskspace", "statsd",
                                      "netdata monitoring", "enable running new plugins"), "no"),
        }
        for name, options in self.plugins.items():
            sections["plugins"][name] = "yes"
            sections[f"plugin:{name}"] = {"update every": self.update_every, "command options": options}
        lines = []
        for section, keys in sections.items():
            lines += [f"[{section}]"] + [f"    {key} = {value}" for key, value in keys.items()]
        return "\n".join(lines) + "\n"

    def command(self):
        config = self.user_config / "netdata.conf"
        config.write_text(self.configuration())
        return [executable("netdata"), "-D", "-c", str(config), "-P", str(self.folder / "netdata.pid")]

    def environment(self):
        return super().environment() | {"NETDATA_USER_CONFIG_DIR": str(self.user_config),
                                        "NETDATA_STOCK_CONFIG_DIR": str(self.stock_config)}

    def api(self, path):
        return json.loads(get(f"{self.url}/api/v1/{path}"))

    def ready(self):
        return "version" in self.api("info")

    def charts(self):
        """Definitions by chart id: context, family, units, chart_type, chart_labels through the `chart` call."""
        return self.api("charts")["charts"]

    def chart(self, chart_id):
        return self.charts()[chart_id]

    def values(self, chart_id, points=5):
        """The last points, newest first: a list of {dimension: value}, `time` among them."""
        data = self.api(f"data?chart={chart_id}&after=-{points}&points={points}&format=json&options=unaligned")
        return [dict(zip(data["labels"], row)) for row in data["data"]]

    def plugin_complaints(self, name):
        """Lines of the log that name the plugin as disabled or report what it wrote."""
        words = ("ERROR", "disabled", "disconnected", "Waiting a bit", "does not generate")
        return [line for line in self.log.splitlines()
                if (f"PLUGINSD[{name}" in line or f"/{name}.plugin" in line) and any(word in line for word in words)]
