# SPDX-License-Identifier: Apache-2.0
"""Our reader against the Python writer, and the Python reader against our writer. Usage: layout_test.py RING_TOOL"""

import fcntl
import os
import subprocess
import sys
import tempfile
import unittest

import ring

TOOL = sys.argv.pop(1)
RING_BYTES = 16384
DATA = RING_BYTES - 4112


def pattern(number: int, size: int) -> bytes:
    return bytes((number * 31 + i * 7 + (i >> 8)) & 0xff for i in range(size))


def tool(*arguments, check=True):
    return subprocess.run([TOOL, *map(str, arguments)], check=check, capture_output=True, text=True)


class LayoutTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sdr-test-")
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "frames")

    def make_writer(self):
        writer = ring.Writer(self.path, RING_BYTES)
        self.addCleanup(writer.close)
        return writer

    def write_python(self, writer, first, count, limit):
        for number in range(first, first + count):
            payload = pattern(number, number * 977 % limit)
            writer.write(number, payload, number % 7 == 0, codec=2, capture_us=number * 16667 % 2**32)

    def expect_python_reads(self, reader, first, count, limit):
        for number in range(first, first + count):
            frame = reader.next()
            self.assertIsNotNone(frame, number)
            self.assertEqual(frame.frame_id, number)
            self.assertEqual(frame.payload, pattern(number, number * 977 % limit))
            self.assertEqual(frame.flags, 1 if number % 7 == 0 else 0)
            self.assertEqual((frame.codec, frame.capture_us), (2, number * 16667 % 2**32))
        self.assertIsNone(reader.next())

    def test_python_reads_what_we_wrote(self):
        tool("write", self.path, RING_BYTES, 0, 4, 2000)
        reader = ring.Reader(self.path)
        self.expect_python_reads(reader, 0, 4, 2000)
        for first in range(4, 300, 3):  # many laps, a new writer every third frame
            tool("write", self.path, RING_BYTES, first, 3, 2000)
            self.expect_python_reads(reader, first, 3, 2000)
        self.assertGreater(reader.position, 10 * DATA)
        self.assertEqual(reader.ring.get("writer_epoch"), 100)
        self.assertEqual(reader.ring.get("wake"), reader.ring.get("sequence_number"))

    def test_python_finds_the_newest_frame_by_the_first_16_bytes(self):
        for first in range(0, 60, 5):
            tool("write", self.path, RING_BYTES, first, 5, 4000)
            reader = ring.Reader(self.path)
            newest = reader.newest()
            self.assertEqual(newest.frame_id, first + 4)
            self.assertEqual(newest.frame_seq, reader.ring.get("sequence_number"))
            self.assertEqual(reader.ring.get("head") % DATA, reader.ring.get("write_index"))

    def test_python_reads_frames_as_large_as_the_ring(self):
        tool("write", self.path, RING_BYTES, 7, 1, 2000)
        reader = ring.Reader(self.path)
        self.expect_python_reads(reader, 7, 1, 2000)
        tool("write", self.path, RING_BYTES, 8, 1, DATA - 32 + 1)
        self.expect_python_reads(reader, 8, 1, DATA - 32 + 1)

    def test_we_read_what_python_wrote(self):
        writer = self.make_writer()
        for first in range(0, 280, 7):  # each seven frames begin with a keyframe
            self.write_python(writer, first, 7, 1500)
            lines = tool("read", self.path, 100).stdout.splitlines()
            self.assertEqual([int(line.split()[1]) for line in lines], list(range(first, first + 7)))
            newest = ring.Reader(self.path).newest()
            last = [int(field) for field in lines[-1].split()]
            self.assertEqual(last, [newest.frame_seq, newest.frame_id, newest.size, newest.flags, newest.codec,
                                    newest.crc32, newest.capture_us])

    def test_we_continue_what_python_began_and_it_continues_us(self):
        first = 0
        for _ in range(20):
            writer = ring.Writer(self.path, RING_BYTES)
            self.write_python(writer, first, 7, 1500)
            writer.close()
            tool("write", self.path, RING_BYTES, first + 7, 7, 1500)
            self.assertEqual(len(tool("read", self.path, 100).stdout.splitlines()), 7)
            reader = ring.Reader(self.path)
            self.expect_python_reads(reader, first + 7, 7, 1500)
            first += 14
            self.assertEqual(reader.seq, first)

    def test_the_lock_keeps_us_out(self):
        writer = self.make_writer()
        refused = tool("write", self.path, RING_BYTES, 0, 1, 100, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("another writer holds this ring", refused.stderr)
        fcntl.flock(writer.file, fcntl.LOCK_UN)
        tool("write", self.path, RING_BYTES, 0, 1, 100)

    def test_a_bit_that_flipped_is_noticed(self):
        writer = self.make_writer()
        self.write_python(writer, 7, 1, 1500)
        writer.ring.map[16 + 32 + 100] ^= 4
        self.assertNotEqual(tool("read", self.path, 1, check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
