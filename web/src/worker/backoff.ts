// SPDX-License-Identifier: Apache-2.0
//
// How long to wait before the next try to connect: a quarter of a second at first, growing to four seconds, spread by
// a quarter so that a room full of pages does not come back in the same instant. Pure; randomness is passed in.

const kFirstMs = 250;
const kMostMs = 4000;
const kGrowth = 1.7;

export class Backoff {
  private tries_ = 0;

  succeeded(): void {
    this.tries_ = 0;
  }

  /** Milliseconds to wait; `random` in [0, 1). */
  next(random: number): number {
    const base = Math.min(kMostMs, kFirstMs * kGrowth ** this.tries_);
    ++this.tries_;
    return Math.round(base * (0.75 + 0.5 * random));
  }
}
