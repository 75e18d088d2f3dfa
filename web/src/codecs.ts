// SPDX-License-Identifier: Apache-2.0
//
// What this browser can show of what the server can send. WebCodecs says it for H.264 and HEVC, and JPEG works wherever
// pictures do.

import type { Codec } from "./generated/schema.ts";

/** In the order in which they are preferred: a profile and level that every sender of ours stays within. */
const kTried: readonly (readonly [Codec, string])[] = [
  ["h264", "avc1.640033"],
  ["hevc", "hev1.1.6.L153.B0"],
];

export type Probe = (config: { codec: string }) => Promise<{ supported?: boolean }>;

/** The codecs that can be shown here, the best first. `probe` is VideoDecoder.isConfigSupported, null without WebCodecs. */
export async function decodableCodecs(probe: Probe | null): Promise<Codec[]> {
  const found: Codec[] = [];
  for (const [name, codec] of kTried) {
    if (probe !== null && (await probe({ codec }).catch(() => null))?.supported === true) found.push(name);
  }
  return [...found, "jpeg"];
}

const kAll: readonly Codec[] = ["h264", "hevc", "jpeg"];

/** What people may choose: what the server offers (all, while it has not said) and the browser can show. */
export function offeredCodecs(decodable: readonly Codec[] | null, offered: readonly Codec[] | undefined): readonly Codec[] {
  return kAll.filter((codec) => (offered ?? kAll).includes(codec) && (decodable ?? kAll).includes(codec));
}

/** What to take in place of `current`, which cannot be shown; null where there is nothing. */
export function otherCodec(decodable: readonly Codec[] | null, offered: readonly Codec[] | undefined, current: Codec | undefined): Codec | null {
  return offeredCodecs(decodable ?? ["jpeg"], offered).find((codec) => codec !== current) ?? null;
}
