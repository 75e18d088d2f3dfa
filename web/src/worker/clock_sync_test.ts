// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClockSync } from "./clock_sync.ts";

test("ClockSync.KnowsNothingBeforeAnAnswer", () => {
  const clock = new ClockSync();
  assert.equal(clock.rttMs(), null);
  assert.equal(clock.ageMs(5, 1000), null);
});

test("ClockSync.TrustsTheShortestTrip", () => {
  const clock = new ClockSync();
  clock.add(1_000_000, 6_001_000, 1_002_000); // 2 ms trip, 5 s ahead
  clock.add(2_000_000, 7_090_000, 2_100_000); // 100 ms trip, lopsided
  assert.equal(clock.offsetUs(), 5_000_000);
  assert.equal(clock.rttMs(), 100);
});

test("ClockSync.TellsAgesAcrossTheWrapOf32Bits", () => {
  const clock = new ClockSync();
  clock.add(0, 0, 0);
  assert.equal(clock.ageMs(0xfffffc18, 0x1_0000_0000 + 1000), 2);
});

test("ClockSync.GivesNoAgeWhereTheCaptureTimeIsUnknown", () => {
  const clock = new ClockSync();
  clock.add(0, 0, 0);
  assert.equal(clock.ageMs(0, 1000), null);
});

test("ClockSync.FollowsAClockThatDrifts", () => {
  const clock = new ClockSync();
  for (let i = 0; i < 40; ++i) clock.add(i * 1000, i * 1000 + (i < 20 ? 100 : 900), i * 1000);
  assert.equal(clock.offsetUs(), 900);
});
