// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readRtcStats } from "./rtc_stats.ts";

const report = (bytesReceived: number) =>
  new Map<string, unknown>([
    ["a", { type: "inbound-rtp", kind: "audio", bytesReceived: 9 }],
    ["v", { type: "inbound-rtp", kind: "video", bytesReceived, framesDropped: 3 }],
    ["p", { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }],
    ["q", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.002 }],
  ]);

test("RtcStats.AreRatesSinceTheLastReading", () => {
  const first = readRtcStats(report(1000), null, 1000);
  assert.deepEqual(first.stats, { bitrate_bps: 0, drops: 3, rtt_ms: 2 });
  assert.equal(readRtcStats(report(126_000), first.counts, 1500).stats.bitrate_bps, 2_000_000);
  assert.equal(readRtcStats(report(0), first.counts, 1500).stats.bitrate_bps, 0);
});

test("RtcStats.AreUnknownWhereTheBrowserTellsNothing", () => {
  assert.deepEqual(readRtcStats(new Map(), null, 0).stats, { bitrate_bps: 0, drops: 0, rtt_ms: null });
});
