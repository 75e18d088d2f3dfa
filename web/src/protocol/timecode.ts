// SPDX-License-Identifier: Apache-2.0
//
// Reads the time code that the simulator can paint into the bottom 16 rows of a picture: 40 equal cells, white 1 and
// black 0; 32 bits of `capture_us`, most significant first, then the XOR of its four bytes. It lets the page measure
// from the simulated instant to the drawn pixel without trusting any header.

export const kTimecodeRows = 16;
const kCells = 40;
const kThreshold = 128;

/** `row` is one line of RGBA pixels through the middle of the code. Null where the check byte does not agree. */
export function readTimecode(row: Uint8ClampedArray | Uint8Array, width: number): number | null {
  const bytes = [0, 0, 0, 0, 0];
  for (let cell = 0; cell < kCells; ++cell) {
    const x = Math.floor(((cell + 0.5) * width) / kCells);
    const green = row[x * 4 + 1];
    if (green === undefined) return null;
    if (green >= kThreshold) bytes[cell >> 3]! |= 0x80 >> (cell & 7);
  }
  const [a, b, c, d, check] = bytes as [number, number, number, number, number];
  if ((a ^ b ^ c ^ d) !== check) return null;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
