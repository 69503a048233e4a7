#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds of a fuzz target, from the recorded cases of one area.

    vector_seeds.py VECTORS FOLDER FIELD...   writes one file for each case of VECTORS/*.jsonl that has some of the fields:
                                              their texts, lists too, one a line; `input.expr` is a field of a field
"""
import base64
import hashlib
import json
import sys
from pathlib import Path

BYTES_MAX = 4096  # longer ones only slow the fuzzer down


def texts(value):
    if isinstance(value, str):
        yield value.encode("utf-8", "surrogatepass")
    elif isinstance(value, dict) and "b64" in value:
        yield base64.b64decode(value["b64"])
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def fields(case, path):
    *ways, name = path.split(".")
    for way in ways:
        case = case.get(way, {})
    yield from texts(case.get(name))
    if f"{name}_b64" in case:
        yield base64.b64decode(case[f"{name}_b64"])


def main(vectors, folder, *paths):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(Path(vectors).glob("*.jsonl")):
        for line in filter(None, file.read_text(encoding="utf-8").split("\n")):  # U+2028 ends no line here
            case = json.loads(line)
            seed = b"\n".join(text for path in paths for text in fields(case, path))
            if 0 < len(seed) <= BYTES_MAX:
                (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
