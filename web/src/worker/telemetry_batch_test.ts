// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Telemetry } from "../protocol/messages.ts";
import { TelemetryBatch } from "./telemetry_batch.ts";

const imu = (x: number) => ({ subject: "telemetry.imu", payload: { x } }) as unknown as Telemetry;
const clock = { subject: "telemetry.clock", payload: { robot_us: 1 } } as Telemetry;

test("TelemetryBatch.PassesTheNewestOfAStreamAndEventsAtOnce", async () => {
  const delivered: Telemetry[][] = [];
  const batch = new TelemetryBatch((items) => delivered.push(items));
  batch.add(imu(1));
  batch.add(imu(2));
  assert.deepEqual(delivered, []);
  batch.add(clock);
  assert.deepEqual(delivered, [[imu(2)], [clock]]);
  batch.add(imu(3));
  await new Promise((resolve) => setTimeout(resolve, 30)); // longer than the batch waits, so its own comes first
  assert.deepEqual(delivered.at(-1), [imu(3)]);
});
