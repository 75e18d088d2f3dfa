// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FrameDecoder, type DecoderEvents } from "./video_decoder.ts";

/** As much of WebCodecs as the decoder uses: gives each chunk back as a picture when told to. */
class FakeDecoder {
  static made: FakeDecoder[] = [];
  static refuse = false;
  decodeQueueSize = 0;
  state = "unconfigured";
  codec = "";
  chunks: { type: string; timestamp: number }[] = [];
  constructor(readonly init: { output(frame: unknown): void; error(error: unknown): void }) {
    FakeDecoder.made.push(this);
  }
  configure({ codec }: { codec: string }): void {
    this.codec = codec;
    this.state = "configured";
    if (FakeDecoder.refuse) this.init.error(new DOMException("no", "NotSupportedError"));
  }
  decode(chunk: { type: string; timestamp: number }): void {
    this.chunks.push(chunk);
  }
  close(): void {
    this.state = "closed";
  }
  give(timestamp: number): void {
    this.init.output({ timestamp, close() {} });
  }
}

const kKey = Uint8Array.from([0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0, 0, 0, 1, 0x65, 1]);
const kDelta = Uint8Array.from([0, 0, 0, 1, 0x41, 1]);

let now_ms = 0;
let seen: { pictures: number[]; dropped: number; asked: number; unsupported: (string | null)[]; failed: number };
let decoder: FrameDecoder;

function push(seq: number, keyframe = false): void {
  const flags = keyframe ? 1 : 0;
  decoder.push({ frame_id: seq, frame_seq: seq, size: 1, flags, codec: 1, crc32: 0, capture_us: 1 }, keyframe ? kKey : kDelta);
}

beforeEach(() => {
  const globals = globalThis as Record<string, unknown>;
  globals.VideoDecoder = FakeDecoder;
  globals.EncodedVideoChunk = class {
    constructor(init: object) {
      Object.assign(this, init);
    }
  };
  FakeDecoder.made = [];
  FakeDecoder.refuse = false;
  now_ms = 0;
  seen = { pictures: [], dropped: 0, asked: 0, unsupported: [], failed: 0 };
  const events: DecoderEvents = {
    picture: ({ header }) => seen.pictures.push(header.frame_seq),
    dropped: (count) => (seen.dropped += count),
    keyframeNeeded: () => ++seen.asked,
    unsupported: (codec) => seen.unsupported.push(codec),
    failed: () => ++seen.failed,
    nowMs: () => now_ms,
  };
  decoder = new FrameDecoder(events);
});

test("Decoder.BeginsAtAKeyframeAndNamesItsCodec", () => {
  push(5);
  assert.equal(seen.asked, 1);
  push(6, true);
  push(7);
  const [made] = FakeDecoder.made;
  assert.equal(made!.codec, "avc1.42C01F");
  assert.deepEqual(made!.chunks.map((chunk) => chunk.type), ["key", "delta"]);
  made!.give(6);
  made!.give(7);
  assert.deepEqual(seen.pictures, [6, 7]);
  assert.equal(seen.dropped, 0);
});

test("Decoder.KeepsItsDecoderAcrossKeyframesOfOneKind", () => {
  push(1, true);
  push(2, true);
  assert.equal(FakeDecoder.made.length, 1);
});

test("Decoder.WaitsForAKeyframeAfterAGapAndAsksAgainUntilItComes", () => {
  push(1, true);
  FakeDecoder.made[0]!.give(1);
  push(3);
  push(4);
  assert.equal(seen.asked, 1);
  now_ms = 600;
  push(5);
  assert.equal(seen.asked, 2);
  assert.equal(seen.dropped, 4);
  push(6, true);
  FakeDecoder.made[1]!.give(6);
  assert.deepEqual(seen.pictures, [1, 6]);
});

test("Decoder.MayCatchUpWithABurstButNotStayBehind", () => {
  push(1, true);
  FakeDecoder.made[0]!.decodeQueueSize = 20;
  for (let seq = 2; seq < 30; ++seq) push(seq);
  assert.equal(FakeDecoder.made[0]!.chunks.length, 29);
  now_ms = 500;
  push(30);
  assert.equal(FakeDecoder.made[0]!.state, "closed");
  assert.equal(seen.asked, 1);
});

test("Decoder.StartsAnewAfterAnError", () => {
  push(1, true);
  FakeDecoder.made[0]!.init.error(new DOMException("broken", "EncodingError"));
  assert.deepEqual([seen.failed, seen.asked], [1, 1]);
  push(2, true);
  assert.equal(FakeDecoder.made.length, 2);
});

test("Decoder.SaysWhatTheBrowserCannotDecode", () => {
  FakeDecoder.refuse = true;
  push(1, true);
  assert.deepEqual(seen.unsupported, ["avc1.42C01F"]);
  push(2, true);
  assert.equal(FakeDecoder.made.length, 1);
});

test("Decoder.SaysThatThereIsNoWebCodecs", () => {
  delete (globalThis as Record<string, unknown>).VideoDecoder;
  push(1, true);
  assert.deepEqual(seen.unsupported, [null]);
});
