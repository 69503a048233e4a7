#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds of the fuzz targets, from the recorded cases of the area wire.

    wire_seeds.py VECTORS FOLDER   writes FOLDER/ingress (bytes of standard input) and FOLDER/texts (texts of emitted lines)
"""
import base64
import hashlib
import json
import sys
from pathlib import Path

BYTES_MAX = 4096  # longer ones only slow the fuzzer down


def cases(path: Path):
    return (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line)


def text(item: dict, key: str) -> bytes:
    if f"{key}_b64" in item:
        return base64.b64decode(item[f"{key}_b64"])
    return item[key].encode("utf-8", "surrogatepass")


def inputs(vectors: Path):
    for case in cases(vectors / "ingress.jsonl"):
        given = case["input"]
        if "chunks" in given:
            yield b"".join(text(chunk, "text") * chunk.get("repeat", 1) for chunk in given["chunks"])
        else:
            yield text(given, "input")


def texts(vectors: Path):
    for case in cases(vectors / "emit.jsonl"):
        for call in case["input"]["calls"]:
            yield "|".join(value for value in call.values() if isinstance(value, str)).encode()


def write(folder: Path, seeds) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if len(seed) <= BYTES_MAX:
            (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(Path, sys.argv[1:])
    write(target / "ingress", inputs(source))
    write(target / "texts", texts(source))
