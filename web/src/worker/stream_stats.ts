// SPDX-License-Identifier: Apache-2.0
//
// What the status line shows: counts since the start and rates over the last second. Pure; time is passed in.
// Bounds: one entry per picture drawn within the last second, at most kMaxSamples.

const kWindowMs = 1000;
const kMaxSamples = 512;

export interface StreamStats {
  fps: number;
  bitrate_bps: number;
  /** Capture to drawn, median of the last second; while nothing is drawn, how old the picture on the screen is. */
  age_ms: number | null;
  drawn: number;
  /** Frames that were lost on the way or could not be decoded. */
  drops: number;
  /** Pictures that a newer one overtook before they were drawn. */
  skips: number;
  errors: number;
}

interface Sample {
  at_ms: number;
  age_ms: number | null;
}

export class StatsCounter {
  private pictures_: Sample[] = [];
  private bytes_: { at_ms: number; bytes: number }[] = [];
  private last_: Sample | null = null;
  private drawn_ = 0;
  private drops_ = 0;
  private skips_ = 0;
  private errors_ = 0;

  received(bytes: number, now_ms: number): void {
    this.bytes_.push({ at_ms: now_ms, bytes });
    if (this.bytes_.length > kMaxSamples) this.bytes_.shift();
  }

  drawn(age_ms: number | null, now_ms: number): void {
    ++this.drawn_;
    this.last_ = { at_ms: now_ms, age_ms };
    this.pictures_.push(this.last_);
    if (this.pictures_.length > kMaxSamples) this.pictures_.shift();
  }

  dropped(count: number): void {
    this.drops_ += count;
  }

  skipped(): void {
    ++this.skips_;
  }

  failed(): void {
    ++this.errors_;
  }

  read(now_ms: number): StreamStats {
    this.pictures_ = this.pictures_.filter((p) => now_ms - p.at_ms < kWindowMs);
    this.bytes_ = this.bytes_.filter((b) => now_ms - b.at_ms < kWindowMs);
    return {
      fps: this.pictures_.length,
      bitrate_bps: Math.round((this.bytes_.reduce((sum, b) => sum + b.bytes, 0) * 8000) / kWindowMs),
      age_ms: this.medianAge() ?? this.waitedMs(now_ms),
      drawn: this.drawn_,
      drops: this.drops_,
      skips: this.skips_,
      errors: this.errors_,
    };
  }

  private medianAge(): number | null {
    const ages = this.pictures_.flatMap((p) => (p.age_ms === null ? [] : [p.age_ms])).sort((a, b) => a - b);
    return ages[ages.length >> 1] ?? null;
  }

  private waitedMs(now_ms: number): number | null {
    if (this.last_ === null || this.last_.age_ms === null) return null;
    return this.last_.age_ms + (now_ms - this.last_.at_ms);
  }
}
