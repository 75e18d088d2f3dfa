// SPDX-License-Identifier: Apache-2.0
//
// The binary messages of the data channel `control` (stream.md): what leaves the page, and what comes back. The layouts
// are the schema's; here they meet the values that the page has.

import {
  decodeChannelAck,
  decodeChannelClock,
  encodeChannelGamepad,
  encodeChannelTwist,
  limits,
  type Joy,
  type Twist,
} from "../generated/schema.ts";

export type ControlMessage =
  | { kind: "ack"; sequence: number; status: "ok" | "refused" | "unsupported" | "error" }
  | { kind: "clock"; robot_us: number };

const kStatuses = ["ok", "refused", "unsupported", "error"] as const;
const kMostAxes = 32;
const kMostButtons = 32;

/** `sequence` grows; `echo_us` is the newest clock of the robot that was heard, 0 before the first. */
export function twistBytes({ linear, angular }: Twist, sequence: number, echo_us: number): Uint8Array<ArrayBuffer> {
  return encodeChannelTwist({
    sequence,
    ttl_ms: limits.ttl_ms_default,
    echo_us,
    linear_x: linear.x,
    linear_y: linear.y,
    linear_z: linear.z,
    angular_x: angular.x,
    angular_y: angular.y,
    angular_z: angular.z,
  });
}

export function gamepadBytes({ axes, buttons }: Joy, sequence: number): Uint8Array<ArrayBuffer> {
  const pressed = buttons.slice(0, kMostButtons).reduce((bits, button, i) => (button === 0 ? bits : (bits | (1 << i)) >>> 0), 0);
  return encodeChannelGamepad({ sequence, axes: axes.slice(0, kMostAxes), buttons: pressed });
}

/** Null where the bytes are nothing that the server sends. */
export function parseControlMessage(bytes: Uint8Array): ControlMessage | null {
  if (bytes.length > limits.control_channel_bytes_max) return null;
  const ack = decodeChannelAck(bytes);
  if (ack !== null) return { kind: "ack", sequence: ack.sequence, status: kStatuses[ack.status]! };
  const clock = decodeChannelClock(bytes);
  return clock && { kind: "clock", ...clock };
}
