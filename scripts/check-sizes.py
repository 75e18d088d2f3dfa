#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps files and functions readable: says which source file is longer than 500 lines, which function is longer than 70,
which C++ or shell file lacks its licence line, and which tracked file is large. Ends with 1 and one line per offence."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX, FUNCTION_MAX, BYTES_MAX = 500, 70, 1_000_000
CODE = {".h", ".cc", ".sh", ".py", ".ts", ".tsx", ".mjs", ".js", ".css"}
LARGE = (".png", ".jpg", ".lock")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for folder in ("libs", "services", "schema", "scripts", "web/src") for path in (ROOT / folder).rglob("*.*")]


def long_functions(lines):
    """Functions of a clang-formatted file: from a line at the margin that opens a block to the brace that closes it."""
    start, name = None, ""
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r"^[A-Za-z].*\)( const| noexcept| override)*( ->.*)? \{$", line):
            start, name = number, line.split("(")[0].split()[-1]
        elif start is not None and line == "}":
            if number - start + 1 > FUNCTION_MAX:
                yield start, name, number - start + 1
            start = None


def offences(path):
    relative = path.relative_to(ROOT)
    if not path.is_file() or path.is_symlink():
        return
    if path.stat().st_size > BYTES_MAX and path.suffix not in LARGE:
        yield f"{relative}: {path.stat().st_size} bytes: generated output and data do not belong into the tree"
    if path.suffix not in CODE:
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > LINES_MAX:
        yield f"{relative}: {len(lines)} lines, {LINES_MAX} at most"
    if path.suffix in (".h", ".cc", ".sh") and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:3]):
        yield f"{relative}: the licence line is missing"
    if path.suffix == ".cc":
        for start, name, length in long_functions(lines):
            yield f"{relative}:{start}: {name}() has {length} lines, {FUNCTION_MAX} at most"


def main():
    found = [offence for path in tracked() for offence in offences(path)]
    for offence in found:
        print(offence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
