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

test("ClockSync.TellsTheAgeOfAPictureByItsRtpTimestamp", () => {
  const clock = new ClockSync();
  assert.equal(clock.rtpAgeMs(1, 0), null);
  clock.add(0, 5_000_000, 0); // the server's clock is five seconds ahead
  const now_us = 1_700_000_000_000_000;
  const captured_us = now_us + 5_000_000 - 20_000;
  const rtp_timestamp = Math.floor((captured_us * 9) / 100) % 0x1_0000_0000;
  assert.ok(Math.abs(clock.rtpAgeMs(rtp_timestamp, now_us)! - 20) < 0.1);
  assert.equal(clock.rtpAgeMs((rtp_timestamp + 0x4000_0000) % 0x1_0000_0000, now_us), null);
});
