// SPDX-License-Identifier: Apache-2.0
//
// What the page and its worker say to each other. The worker owns the socket, the decoder and the canvas; the page owns
// people: what they see besides the picture, and what they press.

import type { ActionData, BrowserAction, Codec, Joy, Signal, Twist } from "../generated/schema.ts";
import type { Telemetry } from "../protocol/messages.ts";
import type { Path } from "../rtc/path_choice.ts";
import type { RtcStats } from "../rtc/rtc_stats.ts";
import type { LinkState } from "./connection.ts";
import type { StreamStats } from "./stream_stats.ts";

export interface StartRequest {
  kind: "start";
  canvas: OffscreenCanvas;
  url: string;
  token: string;
  timecode: boolean;
}

export type PageRequest =
  | StartRequest
  /** Connect anew, with another token or to another camera. */
  | { kind: "reconnect"; url: string; token: string }
  | { kind: "retry" }
  | { kind: "command"; action: BrowserAction; data: ActionData[BrowserAction]; correlation_id: string }
  /** Where the sticks stand, 60 times a second; `may_drive` false: zero at once, then nothing. */
  | { kind: "drive"; wanted: Twist; may_drive: boolean }
  /** The gamepad as it is, while it drives. */
  | { kind: "gamepad"; joy: Joy }
  /** To the server, about WebRTC. */
  | { kind: "signal"; signal: Signal }
  /** The data channel `control` is the worker's from now on, where the browser can hand it over. */
  | { kind: "control_channel"; channel: RTCDataChannel; id: number }
  /** Which path is shown, and whether twists may go over the data channel. */
  | { kind: "rtc"; shown: Path; control: boolean }
  /** WebRTC put a picture on the screen. */
  | { kind: "rtc_picture"; width: number; height: number; rtp_timestamp: number | null; shown_us: number; timecode: RtcTimecode | null }
  | ({ kind: "rtc_stats" } & RtcStats)
  /** The robot's clock as the page's data channel told it. */
  | { kind: "robot_clock"; robot_us: number };

export interface VideoState extends StreamStats {
  codec: string;
  width: number;
  height: number;
  seq: number;
  rtt_ms: number | null;
  /** A picture was drawn within the last 500 ms. */
  fresh: boolean;
  /** A stick is held that was held while the robot could not be driven. */
  needs_neutral: boolean;
  /** Messages from the server that could not be read. */
  malformed: number;
}

export interface DecoderState {
  phase: "ok" | "unsupported";
  /** What is sent and cannot be decoded, as RFC 6381 names it; null where the browser has no WebCodecs at all. */
  codec: string | null;
}

/** The time code in a picture of WebRTC's, when that went to the screen, and how long the browser had it by then. */
export interface RtcTimecode {
  capture_us: number;
  shown_us: number;
  browser_ms: number;
}

/** One picture whose time code was read back from the canvas after drawing, or from the video element that shows it. */
export interface GlassSample {
  path: Path;
  /** From the simulated instant to the drawn pixel. */
  age_ms: number;
  /** The browser's own part of it: from the socket, or a picture's last packet, to the drawn pixel. */
  browser_ms: number;
}

export type WorkerReport =
  | { kind: "link"; state: LinkState }
  | { kind: "telemetry"; items: Telemetry[] }
  | { kind: "video"; state: VideoState }
  | { kind: "decoder"; state: DecoderState }
  | { kind: "decodable"; codecs: Codec[] }
  | { kind: "glass"; samples: GlassSample[] }
  | { kind: "signal"; signal: Signal }
  /** The data channel `control` that the worker was given opened, or closed. */
  | { kind: "control"; id: number; open: boolean }
  /** For the data channel `control` where the page has it. */
  | { kind: "channel"; bytes: Uint8Array<ArrayBuffer> }
  /** WebRTC shows nothing new though the server sends pictures. */
  | { kind: "rtc_stalled" }
  | { kind: "fault"; detail: string };
