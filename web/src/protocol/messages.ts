// SPDX-License-Identifier: Apache-2.0
//
// The binary messages of /stream/ws, from bytes to values, checked against the schema. What cannot be read is null and
// the caller counts it; a type or subject that nobody here knows is `unknown` and harmless.

import {
  decodeClockMessage,
  decodeTelemetryMessage,
  encodeClockMessage,
  MessageType,
  parsePayload,
  parseTelemetry,
  type Signal,
  subjects,
  type Subject,
  type SubjectPayloads,
} from "../generated/schema.ts";
import { parseFrame, type FrameHeader } from "./frame_header.ts";

/** A payload with the subject that tells its type. */
export type Telemetry = { [S in Subject]: { subject: S; payload: SubjectPayloads[S] } }[Subject];

export type ServerMessage =
  | { type: "video"; header: FrameHeader; payload: Uint8Array }
  | ({ type: "telemetry" } & Telemetry)
  | { type: "clock"; client_us: number; server_us: number }
  | { type: "signal"; signal: Signal }
  | { type: "unknown" };

const kUnknown: ServerMessage = { type: "unknown" };
const kClockReply = 1;

export function parseServerMessage(buffer: ArrayBuffer): ServerMessage | null {
  const bytes = new Uint8Array(buffer);
  switch (bytes[0]) {
    case undefined:
      return null;
    case MessageType.video: {
      const frame = parseFrame(bytes);
      return frame && { type: "video", ...frame };
    }
    case MessageType.telemetry:
      return parseTelemetryMessage(bytes);
    case MessageType.clock: {
      const clock = decodeClockMessage(bytes);
      return clock && clock.kind === kClockReply ? { type: "clock", ...clock } : null;
    }
    case MessageType.signal: {
      const signal = parsePayload("Signal", bytes.subarray(1));
      return signal && { type: "signal", signal };
    }
    default:
      return kUnknown;
  }
}

function parseTelemetryMessage(bytes: Uint8Array): ServerMessage | null {
  const message = decodeTelemetryMessage(bytes);
  if (message === null) return null;
  if (!Object.hasOwn(subjects, message.subject)) return kUnknown;
  const subject = message.subject as Subject;
  const payload = parseTelemetry(subject, message.payload);
  return payload && ({ type: "telemetry", subject, payload } as ServerMessage);
}

export function encodeClockRequest(client_us: number): Uint8Array<ArrayBuffer> {
  return encodeClockMessage({ kind: 0, client_us, server_us: 0 });
}
