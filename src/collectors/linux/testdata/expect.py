#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collector should read from a tree, by other means: expect.py TREE writes TREE/expected.json."""
import json
import pathlib
import re
import sys

MODES = "user nice system idle iowait irq softirq steal guest guest_nice".split()
PRESSURE = re.compile(r"^(some|full) avg10=(\S+) avg60=(\S+) avg300=(\S+) total=(\d+)$", re.M)


def stat(text):
    rows = {line.split()[0]: [int(n) for n in line.split()[1:]] for line in text.splitlines()}
    ticks = dict(zip(MODES, rows["cpu"]))
    ticks["user"] -= ticks["guest"]
    ticks["nice"] -= ticks["guest_nice"]
    return {"ticks": ticks, "cpus": sum(bool(re.fullmatch(r"cpu\d+", name)) for name in rows),
            "context_switches": rows["ctxt"][0], "interrupts": rows["intr"][0], "forks": rows["processes"][0],
            "running": rows["procs_running"][0], "blocked": rows["procs_blocked"][0]}


def memory(text):
    kib = {k: int(v) for k, v in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.M)}
    cached = kib["Cached"] + kib["SReclaimable"] - kib["Shmem"]
    used = kib["MemTotal"] - kib["MemFree"] - cached - kib["Buffers"]
    found = {"total": kib["MemTotal"], "free": kib["MemFree"], "cached": cached, "buffers": kib["Buffers"], "used": used}
    if "MemAvailable" in kib:
        found["available"] = kib["MemAvailable"]
    return {name: value * 1024 for name, value in found.items()}


def kind(node):
    if not node.is_dir():
        return "absent"
    return "physical" if (node / "device").exists() else "virtual"


def disks(tree):
    found = {}
    for line in (tree / "proc/diskstats").read_text().splitlines():
        name, *columns = line.split()[2:]
        n = [int(c) for c in columns]
        found[name] = {"reads": n[0], "read_sectors": n[2], "writes": n[4], "written_sectors": n[6], "busy": n[9],
                       "kind": kind(tree / "sys/block" / name.replace("/", "!"))}
    return found


def interfaces(tree):
    found = {}
    for line in (tree / "proc/net/dev").read_text().splitlines()[2:]:
        name, numbers = line.rsplit(":", 1)
        n = [int(c) for c in numbers.split()]
        found[name.strip()] = {"received": n[0:4], "multicast": n[7], "sent": n[8:12],
                               "kind": kind(tree / "sys/class/net" / name.strip())}
    return found


def pressure(tree):
    found = {}
    for file in sorted((tree / "proc/pressure").iterdir()):
        found[file.name] = {k: [float(a), float(b), float(c), int(t)]
                            for k, a, b, c, t in PRESSURE.findall(file.read_text())}
    return found


def main():
    tree = pathlib.Path(sys.argv[1])
    load = (tree / "proc/loadavg").read_text().split()
    expected = {
        "stat": stat((tree / "proc/stat").read_text()),
        "load": [float(word) for word in load[:3]],
        "active": int(load[3].split("/")[1]),
        "memory": memory((tree / "proc/meminfo").read_text()),
        "disks": disks(tree),
        "interfaces": interfaces(tree),
        "pressure": pressure(tree),
        "uptime": float((tree / "proc/uptime").read_text().split()[0]),
    }
    (tree / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


main()
