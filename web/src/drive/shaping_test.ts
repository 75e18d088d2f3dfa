// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { kDeadZone, kNeutral, shapeAxis, shapeStick, twistOf } from "./shaping.ts";
import type { Twist } from "../generated/schema.ts";

const limits = (x: number, y: number, z: number, turn: number): Twist => ({ linear: { x, y, z }, angular: { x: 0, y: 0, z: turn } });

test("Shape.IsZeroInsideTheDeadZoneAndOneAtTheEnd", () => {
  assert.equal(shapeAxis(kDeadZone, 0.5), 0);
  assert.equal(shapeAxis(-0.11, 0.5), 0);
  assert.equal(shapeAxis(1, 0.5), 1);
  assert.equal(shapeAxis(-1, 1), -1);
});

test("Shape.IsContinuousAtTheEdgeAndGrowsAllTheWay", () => {
  assert.ok(shapeAxis(kDeadZone + 1e-6, 0.5) < 1e-4);
  for (let i = 13; i < 100; ++i) assert.ok(shapeAxis((i + 1) / 100, 0.5) > shapeAxis(i / 100, 0.5));
});

test("Shape.KeepsTheDirectionOfAStickAndStaysInTheDisc", () => {
  const [x, y] = shapeStick(0.3, 0.4, 0);
  assert.ok(Math.abs(y / x - 4 / 3) < 1e-9);
  assert.ok(Math.abs(Math.hypot(...shapeStick(1, 1, 0.5)) - 1) < 1e-9);
  assert.deepEqual(shapeStick(0.08, -0.08, 0.5), [0, 0]);
});

test("Twist.NeverLeavesTheRobotsLimits", () => {
  const robot = limits(1.5, 0, 0, 2.5);
  const twist = twistOf({ forward: 1, left: 1, up: 1, turn: 1 }, 1, robot);
  assert.deepEqual(twist, limits(1.5, 0, 0, 2.5));
});

test("Twist.TurnsARobotThatCannotGoSideways", () => {
  assert.equal(twistOf({ ...kNeutral, left: 1 }, 0.5, limits(1, 0, 0, 2)).angular.z, 1);
});

test("Twist.GoesSidewaysWhereTheRobotCan", () => {
  const { linear, angular } = twistOf({ ...kNeutral, left: -1 }, 0.5, limits(1, 0.4, 0, 2));
  assert.deepEqual([linear.y, angular.z], [-0.2, 0]);
});
