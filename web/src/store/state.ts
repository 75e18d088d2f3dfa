// SPDX-License-Identifier: Apache-2.0
//
// Everything the page knows, and all of it said by the server, the worker or the person at the controls: views read it
// and nothing else. What nobody has said yet is null, never a likely value.

import type {
  Codec,
  CommandAck,
  FrameStats,
  Imu,
  JointState,
  LeaseView,
  Odometry,
  PhysicsMetrics,
  RobotList,
  Role,
  SafetyState,
  Twist,
  Velocity,
  VideoGateState,
} from "../generated/schema.ts";
import type { Path } from "../rtc/path_choice.ts";
import type { LinkState } from "../worker/connection.ts";
import type { DecoderState, VideoState } from "../worker/protocol.ts";

export type HealthStatus = "ok" | "waiting" | "stalled" | "bus_lost" | "stuck";

/** GET /health; null: it did not answer. */
export interface Health {
  status: HealthStatus;
  /** Null where the server tells it to nobody without a token. */
  clients: number | null;
}

/** Someone who may drive, as GET /api/status tells it to those who may drive themselves. */
export interface Person {
  client: string;
  role: Role;
  /** Of the token; "" without one. */
  name: string;
}

export type InputSource = "keyboard" | "gamepad" | "touch";

/** Why the page itself sends nothing, in the order in which it is said. */
export type DriveBlock = "link" | "viewer" | "hidden" | "focus" | "video" | "stopped" | "watching" | "gamepad_lost" | null;

export interface DriveState {
  block: DriveBlock;
  source: InputSource | null;
  /** What the sticks ask for now, in the robot's units. */
  wanted: Twist;
  /** The name of the gamepad in use, null without one. */
  gamepad: string | null;
  /** A stick or key is held that was held while the robot could not be driven. */
  held_over: boolean;
  /** What cut off the last move, until the next one. */
  cut_by: DriveBlock;
}

/** The page's WebRTC connection, beside the WebSocket. */
export interface RtcState {
  /** Which way the picture on the screen comes. */
  shown: Path;
  /** There is a choice. */
  both: boolean;
  /** Twists go over its data channel. */
  control: boolean;
  /** From asking for it to its first picture; null before that. */
  first_picture_ms: number | null;
  /** Why there is none, in words; null while there is one, or one is tried. */
  why: string | null;
}

export interface State {
  link: LinkState;
  video: VideoState;
  decoder: DecoderState;
  health: Health | null;
  safety: SafetyState | null;
  gate: VideoGateState | null;
  lease: LeaseView | null;
  /** Who else may drive; empty where the server did not say. */
  people: readonly Person[];
  /** What this browser decodes, the best first; null until it was tried. */
  decodable: readonly Codec[] | null;
  velocity: Velocity | null;
  odometry: Odometry | null;
  joints: JointState | null;
  imu: Imu | null;
  frame_stats: FrameStats | null;
  physics: PhysicsMetrics | null;
  robots: RobotList | null;
  /** The newest answer to a command of ours. */
  ack: CommandAck | null;
  /** When the robot's clock was last heard, performance.now() milliseconds. */
  robot_heard_ms: number | null;
  /** Nothing was heard from the robot for a second while the link was open. */
  robot_silent: boolean;
  rtc: RtcState;
  drive: DriveState;
}

const kStill: Twist = { linear: { x: 0, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } };

const kNoVideo: VideoState = {
  fps: 0,
  bitrate_bps: 0,
  age_ms: null,
  drawn: 0,
  drops: 0,
  skips: 0,
  errors: 0,
  codec: "",
  width: 0,
  height: 0,
  seq: 0,
  rtt_ms: null,
  fresh: false,
  needs_neutral: false,
  malformed: 0,
};

export const kInitialState: State = {
  link: { phase: "connecting", tries: 1, retry_ms: 0, reason: "", denial: null, role: null },
  video: kNoVideo,
  decoder: { phase: "ok", codec: null },
  health: null,
  safety: null,
  gate: null,
  lease: null,
  people: [],
  decodable: null,
  velocity: null,
  odometry: null,
  joints: null,
  imu: null,
  frame_stats: null,
  physics: null,
  robots: null,
  ack: null,
  robot_heard_ms: null,
  robot_silent: false,
  rtc: { shown: "websocket", both: false, control: false, first_picture_ms: null, why: null },
  drive: { block: "link", source: null, wanted: kStill, gamepad: null, held_over: false, cut_by: null },
};
