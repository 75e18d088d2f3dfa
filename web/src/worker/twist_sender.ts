// SPDX-License-Identifier: Apache-2.0
//
// The browser's layer of safety, where the page cannot hold it up: twists leave only while pictures are fresh and the
// page keeps saying so. When either ends, one zero twist leaves and then nothing; a stick that was held over moves the
// robot only after it was let go. Pure: time and freshness are passed in, so that every transition is tested.

import type { Twist } from "../generated/schema.ts";

/** The page repeats itself every 17 ms; a page that is silent for this long hangs or is throttled. */
const kPageSilenceMs = 150;

export const kZeroTwist: Twist = Object.freeze({
  linear: Object.freeze({ x: 0, y: 0, z: 0 }),
  angular: Object.freeze({ x: 0, y: 0, z: 0 }),
});

export function isZero({ linear: l, angular: a }: Twist): boolean {
  return l.x === 0 && l.y === 0 && l.z === 0 && a.x === 0 && a.y === 0 && a.z === 0;
}

export class TwistSender {
  private sending_ = false;
  private needs_neutral_ = false;
  private asked_ms_ = 0;

  /** A stick is held over: it moves nothing until it was let go. */
  needsNeutral(): boolean {
    return this.needs_neutral_;
  }

  /** The sticks stand at `wanted`, and the page may drive or not. What to send now; null: nothing. */
  asked(wanted: Twist, may_drive: boolean, fresh: boolean, now_ms: number): Twist | null {
    if (isZero(wanted)) this.needs_neutral_ = false;
    if (!may_drive || !fresh) {
      if (!isZero(wanted)) this.needs_neutral_ = true;
      return this.cut();
    }
    this.asked_ms_ = now_ms;
    this.sending_ = true;
    return this.needs_neutral_ ? kZeroTwist : wanted;
  }

  /** Called often: notices what nobody says. What to send now; null: nothing. */
  tick(fresh: boolean, now_ms: number): Twist | null {
    if (!this.sending_) return null;
    if (fresh && now_ms - this.asked_ms_ <= kPageSilenceMs) return null;
    this.needs_neutral_ = true;
    return this.cut();
  }

  private cut(): Twist | null {
    if (!this.sending_) return null;
    this.sending_ = false;
    return kZeroTwist;
  }
}
