// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatsCounter } from "./stream_stats.ts";

test("Stats.CountPicturesAndBitsOfTheLastSecond", () => {
  const stats = new StatsCounter();
  for (let ms = 0; ms < 3000; ms += 20) {
    stats.received(1000, ms);
    stats.drawn(25, ms);
  }
  const { fps, bitrate_bps, age_ms, drawn } = stats.read(3000);
  assert.deepEqual({ fps, bitrate_bps, age_ms, drawn }, { fps: 49, bitrate_bps: 392_000, age_ms: 25, drawn: 150 });
});

test("Stats.AgeGrowsWhileNothingIsDrawn", () => {
  const stats = new StatsCounter();
  stats.drawn(20, 0);
  assert.equal(stats.read(5000).age_ms, 5020);
  assert.equal(stats.read(5000).fps, 0);
});

test("Stats.TellDropsFromSkipsAndErrors", () => {
  const stats = new StatsCounter();
  stats.dropped(3);
  stats.skipped();
  stats.failed();
  const { drops, skips, errors } = stats.read(0);
  assert.deepEqual({ drops, skips, errors }, { drops: 3, skips: 1, errors: 1 });
});
