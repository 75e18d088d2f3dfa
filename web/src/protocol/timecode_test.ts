// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readTimecode } from "./timecode.ts";

function painted(value: number, width: number, check = (value >>> 24) ^ (value >>> 16) ^ (value >>> 8) ^ value): Uint8Array {
  const bits = [...value.toString(2).padStart(32, "0"), ...(check & 0xff).toString(2).padStart(8, "0")];
  const row = new Uint8Array(width * 4);
  for (let x = 0; x < width; ++x) row.fill(bits[Math.floor((x * 40) / width)] === "1" ? 235 : 16, x * 4, x * 4 + 4);
  return row;
}

test("Timecode.ReadsBackAtAnyWidth", () => {
  for (const width of [160, 640, 641, 1280, 1920]) {
    for (const value of [0, 1, 0xffffffff, 0x80000001, 0x12345678]) {
      assert.equal(readTimecode(painted(value, width), width), value, `${value} at ${width}`);
    }
  }
});

test("Timecode.RefusesWhatItsCheckDoesNotFit", () => {
  assert.equal(readTimecode(painted(0x12345678, 640, 0x55), 640), null);
});

test("Timecode.RefusesARowThatIsTooShort", () => {
  assert.equal(readTimecode(painted(1, 640).subarray(0, 100), 640), null);
});
