# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of fuzz_rtp and fuzz_rtcp. Usage: make_seeds.py CORPUS_FOLDER (holding rtp/ and rtcp/)"""

import os
import struct
import sys


def rtp(extension=b"", payload=b"\x41abc", first=0x80):
    head = struct.pack(">BBHII", first | (0x10 if extension else 0), 102, 1, 2, 3)
    if extension:
        extension += bytes(-len(extension) % 4)
        head += struct.pack(">HH", 0xBEDE, len(extension) // 4) + extension
    return head + payload


def rtcp(kind, count, body):
    body += bytes(-len(body) % 4)
    return struct.pack(">BBH", 0x80 | count, kind, len(body) // 4) + body


def datagrams(*packets, wait=17):
    """In the form of fuzz_rtcp: length in words, milliseconds, bytes."""
    return b"".join(bytes([len(packet) // 4, wait]) + packet for packet in packets)


H264 = b"\0\0\0\1\x67sps\0\0\1\x68p\0\0\0\1\x65" + b"slice" * 40
HEVC = b"\0\0\0\1\x40\1vps\0\0\1\x42\1sps\0\0\1\x44\1p\0\0\0\1\x26\1" + b"slice" * 40
EXTENSIONS = b"\x10m\x21\0\7\x32\0\0\1\x47" + bytes(8)
BLOCK = struct.pack(">IIIIII", 1, 0x20000001, 5, 6, 7, 8)
FEEDBACK = struct.pack(">IIHH", 9, 1, 0, 8) + b"\0\0\1\0" + struct.pack(">HB", 0x2008, 4) + bytes([2] * 7)
VECTOR = struct.pack(">IIHH", 9, 1, 0, 7) + b"\0\0\1\1" + b"\xc9\x50\xff\xfe\1\1\1"

SEEDS = {
    "rtp/plain": b"\0\0" + rtp(),
    "rtp/extensions": b"\0\0" + rtp(EXTENSIONS),
    "rtp/padded": b"\0\0" + rtp(payload=b"ab\0\0\3", first=0xA0),
    "rtp/payloads_h264": b"\1\0" + b"\x03\x41ab\x08\x78\0\2\x67a\0\1\x68\x03\x7c\x85a\x03\x7c\x45b",
    "rtp/payloads_hevc": b"\5\0" + b"\x05\2\1abc\x06\x62\1\x93abc\x06\x62\1\x53abc",
    "rtp/stream_h264": b"\2\4" + H264,
    "rtp/stream_hevc": b"\6\4" + HEVC,
    "rtcp/reports": datagrams(rtcp(201, 1, struct.pack(">I", 9) + BLOCK) + rtcp(202, 1, struct.pack(">I", 9) + b"\1\2ab\0")),
    "rtcp/sender_report": datagrams(rtcp(200, 0, bytes(24)) + rtcp(203, 1, struct.pack(">I", 9))),
    "rtcp/lost": datagrams(*[rtcp(205, 1, struct.pack(">IIHH", 9, 1, n, 5)) for n in (0, 0, 3)], rtcp(206, 1, struct.pack(">II", 9, 1))),
    "rtcp/fir": datagrams(rtcp(206, 4, struct.pack(">IIII", 9, 0, 1, 0x01000000))),
    "rtcp/feedback": datagrams(rtcp(205, 15, FEEDBACK), rtcp(205, 15, VECTOR), wait=50),
}


def main(corpus):
    for name, seed in SEEDS.items():
        path = os.path.join(corpus, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(seed)


if __name__ == "__main__":
    main(sys.argv[1])
