// SPDX-License-Identifier: Apache-2.0
//
// Whether the page may drive, and if not, why: the first thing that stands in the way. Pure.

import type { DriveBlock, State } from "../store/state.ts";

/** After this long without a touch of the sticks the page falls silent, so that the lease can go to someone else. */
export const kLingerMs = 30_000;

export interface Attention {
  visible: boolean;
  focused: boolean;
}

export function driveBlock(state: Readonly<State>, attention: Attention): DriveBlock {
  if (state.link.phase !== "open") return "link";
  if (state.link.role === "viewer") return "viewer";
  if (!attention.visible) return "hidden";
  if (!attention.focused) return "focus";
  if (!state.video.fresh) return "video";
  if (state.safety?.mode === "ESTOP") return "stopped";
  if (someoneElseDrives(state)) return "watching";
  return null;
}

export function someoneElseDrives({ lease }: Readonly<State>): boolean {
  return lease !== null && lease.holder !== null && lease.holder !== lease.you;
}

export function weDrive({ lease }: Readonly<State>): boolean {
  return lease !== null && lease.holder !== null && lease.holder === lease.you;
}

/** A robot that waits for a stick to be let go hears this much of a zero first: a fresh press follows a stick at rest. */
export const kLeadInMs = 100;

/** Whether a move that began `moving_ms` ago is still preceded by a zero. */
export function leadsIn({ safety }: Readonly<State>, moving_ms: number): boolean {
  return safety?.mode === "HOLD" && safety.reason === "release_stick" && moving_ms < kLeadInMs;
}

/**
 * Twists are sent to move, and while we hold the lease, zeros too, so that the robot stays armed; never merely because
 * the page is open, since a twist takes the lease.
 */
export function shouldSend(moving: boolean, holds_lease: boolean, still_ms: number): boolean {
  return moving || (holds_lease && still_ms < kLingerMs);
}
