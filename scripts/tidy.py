#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over our own sources, those of tests left out, as a build folder compiles them. A source that passed
is not looked at again until it, a header that it includes or the configuration changes. usage: tidy.py BUILD [TIDY]"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


@functools.lru_cache(maxsize=None)
def digest(path):
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    except OSError:
        return "missing"


def includes(build):
    """Object file to the files it was made from, as Ninja recorded them."""
    listing = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    made_from, current = {}, None
    for line in listing.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = made_from.setdefault(line.split(": #deps")[0], [])
    return made_from


def sources(build):
    ours = tuple(str(ROOT / folder) + os.sep for folder in ("libs", "services", "schema"))
    for entry in json.loads((build / "compile_commands.json").read_text()):
        name = entry["file"]
        if name.startswith(ours) and not name.endswith("_test.cc") and "/testing/" not in name:
            yield name, entry.get("output", "")


def key(name, output, made_from):
    parts = [digest(ROOT / ".clang-tidy")] + [digest(path) for path in sorted(made_from.get(output, [name]))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def write_database(build, folder):
    """The compile commands without GCC's precompiled header, which Clang cannot read."""
    commands = json.loads((build / "compile_commands.json").read_text())
    for entry in commands:
        entry["command"] = re.sub(r"-Winvalid-pch|-include \S*cmake_pch\S*", "", entry["command"])
    (folder / "compile_commands.json").write_text(json.dumps(commands))


def check(tidy, database, name):
    done = subprocess.run([tidy, "--quiet", "--extra-arg=-Wno-unknown-warning-option", "-p", str(database), name], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tidy = sys.argv[2] if len(sys.argv) > 2 else "clang-tidy-14"
    passed_folder = build / "tidy"
    passed_folder.mkdir(exist_ok=True)
    write_database(build, passed_folder)
    made_from = includes(build)
    todo = {}
    for name, output in sources(build):
        stamp = passed_folder / key(name, output, made_from)
        if not stamp.exists():
            todo[name] = stamp
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        running = {pool.submit(check, tidy, passed_folder, name): name for name in todo}
        for done in concurrent.futures.as_completed(running):
            passed, text = done.result()
            if passed:
                todo[running[done]].touch()
            else:
                failed += 1
                print(text, flush=True)
    print(f"clang-tidy: {len(todo)} sources looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
