// SPDX-License-Identifier: Apache-2.0
//
// The hold that re-arms, whoever holds: Enter, the gamepad's Menu or the button. Main thread only.

import { Hold } from "./hold.ts";

const kPeriodMs = 33;

export class RearmHold {
  private readonly hold_ = new Hold();
  private timer_: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly show_: (progress: number) => void,
    private readonly rearm_: () => void,
  ) {}

  press(): void {
    if (this.timer_ !== null) return;
    this.hold_.press(performance.now());
    this.timer_ = setInterval(() => this.step(), kPeriodMs);
  }

  release(): void {
    if (this.timer_ === null) return;
    clearInterval(this.timer_);
    this.timer_ = null;
    this.hold_.release();
    this.show_(0);
  }

  private step(): void {
    const now_ms = performance.now();
    this.show_(this.hold_.progress(now_ms));
    if (this.hold_.completed(now_ms)) this.rearm_();
  }
}
