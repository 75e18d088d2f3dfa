// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Trace } from "./history.ts";
import { Store } from "./store.ts";

test("Store.TellsABurstOnce", async () => {
  const store = new Store({ a: 1, b: 1 });
  let told = 0;
  const end = store.subscribe(() => ++told);
  store.set({ a: 2 });
  store.set({ b: 2 });
  assert.deepEqual(store.get(), { a: 2, b: 2 });
  await Promise.resolve();
  assert.equal(told, 1);
  end();
  store.set({ a: 3 });
  await Promise.resolve();
  assert.equal(told, 1);
});

test("Trace.KeepsTheRecentPastAndIsBounded", () => {
  const trace = new Trace(["x"]);
  for (let i = 0; i < 10_000; ++i) trace.add(i / 100, [i]);
  const [times, values] = trace.window(100, 1);
  assert.equal(times.length, values!.length);
  assert.equal(times[0], 99);
  assert.ok(trace.window(100, 1e9)[0].length <= 2400);
});

test("Trace.StartsAnewWithOtherSeries", () => {
  const trace = new Trace(["x"]);
  trace.add(1, [1]);
  trace.relabel(["x"]);
  assert.equal(trace.window(1, 10)[0].length, 1);
  trace.relabel(["a", "b"]);
  assert.deepEqual(trace.window(1, 10), [[], [], []]);
});
