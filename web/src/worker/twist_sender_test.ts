// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Twist } from "../generated/schema.ts";
import { isZero, kZeroTwist, TwistSender } from "./twist_sender.ts";

const kForward: Twist = { linear: { x: 0.5, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } };

test("TwistSender.SendsWhatIsAskedWhileTheVideoIsFresh", () => {
  const sender = new TwistSender();
  assert.equal(sender.asked(kForward, true, true, 0), kForward);
  assert.equal(sender.asked(kForward, true, true, 17), kForward);
});

test("TwistSender.SendsOneZeroAndThenNothingWhenTheVideoGoesStale", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  assert.deepEqual(sender.asked(kForward, true, false, 17), kZeroTwist);
  assert.equal(sender.asked(kForward, true, false, 34), null);
  assert.equal(sender.tick(false, 51), null);
});

test("TwistSender.NoticesStaleVideoWithoutThePage", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  assert.equal(sender.tick(true, 20), null);
  assert.deepEqual(sender.tick(false, 40), kZeroTwist);
  assert.equal(sender.tick(false, 60), null);
});

test("TwistSender.SendsZeroWhenThePageHangs", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  assert.equal(sender.tick(true, 100), null);
  assert.deepEqual(sender.tick(true, 200), kZeroTwist);
});

test("TwistSender.SendsZeroWhenThePageMayNotDriveAnyLonger", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  assert.deepEqual(sender.asked(kForward, false, true, 17), kZeroTwist);
  assert.equal(sender.asked(kForward, false, true, 34), null);
});

test("TwistSender.AStickHeldOverMovesNothingUntilItWasLetGo", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  sender.asked(kForward, true, false, 17);
  assert.deepEqual(sender.asked(kForward, true, true, 34), kZeroTwist);
  assert.ok(sender.needsNeutral());
  sender.asked(kZeroTwist, true, true, 51);
  assert.equal(sender.asked(kForward, true, true, 68), kForward);
});

test("TwistSender.AHangingPageMustLetGoToo", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  sender.tick(true, 1000);
  assert.deepEqual(sender.asked(kForward, true, true, 1017), kZeroTwist);
});

test("TwistSender.LettingGoWhileNothingIsSentCounts", () => {
  const sender = new TwistSender();
  sender.asked(kForward, true, true, 0);
  sender.asked(kForward, true, false, 17);
  assert.equal(sender.asked(kZeroTwist, false, false, 34), null);
  assert.equal(sender.asked(kForward, true, true, 51), kForward);
});

test("TwistSender.NeverSendsMotionWhileStaleOrForbidden", () => {
  const sender = new TwistSender();
  let seed = 7;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let now_ms = 0; now_ms < 200_000; now_ms += 5 + random() * 60) {
    const fresh = random() > 0.3;
    const may_drive = random() > 0.3;
    const sent = random() > 0.5 ? sender.asked(random() > 0.4 ? kForward : kZeroTwist, may_drive, fresh, now_ms) : sender.tick(fresh, now_ms);
    if (sent !== null && !isZero(sent)) assert.ok(fresh && may_drive);
  }
});
