// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "./backoff.ts";

test("Backoff.GrowsToABoundAndStartsAnewAfterSuccess", () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 12 }, () => backoff.next(0.5));
  assert.equal(waits[0], 250);
  assert.ok(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]!));
  assert.equal(waits.at(-1), 4000);
  backoff.succeeded();
  assert.equal(backoff.next(0.5), 250);
});

test("Backoff.SpreadsByAQuarter", () => {
  assert.equal(new Backoff().next(0), 188);
  assert.equal(new Backoff().next(0.999), 312);
});
