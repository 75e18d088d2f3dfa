// SPDX-License-Identifier: Apache-2.0
//
// The keys that are held, by their place on the keyboard and not by their letter, so that W A S D is a cross on every
// layout. Keys are forgotten when the page loses focus: nobody hears them come up.

import type { Axes } from "./shaping.ts";

export class Keyboard {
  private readonly held_ = new Set<string>();

  press(code: string): void {
    this.held_.add(code);
  }

  release(code: string): void {
    this.held_.delete(code);
  }

  releaseAll(): void {
    this.held_.clear();
  }

  axes(): Axes {
    return {
      forward: this.pair("KeyW", "KeyS"),
      left: this.pair("KeyA", "KeyD"),
      turn: this.pair("KeyQ", "KeyE"),
      up: this.pair("ArrowUp", "ArrowDown"),
    };
  }

  fullSpeed(): boolean {
    return this.held_.has("ShiftLeft") || this.held_.has("ShiftRight");
  }

  private pair(positive: string, negative: string): number {
    return (this.held_.has(positive) ? 1 : 0) - (this.held_.has(negative) ? 1 : 0);
  }
}
