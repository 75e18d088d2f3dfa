#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says where an include breaks the layers of ARCHITECTURE.md, or brings a third party's types into a place that is not
its adapter. Standard library only; ends with 1 and one line per offence."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each layer may include besides itself. "testing" headers of base are for tests alone.
LAYERS = {
    "base": [],
    "schema": ["base"],
    "frames": ["base"],
    "net": ["base"],
    "video": ["base"],
    "robot": ["base"],
    "bus": ["base", "schema"],
    "safety": ["base", "schema"],
    "rtc": ["base", "schema"],
}
SERVICES = ["sim", "transport", "sdr"]

# A third party's headers, by pattern, and the files that are its adapter. Tests and benchmarks may use what they
# compare with.
VENDORS = {
    r"mujoco/": ["libs/robot/"],
    r"(EGL|GL)/": ["libs/robot/"],
    r"lib(avcodec|avutil|swscale)/": ["libs/video/"],
    r"turbojpeg\.h": ["libs/video/"],
    r"nats(/|\.h)": ["libs/bus/nats_link"],
    r"simdjson": ["schema/json_value.cc"],
    r"toml\+\+": ["libs/base/config_toml.cc", "libs/robot/toml_table.h"],
    r"openssl/": ["libs/net/", "libs/rtc/dtls/", "libs/rtc/ice/hmac.cc", "libs/rtc/srtp/crypto.cc", "libs/rtc/srtp/hmac_sha1.cc",
                  "services/transport/token.cc"],
    r"srtp2/": [],
    r"usrsctp\.h": ["libs/rtc/sctp/usrsctp_"],
    r"iceoryx": [],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def sources():
    for folder in ("libs", "services", "schema", "bench", "fuzz", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield path


def layer_of(relative):
    parts = relative.parts
    return ("schema", "schema") if parts[0] == "schema" else (parts[0], parts[1] if len(parts) > 2 else "")


def may_include(kind, name, target):
    if target == name or kind in ("bench", "fuzz", "tests"):
        return True
    if kind == "services":
        return target not in SERVICES
    return target in LAYERS.get(name, [])


def is_test(relative):
    return relative.name.endswith("_test.cc") or "testing" in relative.parts or relative.name == "testing.h" or relative.parts[0] in ("tests", "fuzz")


def offences(path):
    relative = path.relative_to(ROOT)
    kind, name = layer_of(relative)
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        quoted, header = match.group(1) == '"', match.group(2)
        target = header.split("/")[0]
        where = f"{relative}:{line}"
        if quoted and "/" in header and (target in LAYERS or target in SERVICES):
            if not may_include(kind, name, target):
                yield f"{where}: {kind}/{name} may not include {header}"
            if "testing" in header.split("/") and not is_test(relative) and kind != "bench":
                yield f"{where}: {header} is for tests"
        for pattern, adapters in VENDORS.items():
            if not quoted or "/" not in header:
                if re.match(pattern, header) and not is_test(relative) and kind != "bench":
                    if not any(str(relative).startswith(adapter) for adapter in adapters):
                        yield f"{where}: {header} belongs into its adapter ({', '.join(adapters)})"


def main():
    found = [offence for path in sources() for offence in offences(path)]
    for offence in found:
        print(offence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
