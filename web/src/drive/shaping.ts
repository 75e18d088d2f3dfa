// SPDX-License-Identifier: Apache-2.0
//
// From sticks to a twist: dead zone, curve, speed, the robot's limits. Pure. Axes run from -1 to 1 in the robot's
// frame: forward, left, up and a turn to the left are positive.

import type { Twist } from "../generated/schema.ts";

export const kDeadZone = 0.12;

export interface Axes {
  forward: number;
  left: number;
  up: number;
  turn: number;
}

export const kNeutral: Axes = Object.freeze({ forward: 0, left: 0, up: 0, turn: 0 });

export function isNeutral(axes: Axes): boolean {
  return axes.forward === 0 && axes.left === 0 && axes.up === 0 && axes.turn === 0;
}

/** How a stick's travel becomes speed: 0 straight, 1 gentle in the middle and the same at the end. */
function curved(travel: number, curve: number): number {
  return (1 - curve) * travel + curve * travel ** 3;
}

function travelOf(magnitude: number, curve: number): number {
  const travel = Math.min(1, Math.max(0, (magnitude - kDeadZone) / (1 - kDeadZone)));
  return curved(travel, curve);
}

/** One axis of a stick, dead zone and curve applied. */
export function shapeAxis(value: number, curve: number): number {
  const travel = travelOf(Math.abs(value), curve);
  return travel === 0 ? 0 : Math.sign(value) * travel;
}

/** Both axes of a stick: the dead zone is a disc and the direction is kept. */
export function shapeStick(x: number, y: number, curve: number): [number, number] {
  const magnitude = Math.hypot(x, y);
  const travel = travelOf(magnitude, curve);
  return travel === 0 ? [0, 0] : [(x / magnitude) * travel, (y / magnitude) * travel];
}

function clamped(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/**
 * The twist that `axes` ask of a robot with these limits, `speed` being the share of its full speed. A robot that
 * cannot go sideways turns instead, as anyone who presses A or D expects.
 */
export function twistOf(axes: Axes, speed: number, limits: Twist): Twist {
  const sideways = limits.linear.y > 0;
  const turn = sideways ? axes.turn : axes.turn + axes.left;
  return {
    linear: {
      x: clamped(axes.forward) * speed * limits.linear.x,
      y: sideways ? clamped(axes.left) * speed * limits.linear.y : 0,
      z: clamped(axes.up) * speed * limits.linear.z,
    },
    angular: { x: 0, y: 0, z: clamped(turn) * speed * limits.angular.z },
  };
}
