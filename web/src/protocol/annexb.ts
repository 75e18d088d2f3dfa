// SPDX-License-Identifier: Apache-2.0
//
// Finds the sequence parameter set in an Annex B access unit and says, as RFC 6381 names it, which decoder it needs.
// The bytes come from the network: no read leaves the array, whatever they say.

import { Codec } from "./frame_header.ts";

const kH264Sps = 7;
const kHevcSps = 33;

/** Offset of the first byte after the next start code (00 00 01) at or after `from`, or -1. */
export function nextNal(data: Uint8Array, from: number): number {
  for (let i = from; i + 3 < data.length; ++i) {
    if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) return i + 3;
  }
  return -1;
}

/**
 * "avc1.42C01F", "hev1.1.6.L93.B0": what VideoDecoder.configure() wants for this keyframe.
 * Null where it carries no whole sequence parameter set.
 */
export function codecString(data: Uint8Array, codec: number): string | null {
  for (let at = nextNal(data, 0); at >= 0; at = nextNal(data, at)) {
    const first = data[at] ?? 0;
    if (codec === Codec.h264 && (first & 0x1f) === kH264Sps) return h264String(data, at);
    if (codec === Codec.hevc && ((first >> 1) & 0x3f) === kHevcSps) return hevcString(data, at);
  }
  return null;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0").toUpperCase();
}

/** profile_idc, constraint flags, level_idc: the three bytes after the NAL header (ITU-T H.264 7.3.2.1.1). */
function h264String(data: Uint8Array, at: number): string | null {
  const [profile, constraints, level] = data.subarray(at + 1, at + 4);
  if (profile === undefined || constraints === undefined || level === undefined) return null;
  return `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`;
}

/** profile_tier_level starts two bytes into the payload (ITU-T H.265 7.3.2.2, 7.3.3; ISO/IEC 14496-15 annex E). */
function hevcString(data: Uint8Array, at: number): string | null {
  const bytes = unescape(data, at + 3, 12);
  if (bytes === null) return null;
  const general = bytes[0]!;
  const space = ["", "A", "B", "C"][general >> 6]!;
  const tier = general & 0x20 ? "H" : "L";
  const constraints = [...bytes.subarray(5, 11)];
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop();
  const parts = [`${space}${general & 0x1f}`, reversedBits(bytes).toString(16).toUpperCase(), `${tier}${bytes[11]!}`];
  return ["hev1", ...parts, ...constraints.map((b) => b.toString(16).toUpperCase())].join(".");
}

/** general_profile_compatibility_flags, bit 0 first, as a number whose lowest bit is flag 0. */
function reversedBits(bytes: Uint8Array): number {
  let value = 0;
  for (let bit = 31; bit >= 0; --bit) value = value * 2 + ((bytes[1 + (bit >> 3)]! >> (7 - (bit & 7))) & 1);
  return value;
}

/** `count` payload bytes from `at` on, without emulation prevention bytes; null where they end too early. */
function unescape(data: Uint8Array, at: number, count: number): Uint8Array | null {
  const out = new Uint8Array(count);
  let zeros = 0;
  for (let written = 0; written < count; ++at) {
    const byte = data[at];
    if (byte === undefined) return null;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[written++] = byte;
  }
  return out;
}
