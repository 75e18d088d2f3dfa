// SPDX-License-Identifier: Apache-2.0
//
// What the status line needs of RTCPeerConnection.getStats(): bitrate since the last reading, what was lost since the
// start, round trip. Pure.

export interface RtcCounts {
  at_ms: number;
  bytes: number;
}

export interface RtcStats {
  bitrate_bps: number;
  drops: number;
  rtt_ms: number | null;
}

/** The members of RTCInboundRtpStreamStats and RTCIceCandidatePairStats that are read; all may be missing. */
interface Entry {
  type: string;
  kind?: string;
  bytesReceived?: number;
  framesDropped?: number;
  nominated?: boolean;
  currentRoundTripTime?: number;
}

export function readRtcStats(report: Iterable<readonly [string, unknown]>, before: RtcCounts | null, now_ms: number): { counts: RtcCounts; stats: RtcStats } {
  const entries = [...report].map(([, entry]) => entry as Entry);
  const video = entries.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  const pair = entries.find(({ type, nominated }) => type === "candidate-pair" && nominated === true);
  const counts = { at_ms: now_ms, bytes: video?.bytesReceived ?? 0 };
  const passed_ms = before === null ? 0 : now_ms - before.at_ms;
  const bitrate_bps = before === null || passed_ms <= 0 ? 0 : Math.max(0, Math.round(((counts.bytes - before.bytes) * 8000) / passed_ms));
  const rtt_s = pair?.currentRoundTripTime;
  return { counts, stats: { bitrate_bps, drops: video?.framesDropped ?? 0, rtt_ms: rtt_s === undefined ? null : rtt_s * 1000 } };
}
