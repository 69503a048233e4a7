#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copies of the conformance vectors in tests/vectors.

    vectors.py check               every area is what its list of checksums says, and equals ../shared where that exists
    vectors.py copy FROM AREA...   copy areas whole from the folder FROM and write their lists

Each area has its list beside it: tests/vectors/<area>.sha256, in the format of sha256sum. Of an area with parts one may be
copied alone: `collectors/prometheus`.
"""
import hashlib
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIES = ROOT / "tests" / "vectors"
SHARED = ROOT.parent / "shared" / "vectors"


def checksums(area: Path) -> dict[str, str]:
    files = sorted(path for path in area.rglob("*") if path.is_file())
    return {str(path.relative_to(area.parent)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def listed(area: str) -> dict[str, str]:
    lines = (COPIES / f"{area}.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def differences(want: dict[str, str], got: dict[str, str], where: str) -> list[str]:
    names = sorted(name for name in want.keys() | got.keys() if want.get(name) != got.get(name))
    return [f"{name}: differs from {where}" for name in names]


def check() -> int:
    faults = []
    areas = sorted(str(path.relative_to(COPIES).with_suffix("")) for path in COPIES.rglob("*.sha256"))
    for folder in sorted(path.name for path in COPIES.iterdir() if path.is_dir()):
        if not any(area.split("/")[0] == folder for area in areas):
            faults.append(f"{folder}: a folder without a list of checksums")
    for area in areas:
        if not (COPIES / area).is_dir():
            faults.append(f"{area}: a list of checksums without its folder")
            continue
        have = checksums(COPIES / area)
        faults += differences(listed(area), have, "its checksum")
        if (SHARED / area).is_dir():
            faults += differences(checksums(SHARED / area), have, "the shared vectors")
    if not areas:
        faults.append("there are no vectors")
    print("\n".join(faults) or f"{len(areas)} areas are whole")
    return 1 if faults else 0


def copy(source: Path, areas: list[str]) -> int:
    for area in areas:
        if not (source / area).is_dir():
            print(f"{source / area}: no such area")
            return 2
        shutil.rmtree(COPIES / area, ignore_errors=True)
        shutil.copytree(source / area, COPIES / area)
        lines = [f"{digest}  {name}\n" for name, digest in checksums(COPIES / area).items()]
        (COPIES / f"{area}.sha256").write_text("".join(lines))
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.exit(check())
    if sys.argv[1:2] == ["copy"] and len(sys.argv) > 3:
        sys.exit(copy(Path(sys.argv[2]), sys.argv[3:]))
    print(__doc__)
    sys.exit(2)
