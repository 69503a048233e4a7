#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copies what the collector reads from this machine: capture.sh TREE. Then run expect.py TREE.
set -eu
tree=$1
mkdir -p "$tree/proc/net" "$tree/proc/pressure"
for file in stat loadavg meminfo diskstats net/dev pressure/cpu pressure/io pressure/memory uptime; do
  [ ! -r "/proc/$file" ] || cat "/proc/$file" >"$tree/proc/$file"
done
# A device node of the system is a folder with `device`; one that the kernel makes up has none.
for node in /sys/block/* /sys/class/net/*; do
  mkdir -p "$tree$node"
  if [ -e "$node/device" ]; then readlink "$node/device" >"$tree$node/device"; else echo 0 >"$tree$node/size"; fi
done
