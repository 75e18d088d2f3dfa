// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodableCodecs, offeredCodecs, otherCodec, type Probe } from "./codecs.ts";

const decodes = (prefix: string): Probe => async ({ codec }) => ({ supported: codec.startsWith(prefix) });

test("Codecs.AreWhatTheBrowserSaysItDecodesAndJpeg", async () => {
  assert.deepEqual(await decodableCodecs(decodes("avc1")), ["h264", "jpeg"]);
  assert.deepEqual(await decodableCodecs(decodes("")), ["h264", "hevc", "jpeg"]);
  assert.deepEqual(await decodableCodecs(null), ["jpeg"]);
  assert.deepEqual(await decodableCodecs(() => Promise.reject(new TypeError("no"))), ["jpeg"]);
});

test("Codecs.AreOfferedWhereBothSidesHaveThem", () => {
  assert.deepEqual(offeredCodecs(["h264", "jpeg"], ["hevc", "h264", "jpeg"]), ["h264", "jpeg"]);
  assert.deepEqual(offeredCodecs(["h264", "hevc", "jpeg"], ["h264"]), ["h264"]);
  assert.deepEqual(offeredCodecs(["h264", "jpeg"], undefined), ["h264", "jpeg"]);
  assert.deepEqual(offeredCodecs(null, ["h264"]), ["h264"]);
});

test("Codecs.HaveAnotherOneWhereThereIsOne", () => {
  assert.equal(otherCodec(["h264", "jpeg"], ["h264", "hevc", "jpeg"], "hevc"), "h264");
  assert.equal(otherCodec(["jpeg"], ["h264", "jpeg"], "h264"), "jpeg");
  assert.equal(otherCodec(["jpeg"], ["h264"], "h264"), null);
  assert.equal(otherCodec(null, undefined, undefined), "jpeg");
});
