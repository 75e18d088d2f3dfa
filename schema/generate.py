#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns bus.json into C++ (--cpp FOLDER) and TypeScript (--typescript FILE).

Python 3.9 or later, standard library only. A file is written only where its text changes, so that nothing is built
again without need. README.md beside this file explains the schema's words.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True  # the source tree stays free of generated files

from generator import cpp_actions, cpp_binary, cpp_codec, cpp_limits, cpp_subjects, cpp_types, typescript
from generator.model import SchemaError, load

HERE = pathlib.Path(__file__).resolve().parent


def write_if_changed(path: pathlib.Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def cpp_files(schema) -> dict:
    files = {"limits.h": cpp_limits.header(schema), "types.h": cpp_types.header(schema)}
    for name, module in (("codec", cpp_codec), ("actions", cpp_actions), ("subjects", cpp_subjects), ("wire", cpp_binary)):
        files[name + ".h"] = module.header(schema)
        files[name + ".cc"] = module.source(schema)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--schema", type=pathlib.Path, default=HERE / "bus.json")
    parser.add_argument("--cpp", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--typescript", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    try:
        schema = load(arguments.schema)
    except (SchemaError, OSError, ValueError) as error:
        print(f"{arguments.schema}: {error}", file=sys.stderr)
        return 1
    if arguments.cpp:
        for name, text in cpp_files(schema).items():
            write_if_changed(arguments.cpp / name, text)
    if arguments.typescript:
        runtime = (HERE / "runtime.ts").read_text(encoding="utf-8")
        write_if_changed(arguments.typescript, typescript.module(schema, runtime))
    return 0


if __name__ == "__main__":
    sys.exit(main())
