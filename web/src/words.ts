// SPDX-License-Identifier: Apache-2.0
//
// What is said to people: reasons, refusals, numbers. One place, so that the same thing has the same words everywhere.

import type { SafetyReason } from "./generated/schema.ts";
import type { Outcome } from "./session.ts";
import type { State } from "./store/state.ts";

/** After the badge's mode: why it is so, in a few words. */
export const kReasonWords: Record<SafetyReason, string> = {
  commanded: "following commands",
  idle: "ready, nobody is steering",
  release_stick: "let go of the stick to go on",
  twist_expired: "commands came too late",
  video_gate: "the picture is late",
  bus_lost: "the robot lost its connection",
  estop_cleared: "re-armed, ready to drive",
  estop_command: "someone pressed E-STOP",
  commands_broke_off: "commands broke off in motion",
  video_gate_repeated: "the picture failed again and again",
  emergency_stop: "the robot's own emergency stop",
  fall: "the robot fell",
  joint_limit: "a joint went past its limit",
  non_finite_state: "the robot's state made no sense",
};

export function reasonWords(reason: SafetyReason): string {
  return kReasonWords[reason] ?? String(reason).replaceAll("_", " ");
}

/** What to tell of an outcome; null where nothing needs saying. */
export function outcomeWords(what: string, { status, detail }: Outcome): string | null {
  if (status === "ok") return null;
  const because = detail === "" ? "" : `: ${detail}`;
  if (status === "refused") return `${what} was refused${because}`;
  if (status === "unsupported") return `${what} is not something this robot can do${because}`;
  if (status === "no_answer") return `${what}: no answer from the robot`;
  if (status === "no_link") return `${what}: not connected`;
  return `${what} failed${because}`;
}

/** A client as people see it: the server's ids end in a number that tells clients apart. */
export function clientName(id: string | null, you: string | null): string {
  if (id === null) return "Nobody";
  if (id === you) return "You";
  const number = /^[a-z0-9]{6,}-(\d+)$/.exec(id)?.[1];
  return number === undefined ? id : `Viewer ${number}`;
}

const kNoValue = "–";

export function fixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNoValue;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

/** Bits per second as "3.2" and "Mbit/s". */
export function bitrate(bps: number): [string, string] {
  if (bps >= 1e6) return [fixed(bps / 1e6, 1), "Mbit/s"];
  return [fixed(bps / 1e3, 0), "kbit/s"];
}

/** Which way the pictures come. */
export function pathName({ video, link }: Readonly<State>): string {
  if (link.phase !== "open") return "Offline";
  return video.codec === "JPEG" ? "JPEG" : "WebSocket";
}
