// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encodeClockMessage, encodeTelemetryMessage, encodeVideoHeader } from "../generated/schema.ts";
import { encodeClockRequest, parseServerMessage } from "./messages.ts";

interface Golden {
  vectors: { name: string; bytes: string; fields: Record<string, string | number> }[];
}

const golden = JSON.parse(readFileSync(`${process.env.SDR_ROOT}/schema/golden/frame_header.json`, "utf8")) as Golden;

function joined(...parts: (Uint8Array | number[])[]): ArrayBuffer {
  return Uint8Array.from(parts.flatMap((part) => [...part])).buffer;
}

test("Video.ReadsTheGoldenHeaders", () => {
  for (const { name, bytes, fields } of golden.vectors) {
    const size = Number(fields.size);
    if (size === 0 || size > 1 << 20) continue;
    const message = parseServerMessage(joined([1], Buffer.from(bytes, "hex"), new Uint8Array(size)));
    assert.ok(message?.type === "video", name);
    for (const [field, value] of Object.entries(fields)) {
      assert.equal(message.header[field as keyof typeof message.header], Number(value), `${name}: ${field}`);
    }
    assert.equal(message.payload.length, size);
  }
});

test("Video.RefusesAPayloadThatIsNotAsLongAsItsHeaderSays", () => {
  const header = { frame_id: 1, frame_seq: 1, size: 4, flags: 1, codec: 1, crc32: 0, capture_us: 0 };
  for (const bytes of [0, 3, 5]) {
    assert.equal(parseServerMessage(joined(encodeVideoHeader(header), new Uint8Array(bytes))), null);
  }
  assert.equal(parseServerMessage(joined(encodeVideoHeader(header)).slice(0, 20)), null);
});

test("Telemetry.ReadsSubjectAndPayload", () => {
  const payload = new TextEncoder().encode('{"robot_us":123}');
  const message = parseServerMessage(joined(encodeTelemetryMessage({ subject: "telemetry.clock", payload })));
  assert.deepEqual(message, { type: "telemetry", subject: "telemetry.clock", payload: { robot_us: 123 } });
});

test("Telemetry.IgnoresASubjectNobodyKnows", () => {
  const payload = new TextEncoder().encode("{}");
  for (const subject of ["telemetry.later", "constructor", "__proto__"]) {
    assert.deepEqual(parseServerMessage(joined(encodeTelemetryMessage({ subject, payload }))), { type: "unknown" });
  }
});

test("Telemetry.RefusesWhatTheSchemaDoesNotAllow", () => {
  for (const text of ["", "{", "[]", "null", '{"robot_us":"soon"}', '{"robot_us":-1}']) {
    const payload = new TextEncoder().encode(text);
    assert.equal(parseServerMessage(joined(encodeTelemetryMessage({ subject: "telemetry.clock", payload }))), null, text);
  }
});

test("Clock.TakesRepliesOnly", () => {
  const reply = { kind: 1, client_us: 1_700_000_000_000_001, server_us: 1_700_000_000_500_002 };
  assert.deepEqual(parseServerMessage(joined(encodeClockMessage(reply))), { type: "clock", ...reply });
  assert.equal(parseServerMessage(joined(encodeClockRequest(5))), null);
});

test("Messages.OfUnknownTypesAreIgnoredAndEmptyOnesRefused", () => {
  assert.deepEqual(parseServerMessage(joined([0x7f, 1, 2])), { type: "unknown" });
  assert.equal(parseServerMessage(new ArrayBuffer(0)), null);
});
