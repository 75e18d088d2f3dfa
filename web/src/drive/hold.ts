// SPDX-License-Identifier: Apache-2.0
//
// "Hold for a second": progress from 0 to 1 while something is held, and one call when it is full. Pure; the time is
// passed in. Nothing happens twice in one hold.

export const kHoldMs = 1000;

export class Hold {
  private since_ms_: number | null = null;
  private done_ = false;

  press(now_ms: number): void {
    this.since_ms_ ??= now_ms;
  }

  release(): void {
    this.since_ms_ = null;
    this.done_ = false;
  }

  progress(now_ms: number): number {
    if (this.since_ms_ === null || this.done_) return 0;
    return Math.min(1, (now_ms - this.since_ms_) / kHoldMs);
  }

  /** True once per hold, when it was long enough. */
  completed(now_ms: number): boolean {
    if (this.done_ || this.progress(now_ms) < 1) return false;
    this.done_ = true;
    return true;
  }
}
