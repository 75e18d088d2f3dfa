#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of fuzz/sctp into fuzz/corpus/sctp: one per way through the fuzzer. Standard library only."""

import pathlib
import struct

OUT = pathlib.Path(__file__).resolve().parents[1] / "corpus" / "sctp"


def dcep_open(kind, label):
    return struct.pack(">BBHIHH", 3, kind, 0, 0, len(label), 0) + label


def send(stream, ppid_index, message, repeat=0, flags=0):
    return bytes([0, stream | repeat << 6, ppid_index | flags, len(message)]) + message


def chunk(kind, value):
    length = len(value) + 4
    return struct.pack(">BBH", kind, 0, length) + value + bytes(-length % 4)


CONTROL, COMMANDS = dcep_open(0x81, b"control"), dcep_open(0x00, b"commands")
TWIST = struct.pack("<BIHQ6f", 1, 1, 300, 0, 0.5, 0, 0, 0, 0, 1)
PARAMETERS = bytes([0x80, 8, 0, 6, 130, 192, 0, 0, 192, 0, 0, 4])
INIT = chunk(1, struct.pack(">IIHHI", 7, 100000, 65535, 65535, 1) + PARAMETERS)
NO_TAG = chunk(1, struct.pack(">IIHHI", 0, 100000, 65535, 65535, 1) + PARAMETERS)
OPENED = bytes([2]) + send(0, 0, CONTROL) + send(2, 0, COMMANDS)

SEEDS = {
    "dcep": bytes([0]) + CONTROL,
    "packet": bytes([0]) + struct.pack(">HHII", 5000, 5000, 0, 0) + INIT,
    "twist": bytes([0]) + TWIST,
    "init": bytes([1, len(INIT)]) + INIT,
    "init_without_tag": bytes([1, len(NO_TAG)]) + NO_TAG,
    "channels": OPENED + send(0, 2, TWIST, flags=0xC0) + send(2, 1, b'{"action":"estop"}') + bytes([4, 10]),
    "oversize": OPENED + send(0, 2, bytes(120), repeat=3) + send(2, 1, bytes(250), repeat=3) + bytes([1, 0, 1, 2]),
    "held": OPENED + bytes([5, 0]) + 12 * send(2, 1, b"{}") + bytes([5, 0, 4, 50]),
    "changed": OPENED + bytes([2, 3, 1]) + send(2, 1, b"{}") + bytes([4, 100, 5, 3, 5, 4, 4, 100]),
    "injected": OPENED + bytes([3, 8]) + chunk(9, bytes(4)) + bytes([3, 4]) + chunk(6, b"") + bytes([4, 255]),
    "reopened": OPENED + bytes([1, 2, 4, 50]) + send(2, 0, COMMANDS) + bytes([5, 0xFF, 4, 100]),
}

OUT.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (OUT / name).write_bytes(seed)
