// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { PathChoice } from "./path_choice.ts";

test("PathChoice.BeginsWithWebSocketAndTakesWebRtcWhenItComesInTime", () => {
  const choice = new PathChoice();
  assert.equal(choice.shown(), "websocket");
  choice.asked(1000);
  assert.equal(choice.shown(), "websocket");
  choice.cameUp(2900);
  assert.equal(choice.shown(), "webrtc");
});

test("PathChoice.StaysWhereItIsWhenWebRtcComesLate", () => {
  const choice = new PathChoice();
  choice.asked(1000);
  choice.cameUp(3001);
  assert.equal(choice.shown(), "websocket");
  assert.ok(choice.toggle());
  assert.equal(choice.shown(), "webrtc");
});

test("PathChoice.FallsBackAtOnceAndReturnsByItself", () => {
  const choice = new PathChoice();
  choice.asked(0);
  choice.cameUp(500);
  choice.wentDown();
  assert.equal(choice.shown(), "websocket");
  choice.asked(10_000);
  choice.cameUp(10_500);
  assert.equal(choice.shown(), "webrtc");
});

test("PathChoice.KeepsWhatThePersonChose", () => {
  const choice = new PathChoice();
  assert.ok(!choice.toggle());
  choice.asked(0);
  choice.cameUp(500);
  choice.toggle();
  assert.equal(choice.shown(), "websocket");
  choice.wentDown();
  choice.asked(1000);
  choice.cameUp(1100);
  assert.equal(choice.shown(), "websocket");
});
