# SPDX-License-Identifier: Apache-2.0
"""The frame ring, read and written from its specification alone: plain Python, standard library, none of our own code.

It is a second opinion on the layout, not a product: it takes no care of memory order, which Python cannot express, so the tests
let it work while the other side rests, or rely on checksums.
"""

import fcntl
import mmap
import os
import struct
import time
import zlib
from typing import NamedTuple, Optional

TRAILER = 4096
NONE = 2**64 - 1
KEYFRAME, WRAP_MARKER = 1, 2
HEADER = struct.Struct("<QQIHHII")


class Frame(NamedTuple):
    frame_id: int
    frame_seq: int
    size: int
    flags: int
    codec: int
    crc32: int
    capture_us: int
    payload: bytes


class Ring:
    """The words of a mapped ring by name."""

    FIELDS = {  # name: (offset, format); offsets from the trailer's start but for the first two
        "sequence_number": (0, "<Q"), "write_index": (8, "<Q"),
        "magic": (0, "8s"), "version": (8, "<I"), "writer_pid": (12, "<I"), "data_size": (16, "<Q"),
        "writer_epoch": (24, "<Q"), "heartbeat_us": (32, "<Q"), "reserved": (64, "<Q"), "head": (72, "<Q"),
        "newest_keyframe": (80, "<Q"), "wake": (128, "<I"),
    }

    def __init__(self, file, writable: bool):
        self.bytes = os.fstat(file.fileno()).st_size
        self.map = mmap.mmap(file.fileno(), self.bytes, access=mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)
        self.data = self.bytes - TRAILER - 16

    def _place(self, name: str):
        offset, form = self.FIELDS[name]
        return (offset if name in ("sequence_number", "write_index") else self.bytes - TRAILER + offset), form

    def get(self, name: str):
        place, form = self._place(name)
        return struct.unpack_from(form, self.map, place)[0]

    def set(self, name: str, value):
        place, form = self._place(name)
        struct.pack_into(form, self.map, place, value)

    def check_trailer(self):
        assert self.get("magic") == b"SDRFRAME", self.get("magic")
        assert self.get("version") == 1
        assert self.get("data_size") == self.data
        used = [self._place(n)[0] + struct.calcsize(f) for n, (o, f) in self.FIELDS.items()]
        assert not any(self.map[max(used):]), "the rest of the trailer is zero"

    def frame_at(self, position: int) -> Frame:
        place = 16 + position % self.data
        fields = HEADER.unpack_from(self.map, place)
        return Frame(*fields, self.map[place + 32:place + 32 + fields[2]])


class Reader:
    """Follows every frame from the newest keyframe on."""

    def __init__(self, path: str):
        with open(path, "rb") as file:
            self.ring = Ring(file, writable=False)  # the mapping outlives the file object
        self.ring.check_trailer()
        self.position: Optional[int] = None
        self.seq = 0

    def newest(self) -> Frame:
        """What a reader gets that knows only the first 16 bytes and the header."""
        return self.ring.frame_at(self.ring.get("write_index"))

    def next(self) -> Optional[Frame]:
        if self.position is None:
            self.position = self.ring.get("newest_keyframe")
            if self.position == NONE:
                self.position = None
                return None
        elif self.seq == self.ring.get("sequence_number"):
            return None
        data = self.ring.data
        if data - self.position % data < 32 or self.ring.frame_at(self.position).flags & WRAP_MARKER:
            self.position += data - self.position % data
        frame = self.ring.frame_at(self.position)
        reserved = self.ring.get("reserved")
        assert self.position + 32 + frame.size <= reserved <= self.position + data, "the frame is whole"
        assert zlib.crc32(frame.payload) == frame.crc32
        assert self.seq in (0, frame.frame_seq - 1), (self.seq, frame.frame_seq)
        self.seq = frame.frame_seq
        self.position = (self.position + 32 + frame.size + 7) // 8 * 8
        return frame


class Writer:
    """Makes a ring, or continues one that was left in order."""

    def __init__(self, path: str, size: int):
        new = not os.path.exists(path)
        self.file = open(path, "w+b" if new else "r+b")
        fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if new:
            os.posix_fallocate(self.file.fileno(), 0, size)
        self.ring = ring = Ring(self.file, writable=True)
        if new:
            ring.set("magic", b"SDRFRAME")
            ring.set("version", 1)
            ring.set("data_size", ring.data)
            ring.set("newest_keyframe", NONE)
        ring.check_trailer()
        ring.set("writer_pid", os.getpid())
        ring.set("writer_epoch", ring.get("writer_epoch") + 1)
        self.seq = ring.get("sequence_number")
        self.next = 0
        if self.seq:
            head = ring.get("head")
            self.next = (head + 32 + ring.frame_at(head).size + 7) // 8 * 8
        self.heartbeat()

    def close(self):
        self.ring.map.close()
        self.file.close()

    def heartbeat(self):
        self.ring.set("heartbeat_us", time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)

    def write(self, frame_id: int, payload: bytes, keyframe: bool, codec: int = 1, capture_us: int = 0):
        ring, total = self.ring, 32 + len(payload)
        assert total <= ring.data
        rest = ring.data - self.next % ring.data
        place = self.next if total <= rest else self.next + rest
        ring.set("reserved", max(ring.get("reserved"), place + total))
        if place != self.next and rest >= 32:
            HEADER.pack_into(ring.map, 16 + self.next % ring.data, 0, 0, 0, WRAP_MARKER, 0, 0, 0)
        at = 16 + place % ring.data
        self.seq += 1
        ring.map[at + 32:at + total] = payload
        HEADER.pack_into(ring.map, at, frame_id, self.seq, len(payload), KEYFRAME if keyframe else 0, codec,
                         zlib.crc32(payload), capture_us)
        if keyframe:
            ring.set("newest_keyframe", place)
        ring.set("head", place)
        ring.set("write_index", place % ring.data)
        ring.set("sequence_number", self.seq)
        ring.set("wake", self.seq & 0xffffffff)
        self.next = (place + total + 7) // 8 * 8
        self.heartbeat()
