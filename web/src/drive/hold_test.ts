// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Hold } from "./hold.ts";

test("Hold.CompletesOnceAfterASecond", () => {
  const hold = new Hold();
  hold.press(0);
  assert.ok(!hold.completed(999));
  assert.ok(hold.completed(1000));
  assert.ok(!hold.completed(1100));
});

test("Hold.StartsAnewWhenLetGo", () => {
  const hold = new Hold();
  hold.press(0);
  hold.release();
  assert.equal(hold.progress(900), 0);
  hold.press(900);
  assert.ok(!hold.completed(1500));
  assert.equal(hold.progress(1400), 0.5);
});
