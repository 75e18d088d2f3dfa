// SPDX-License-Identifier: Apache-2.0
//
// What the numbers in a frame's header mean (frames.md), and the frame inside a 0x01 message.

import { decodeVideoHeader, VideoHeaderBytes, type VideoHeader } from "../generated/schema.ts";

export const FrameFlag = { keyframe: 0x0001 } as const;
export const Codec = { h264: 1, hevc: 2, jpeg: 3 } as const;

export type FrameHeader = VideoHeader;

/** Null where the bytes end too early, or `size` is not what follows the header. */
export function parseFrame(message: Uint8Array): { header: FrameHeader; payload: Uint8Array } | null {
  const header = decodeVideoHeader(message);
  const payload = message.subarray(VideoHeaderBytes);
  if (header === null || header.size === 0 || header.size !== payload.length) return null;
  return { header, payload };
}
