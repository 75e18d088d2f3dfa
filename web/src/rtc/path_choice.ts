// SPDX-License-Identifier: Apache-2.0
//
// Which way the picture on the screen comes. WebSocket at once; WebRTC takes over where its first picture is there within
// two seconds of asking, and later only when the person says so; where it ends, WebSocket is back at once. Pure.

export type Path = "websocket" | "webrtc";

const kInTimeMs = 2000;

export class PathChoice {
  private person_: Path | null = null;
  private asked_ms_ = Number.NEGATIVE_INFINITY;
  private up_ = false;
  private took_ms_ = Number.POSITIVE_INFINITY;

  /** WebRTC is asked for, now. */
  asked(now_ms: number): void {
    this.asked_ms_ = now_ms;
    this.up_ = false;
  }

  /** Its first picture is there. */
  cameUp(now_ms: number): void {
    if (this.up_) return;
    this.up_ = true;
    this.took_ms_ = now_ms - this.asked_ms_;
  }

  wentDown(): void {
    this.up_ = false;
  }

  /** The person wants the other one; false where there is none. */
  toggle(): boolean {
    if (!this.up_) return false;
    this.person_ = this.shown() === "webrtc" ? "websocket" : "webrtc";
    return true;
  }

  shown(): Path {
    if (!this.up_) return "websocket";
    return this.person_ ?? (this.took_ms_ <= kInTimeMs ? "webrtc" : "websocket");
  }

  /** From asking to the first picture; null where it is not there. */
  tookMs(): number | null {
    return this.up_ ? this.took_ms_ : null;
  }

  /** Both are there. */
  hasBoth(): boolean {
    return this.up_;
  }
}
