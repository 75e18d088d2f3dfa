// SPDX-License-Identifier: Apache-2.0
//
// What a gamepad's buttons do. Menu and View act by being held: Menu re-arms after a second, View pauses when tapped
// and asks for a reset when held.

import type { Actions } from "./actions.ts";
import { Button } from "./gamepad.ts";
import { Hold } from "./hold.ts";
import type { RearmHold } from "./rearm_hold.ts";

export interface PadTargets {
  actions: Actions;
  rearm: RearmHold;
  stopped(): boolean;
  askReset(): void;
}

export class PadButtons {
  private readonly view_ = new Hold();
  private view_down_ = false;
  private view_asked_ = false;
  private menu_down_ = false;

  constructor(private readonly targets_: PadTargets) {}

  pressed(index: number): void {
    const { actions } = this.targets_;
    if (index === Button.b) actions.estop();
    else if (index === Button.y) actions.nextCamera();
    else if (index === Button.lb) actions.gripper(0);
    else if (index === Button.rb) actions.gripper(1);
  }

  held(held: readonly number[]): void {
    this.menu(held.includes(Button.menu));
    this.view(held.includes(Button.view));
  }

  private menu(down: boolean): void {
    if (down === this.menu_down_) return;
    this.menu_down_ = down;
    if (!down) this.targets_.rearm.release();
    else if (this.targets_.stopped()) this.targets_.rearm.press();
  }

  private view(down: boolean): void {
    const now_ms = performance.now();
    if (down) {
      this.view_.press(now_ms);
      if (this.view_.completed(now_ms)) {
        this.view_asked_ = true;
        this.targets_.askReset();
      }
    } else {
      if (this.view_down_ && !this.view_asked_) this.targets_.actions.togglePause();
      this.view_asked_ = false;
      this.view_.release();
    }
    this.view_down_ = down;
  }
}
