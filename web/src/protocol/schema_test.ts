// SPDX-License-Identifier: Apache-2.0
// The schema's golden vectors, which the C++ side reads as well.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as schema from "../generated/schema.ts";

interface PayloadCase { type: keyof schema.Payloads; json: string; written?: unknown; error_at?: string; cpp_only?: boolean }
interface CommandCase { json: string; written?: string }
interface BinaryCase { type: string; hex: string; value?: Record<string, unknown> }

function golden<T>(file: string, list: string): T[] {
  return JSON.parse(readFileSync(`${process.env.SDR_ROOT}/schema/golden/${file}`, "utf8"))[list];
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("Payloads.AreReadAsTheVectorsSay", () => {
  for (const { type, json, written, cpp_only } of golden<PayloadCase>("payloads.json", "payloads")) {
    if (cpp_only) continue;
    assert.deepEqual(schema.parsePayload(type, json), written ?? null, `${type} ${json.slice(0, 100)}`);
    assert.deepEqual(schema.parsePayload(type, new TextEncoder().encode(json)), written ?? null);
  }
});

test("Payloads.AreRefusedWhereTheyAreNotUtf8OrTooLarge", () => {
  assert.equal(schema.parsePayload("RobotClock", Uint8Array.of(0x7b, 0xff, 0x7d)), null);
  const padded = `{"robot_us":1,"pad":"${"x".repeat(schema.limits.payload_bytes_max)}"}`;
  assert.equal(schema.parsePayload("RobotClock", padded), null);
});

test("Telemetry.IsReadByItsSubject", () => {
  assert.deepEqual(schema.parseTelemetry("telemetry.clock", '{"robot_us":5}'), { robot_us: 5 });
  assert.equal(schema.parseTelemetry("telemetry.nonsense" as schema.Subject, "{}"), null);
});

test("Commands.AreWrittenAsTheServerReadsThem", () => {
  const good = golden<CommandCase>("commands.json", "commands").filter((c) => c.written);
  for (const { written } of good) {
    const { action, cmd_seq, data, ...options } = JSON.parse(written!);
    const message = schema.encodeCommand(action as "reset", cmd_seq, data, options);
    assert.equal(message[0], schema.MessageType.command);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(message.subarray(1))), JSON.parse(written!));
  }
});

test("Binary.IsDecodedAndEncodedAsTheVectorsSay", () => {
  const functions = schema as unknown as Record<string, (argument: unknown) => unknown>;
  for (const { type, hex: text, value } of golden<BinaryCase>("binary.json", "messages")) {
    const decoded = functions[`decode${type}`]!(Uint8Array.from(Buffer.from(text, "hex"))) as Record<string, unknown> | null;
    if (!value) {
      assert.equal(decoded, null, `${type} ${text}`);
      continue;
    }
    if (typeof value.payload === "string") value.payload = new TextEncoder().encode(value.payload);
    assert.deepEqual({ ...decoded, ...(decoded?.payload ? { payload: Uint8Array.from(decoded.payload as Uint8Array) } : {}) }, value);
    assert.equal(hex(functions[`encode${type}`]!(value) as Uint8Array), text);
  }
});
