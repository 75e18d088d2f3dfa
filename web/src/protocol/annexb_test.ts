// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { codecString, nextNal } from "./annexb.ts";
import { Codec } from "./frame_header.ts";

const kStart = [0, 0, 0, 1];

test("H264.NamesProfileAndLevelOfTheSps", () => {
  const unit = Uint8Array.from([...kStart, 0x09, 0x10, ...kStart, 0x67, 0x42, 0xc0, 0x1f, 0xda, ...kStart, 0x68, 0xce]);
  assert.equal(codecString(unit, Codec.h264), "avc1.42C01F");
});

test("H264.TakesShortStartCodes", () => {
  assert.equal(codecString(Uint8Array.from([0, 0, 1, 0x27, 0x4d, 0x40, 0x28, 0]), Codec.h264), "avc1.4D4028");
});

test("H264.HasNoNameWithoutSps", () => {
  assert.equal(codecString(Uint8Array.from([...kStart, 0x65, 0x88, 0x84]), Codec.h264), null);
});

test("H264.HasNoNameWhereTheSpsIsCutOff", () => {
  for (let bytes = 0; bytes < 8; ++bytes) {
    assert.equal(codecString(Uint8Array.from([...kStart, 0x67, 0x42, 0xc0, 0x1f]).subarray(0, bytes), Codec.h264), null);
  }
});

test("Hevc.NamesMainProfileLevel93", () => {
  // profile_space 0, tier 0, profile 1; compatible with 1 and 2; constraint byte B0; level 93, as libx265 writes it
  const ptl = [0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0xb0, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x5d];
  const unit = Uint8Array.from([...kStart, 0x40, 0x01, 0x0c, ...kStart, 0x42, 0x01, 0x01, ...ptl, 0xa0]);
  assert.equal(codecString(unit, Codec.hevc), "hev1.1.6.L93.B0");
});

test("Hevc.HasNoNameWhereTheSpsIsCutOff", () => {
  const unit = Uint8Array.from([...kStart, 0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0xb0]);
  assert.equal(codecString(unit, Codec.hevc), null);
});

test("NextNal.StaysInsideWhateverTheBytes", () => {
  let state = 12345;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24;
  for (let round = 0; round < 2000; ++round) {
    const bytes = Uint8Array.from({ length: round % 40 }, () => random() & 3);
    for (let at = nextNal(bytes, 0); at >= 0; at = nextNal(bytes, at)) assert.ok(at < bytes.length);
    codecString(bytes, Codec.h264);
    codecString(bytes, Codec.hevc);
  }
});
