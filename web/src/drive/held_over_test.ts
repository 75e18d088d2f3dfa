// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldOver } from "./held_over.ts";
import { isNeutral, kNeutral } from "./shaping.ts";

const kForward = { ...kNeutral, forward: 1 };

test("HeldOver.PassesWhatIsPressedWhileNothingIsInTheWay", () => {
  const input = new HeldOver();
  assert.equal(input.filter(kForward, false), kForward);
  assert.ok(!input.mustLetGo());
});

test("HeldOver.WantsToBeLetGoAfterABlock", () => {
  const input = new HeldOver();
  assert.ok(isNeutral(input.filter(kForward, true)));
  assert.ok(isNeutral(input.filter(kForward, false)));
  assert.ok(input.mustLetGo());
  input.filter(kNeutral, false);
  assert.equal(input.filter(kForward, false), kForward);
});

test("HeldOver.LettingGoDuringTheBlockIsEnough", () => {
  const input = new HeldOver();
  input.filter(kForward, true);
  input.filter(kNeutral, true);
  assert.equal(input.filter(kForward, false), kForward);
});

test("HeldOver.WhatCannotBeSeenMayBeHeld", () => {
  const input = new HeldOver();
  assert.ok(isNeutral(input.filter(null, false)));
  assert.ok(isNeutral(input.filter(kForward, false)));
  input.filter(kNeutral, false);
  assert.equal(input.filter(kForward, false), kForward);
});

test("HeldOver.NeverMovesThroughABlockWhateverComes", () => {
  const input = new HeldOver();
  let seed = 11;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  let neutral_since_block = true;
  for (let i = 0; i < 50_000; ++i) {
    const axes = random() < 0.1 ? null : random() < 0.4 ? kNeutral : kForward;
    const blocked = random() < 0.2;
    const out = input.filter(axes, blocked);
    if (axes === kNeutral) neutral_since_block = true;
    if (!isNeutral(out)) assert.ok(!blocked && neutral_since_block);
    if (axes === null || (blocked && axes !== kNeutral)) neutral_since_block = false;
  }
});
