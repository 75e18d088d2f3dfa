#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the STUN fuzzer: a browser's connectivity check, answers, a candidate line, framed datagrams.
Usage: make_seeds.py FOLDER"""

import hashlib
import hmac
import pathlib
import struct
import sys
import zlib

COOKIE = 0x2112A442
PASSWORD = b"ourPasswordOf24Letters00"


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def message(kind, attributes, password=PASSWORD):
    transaction = bytes(range(12))

    def head(extra):
        return struct.pack("!HHI", kind, len(attributes) + extra, COOKIE) + transaction

    tag = hmac.new(password, head(24) + attributes, hashlib.sha1).digest()
    attributes += attribute(0x0008, tag)
    crc = zlib.crc32(head(8) + attributes) ^ 0x5354554E
    attributes += attribute(0x8028, struct.pack("!I", crc))
    return head(0) + attributes


def check(*more):
    return message(
        0x0001,
        attribute(0x0006, b"ourUfrag:theirs")
        + attribute(0xC057, struct.pack("!HH", 1, 10))
        + attribute(0x802A, struct.pack("!Q", 42))
        + attribute(0x0024, struct.pack("!I", 1853824767))
        + b"".join(more),
    )


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    seeds = {
        "check": check(),
        "nominating_check": check(attribute(0x0025, b"")),
        "controlled_check": check(attribute(0x8029, bytes(8))),
        "unknown_attribute": check(attribute(0x7001, b"?")),
        "success": message(0x0101, attribute(0x0020, bytes([0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]))),
        "error": message(0x0111, attribute(0x0009, b"\0\0\x04\x57Role Conflict")),
        "bare": struct.pack("!HHI", 1, 0, COOKIE) + bytes(12),
        "candidate": b"1 1 udp 2130706431 192.0.2.1 8189 typ host",
        "tcp_candidate": b"2 1 tcp 1518280447 2001:db8::1 9 typ srflx raddr :: rport 9 tcptype active generation 0",
        "hidden_candidate": b"0 1 UDP 2122252543 4f0e2c8a-7d1a-4c3e-9a5e-51b6d2d6a001.local 51234 typ host",
        "stream": b"\x03" + b"".join(struct.pack("!H", n) + bytes(n) for n in (5, 0, 100, 1)),
    }
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
