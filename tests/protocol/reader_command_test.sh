#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command's exit codes and what it says: reader_command_test.sh PROTOCOL_READER TESTDATA
set -u
reader=$1 data=$2 failed=0
expect() {  # NAME CODE TEXT: the last run ended with CODE and printed TEXT
  if [ "$code" -ne "$2" ] || ! printf '%s' "$output" | grep -qF "$3"; then
    printf 'FAILED %s: exit %s, wanted %s and "%s" in:\n%s\n' "$1" "$code" "$2" "$3" "$output"
    failed=1
  fi
}
run() { output=$("$reader" "$@" 2>&1); code=$?; }

run <"$data/good.txt"; expect good 0 '58 lines, 2 charts, 3 updates, 6 values, 0 violations'
run <"$data/bad_exponent.txt"; expect exponent 1 "line 38: set_decimal: '1e-7' is not a fixed decimal"
run --hosts forbidden <"$data/good.txt"; expect forbidden 1 'host_forbidden'
run --json <"$data/good.txt"; expect json 0 '"context":"app.h"'
run --frob </dev/null; expect usage 2 'usage: protocol_reader'
printf 'HOST' >"${TMPDIR:-/tmp}/reader.$$"
run --open <"${TMPDIR:-/tmp}/reader.$$"; expect killed 0 '0 violations'
run <"${TMPDIR:-/tmp}/reader.$$"; expect cut 1 'line 1: line_control'
rm -f "${TMPDIR:-/tmp}/reader.$$"
exit $failed
