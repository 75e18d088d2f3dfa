// SPDX-License-Identifier: Apache-2.0
//
// What the worker knows of the WebRTC connection that the page has: whether it shows the picture and carries twists, and
// whether its pictures still come. Pure; time is passed in.

import type { Path } from "../rtc/path_choice.ts";
import type { RtcStats } from "../rtc/rtc_stats.ts";

/** Longer than the server leaves a thin link still. No picture for this long, while the WebSocket had one within kBesideMs: it is WebRTC that stalls, not the server. */
const kStallMs = 1500;
const kBesideMs = 200;
/** So long without a picture, the WebSocket's are asked for again, to see who it is. */
const kDoubtMs = 1200;
/** The robot's clock comes twenty times a second; a data channel on which ten are missing is not trusted with twists. */
const kClockMs = 500;

export class RtcView {
  stats: RtcStats | null = null;
  private shown_: Path = "websocket";
  private control_ = false;
  private clocked_ms_ = Number.NEGATIVE_INFINITY;
  private pictured_ms_ = Number.NEGATIVE_INFINITY;
  private beside_ms_ = Number.NEGATIVE_INFINITY;

  /** True where the WebSocket's pictures are shown again, whose decoder has missed what came since. */
  set({ shown, control }: { shown: Path; control: boolean }): boolean {
    const back = this.shown_ === "webrtc" && shown === "websocket";
    this.shown_ = shown;
    this.control_ = control;
    if (back) this.stats = null;
    return back;
  }

  shown(): boolean {
    return this.shown_ === "webrtc";
  }

  /** The data channel takes twists, and lives. */
  control(now_ms: number): boolean {
    return this.control_ && now_ms - this.clocked_ms_ < kClockMs;
  }

  /** The robot's clock came over the data channel. */
  clocked(now_ms: number): void {
    this.clocked_ms_ = now_ms;
  }

  pictured(now_ms: number): void {
    this.pictured_ms_ = now_ms;
  }

  /** A picture came over the WebSocket. */
  sentBeside(now_ms: number): void {
    this.beside_ms_ = now_ms;
  }

  /** True once: WebRTC shows nothing new though the server sends pictures. */
  stalled(now_ms: number): boolean {
    if (!this.shown() || now_ms - this.pictured_ms_ < kStallMs || now_ms - this.beside_ms_ > kBesideMs) return false;
    this.pictured_ms_ = now_ms;
    return true;
  }

  /** Whether the WebSocket is to carry pictures, too: not while WebRTC brings them, whose link is the same. */
  wantsBeside(now_ms: number): boolean {
    return !this.shown() || now_ms - this.pictured_ms_ >= kDoubtMs;
  }

  /** What of the status line WebRTC says; nothing while it is not shown. */
  shownStats(): Partial<Pick<RtcStats, "bitrate_bps" | "drops" | "rtt_ms">> {
    if (!this.shown() || this.stats === null) return {};
    const { bitrate_bps, drops, rtt_ms } = this.stats;
    return rtt_ms === null ? { bitrate_bps, drops } : { bitrate_bps, drops, rtt_ms };
  }
}
