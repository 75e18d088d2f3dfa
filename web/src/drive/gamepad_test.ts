// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Button, padName, readPad, type PadSnapshot } from "./gamepad.ts";

function pad(axes: number[], down: Record<number, number> = {}): PadSnapshot {
  const buttons = Array.from({ length: 17 }, (_, i) => ({ pressed: (down[i] ?? 0) > 0, value: down[i] ?? 0 }));
  return { id: "pad", mapping: "standard", axes, buttons };
}

test("Gamepad.StickUpIsForwardAndStickLeftIsLeft", () => {
  const { axes } = readPad(pad([0, -1, 0, 0]), [], 0.5);
  assert.deepEqual([axes.forward, axes.left], [1, 0]);
  assert.equal(readPad(pad([-1, 0, 0, 0]), [], 0.5).axes.left, 1);
  assert.equal(readPad(pad([0, 0, -1, 0]), [], 0.5).axes.turn, 1);
});

test("Gamepad.RestsAtExactlyZero", () => {
  const { axes, orbit } = readPad(pad([0.05, -0.05, 0.1, -0.1]), [], 0.5);
  assert.ok(Object.values(axes).every((value) => Object.is(value, 0)));
  assert.ok(Object.is(orbit, 0));
});

test("Gamepad.TellsAButtonOnceWhenItGoesDown", () => {
  const first = readPad(pad([], { [Button.b]: 1 }), [], 0.5);
  assert.deepEqual(first.pressed, [Button.b]);
  assert.deepEqual(readPad(pad([], { [Button.b]: 1 }), first.held, 0.5).pressed, []);
});

test("Gamepad.TriggersAreSpeedAndDeadMan", () => {
  const reading = readPad(pad([], { [Button.rt]: 0.5, [Button.lt]: 0.4 }), [], 0.5);
  assert.equal(reading.boost, 0.5);
  assert.ok(reading.dead_man_held);
});

test("Gamepad.HasANameForPeople", () => {
  assert.equal(padName("Xbox 360 Controller (XInput STANDARD GAMEPAD)"), "Xbox 360 Controller (XInput STANDARD GAMEPAD)");
  assert.equal(padName("Microsoft X-Box 360 pad (STANDARD GAMEPAD Vendor: 045e Product: 028e)"), "Microsoft X-Box 360 pad");
  assert.equal(padName("28de-11ff-Microsoft X-Box 360 pad 0"), "Microsoft X-Box 360 pad 0");
  assert.equal(padName(""), "Gamepad");
});
