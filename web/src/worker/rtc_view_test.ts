// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { RtcView } from "./rtc_view.ts";

test("RtcView.NoticesAStallOnceAndOnlyWhereTheServerHasPictures", () => {
  const view = new RtcView();
  view.set({ shown: "webrtc", control: true });
  view.pictured(1000);
  view.sentBeside(2400);
  assert.ok(!view.stalled(2400));
  assert.ok(view.stalled(2550));
  assert.ok(!view.stalled(2560));
  view.pictured(3000);
  assert.ok(!view.stalled(9000));
});

test("RtcView.WantsTheWebSocketsPicturesWhileItHasNoneOfItsOwn", () => {
  const view = new RtcView();
  assert.ok(view.wantsBeside(0));
  view.pictured(1000);
  view.set({ shown: "webrtc", control: true });
  assert.ok(!view.wantsBeside(1100));
  assert.ok(view.wantsBeside(2200));
  view.pictured(2300);
  assert.ok(!view.wantsBeside(2300));
  view.set({ shown: "websocket", control: true });
  assert.ok(view.wantsBeside(2300));
});

test("RtcView.SaysWhenTheWebSocketIsShownAgain", () => {
  const view = new RtcView();
  assert.ok(!view.set({ shown: "websocket", control: false }));
  assert.ok(!view.set({ shown: "webrtc", control: false }));
  assert.ok(view.set({ shown: "websocket", control: false }));
  view.sentBeside(0);
  assert.ok(!view.stalled(100));
});

test("RtcView.HasTheNumbersOfWhatIsShown", () => {
  const view = new RtcView();
  view.stats = { bitrate_bps: 5, drops: 1, rtt_ms: null };
  assert.deepEqual(view.shownStats(), {});
  view.set({ shown: "webrtc", control: false });
  assert.deepEqual(view.shownStats(), { bitrate_bps: 5, drops: 1 });
});

test("RtcView.TrustsTheDataChannelWhileTheRobotsClockComesOverIt", () => {
  const view = new RtcView();
  view.set({ shown: "websocket", control: true });
  assert.ok(!view.control(0));
  view.clocked(1000);
  assert.ok(view.control(1400));
  assert.ok(!view.control(1600));
  view.set({ shown: "websocket", control: false });
  assert.ok(!view.control(1000));
});
