// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSettings, parseSettings } from "./settings.ts";

test("Settings.AreDefaultsWhereNothingUsableIsKept", () => {
  for (const text of [null, "", "{", "null", "[]", '{"speed":9,"curve":"soft"}']) {
    assert.deepEqual(parseSettings(text), { speed: 1, curve: 0.5, always_full: false, dead_man: false, share_gamepad: false }, String(text));
  }
});

test("Settings.ComeBackAsTheyWereKept", async () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
  openSettings(storage).set({ speed: 0.4, dead_man: true });
  await Promise.resolve();
  assert.deepEqual(openSettings(storage).get(), { speed: 0.4, curve: 0.5, always_full: false, dead_man: true, share_gamepad: false });
});
