// SPDX-License-Identifier: Apache-2.0
//
// How far the server's clock is from ours, from the round trips of 0x05 messages. The trip with the least delay among
// the last sixteen is the most honest one (RFC 5905 section 10, clock filter). Used to show ages, never to decide.

const kSamples = 16;
/** Where a frame came without its time, the timestamp counts something else: an age beyond this is none. */
const kMostRtpAgeMs = 10_000;

export class ClockSync {
  private samples_: { rtt_us: number; offset_us: number }[] = [];

  /** Notes a reply: all times in microseconds, `now_us` and `client_us` of our clock. */
  add(client_us: number, server_us: number, now_us: number): void {
    const rtt_us = now_us - client_us;
    if (rtt_us < 0) return;
    this.samples_.push({ rtt_us, offset_us: server_us - (client_us + rtt_us / 2) });
    if (this.samples_.length > kSamples) this.samples_.shift();
  }

  reset(): void {
    this.samples_ = [];
  }

  /** The newest round trip, milliseconds. */
  rttMs(): number | null {
    const newest = this.samples_.at(-1);
    return newest ? newest.rtt_us / 1000 : null;
  }

  /** Server clock minus ours, microseconds. */
  offsetUs(): number | null {
    if (this.samples_.length === 0) return null;
    return this.samples_.reduce((best, s) => (s.rtt_us < best.rtt_us ? s : best)).offset_us;
  }

  /** Age in milliseconds of a picture by its RTP timestamp: the server's clock in ticks of 90 kHz, low 32 bits. */
  rtpAgeMs(rtp_timestamp: number, now_us: number): number | null {
    const offset = this.offsetUs();
    if (offset === null) return null;
    const ticks_low = Math.floor(((now_us + offset) * 9) / 100) % 0x1_0000_0000;
    const age_ms = ((ticks_low - rtp_timestamp) | 0) / 90;
    return Math.abs(age_ms) < kMostRtpAgeMs ? age_ms : null;
  }

  /** Age in milliseconds of something captured at `capture_us` (low 32 bits of the server's clock), at `now_us`. */
  ageMs(capture_us: number, now_us: number): number | null {
    const offset = this.offsetUs();
    if (offset === null || capture_us === 0) return null;
    const server_low = Math.floor(now_us + offset) % 0x1_0000_0000;
    return ((server_low - capture_us) | 0) / 1000;
  }
}
