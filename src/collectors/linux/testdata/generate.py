#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a tree of a large machine: generate.py TREE. Then run expect.py TREE.

64 CPUs, 200 disks with two partitions each, 20 device-mapper volumes, loops; 4 network cards, 150 virtual interfaces.
The same tree every time.
"""
import pathlib
import random
import string
import sys


def disk_names(count):
    letters = string.ascii_lowercase
    names = ["sd" + a for a in letters] + ["sd" + a + b for a in letters for b in letters]
    return names[:count]


def write(tree, path, text):
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def stat(rng):
    rows = [[rng.randrange(10**6, 10**9) for _ in range(8)] for _ in range(64)]
    rows = [row + [row[0] // 5, row[1] // 7] for row in rows]
    total = [sum(column) for column in zip(*rows)]
    lines = ["cpu  " + " ".join(map(str, total))]
    lines += [f"cpu{i} " + " ".join(map(str, row)) for i, row in enumerate(rows)]
    interrupts = [rng.randrange(10**7) for _ in range(300)]
    lines.append("intr " + " ".join(map(str, [sum(interrupts) + 12345] + interrupts)))
    lines += ["ctxt 98765432109", "btime 1700000000", "processes 123456789", "procs_running 77", "procs_blocked 9",
              "softirq 5 1 1 1 1 1"]
    return "\n".join(lines) + "\n"


def disk_line(rng, major, minor, name):
    columns = [rng.randrange(10**9) for _ in range(17)]
    return f"{major:4d} {minor:7d} {name} " + " ".join(map(str, columns)) + "\n"


def disks(rng, tree):
    lines = []
    for i in range(8):
        lines.append(f"   7 {i:7d} loop{i} " + " ".join(["0"] * 17) + "\n")
        write(tree, f"sys/block/loop{i}/size", "0\n")
    for i, name in enumerate(disk_names(200)):
        for suffix in ("", "1", "2"):
            lines.append(disk_line(rng, 8, i * 16, name + suffix))
        write(tree, f"sys/block/{name}/device", "../../../0:0:0:0\n")
    # In sysfs the slash of a name is an exclamation mark.
    lines.append(disk_line(rng, 104, 0, "cciss/c0d0"))
    write(tree, "sys/block/cciss!c0d0/device", "../../../0:0:0:0\n")
    for i in range(20):
        lines.append(disk_line(rng, 253, i, f"dm-{i}"))
        write(tree, f"sys/block/dm-{i}/size", "0\n")
    write(tree, "proc/diskstats", "".join(lines))


def interfaces(rng, tree):
    names = ["lo"] + [f"eno{i}" for i in range(1, 5)] + [f"veth{i:07x}" for i in range(148)] + ["bond0", "vlan.1000"]
    lines = ["Inter-|   Receive                                                |  Transmit\n",
             " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
             "carrier compressed\n"]
    for name in names:
        lines.append(f"{name:>6}:" + " ".join(str(rng.randrange(10**13)) for _ in range(16)) + "\n")
        kind = "device" if name.startswith("eno") else "size"
        write(tree, f"sys/class/net/{name}/{kind}", "0\n")
    write(tree, "proc/net/dev", "".join(lines))


def main():
    tree = pathlib.Path(sys.argv[1])
    rng = random.Random(200)
    write(tree, "proc/stat", stat(rng))
    write(tree, "proc/loadavg", "12.34 5.60 0.78 79/4321 99999\n")
    write(tree, "proc/meminfo", "MemTotal:       527951612 kB\nMemFree:        100000000 kB\nBuffers:         2000000 kB\n"
          "Cached:         300000000 kB\nSwapCached:            0 kB\nShmem:           7000000 kB\n"
          "KReclaimable:    9000000 kB\nSReclaimable:    8000000 kB\nHugePages_Total:       0\n")
    disks(rng, tree)
    interfaces(rng, tree)
    write(tree, "proc/pressure/io", "some avg10=1.53 avg60=10.01 avg300=99.99 total=18446744073709\n"
          "full avg10=0.00 avg60=0.50 avg300=3.25 total=7\n")
    write(tree, "proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n")
    write(tree, "proc/uptime", "123456789.12 9876543210.98\n")


main()
