# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of fuzz_ring: rings that are in order, in the fuzzer's form. Usage: make_seeds.py FOLDER"""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "ring"))
import ring  # noqa: E402

RING_BYTES = 8192
USED = 136  # bytes of the trailer that mean something

SEEDS = {  # name: payload sizes; the first frame is a keyframe
    "empty": [],
    "one_frame": [100],
    "three_frames": [100, 5, 64],
    "wrapped_with_marker": [3000, 500, 700],
    "wrapped_without_room_for_a_marker": [4080 - 32 - 24, 8],
    "whole_ring": [4080 - 32],
}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, sizes in SEEDS.items():
        with tempfile.TemporaryDirectory() as scratch:
            writer = ring.Writer(os.path.join(scratch, "frames"), RING_BYTES)
            writer.ring.set("writer_pid", 1)
            for number, size in enumerate(sizes):
                writer.write(number, bytes(size), number == 0)
            writer.ring.set("heartbeat_us", 1)
            image = bytes(writer.ring.map)
            writer.close()
        trailer = image[RING_BYTES - ring.TRAILER:][:USED]
        body = image[:RING_BYTES - ring.TRAILER].rstrip(b"\0")
        with open(os.path.join(folder, name), "wb") as seed:
            seed.write(b"\3" + trailer + body)


if __name__ == "__main__":
    main(sys.argv[1])
