// SPDX-License-Identifier: Apache-2.0
//
// The recent past of the values that have a graph: columns of equal length, one of times and one per series, newest
// last. Bounds: kSamples rows per trace; the oldest are forgotten half a trace at a time, so that adding costs nothing.

const kSamples = 1200;

export class Trace {
  private times_: number[] = [];
  private columns_: (number | null)[][] = [];
  /** Grows with every row. */
  version = 0;

  constructor(public labels: readonly string[]) {
    this.columns_ = labels.map(() => []);
  }

  /** Starts anew with other series, as when another robot was loaded. */
  relabel(labels: readonly string[]): void {
    if (labels.length === this.labels.length && labels.every((label, i) => label === this.labels[i])) return;
    this.labels = labels;
    this.times_ = [];
    this.columns_ = labels.map(() => []);
  }

  /** One row; `time_s` does not go back; null is a gap. */
  add(time_s: number, values: readonly (number | null)[]): void {
    if (this.times_.length >= 2 * kSamples) {
      this.times_.splice(0, kSamples);
      for (const column of this.columns_) column.splice(0, kSamples);
    }
    this.times_.push(time_s);
    this.columns_.forEach((column, i) => column.push(values[i] ?? null));
    ++this.version;
  }

  /** The rows of the last `seconds` before `now_s`, as uPlot takes them: times first, then one column per series. */
  window(now_s: number, seconds: number): [times: number[], ...columns: (number | null)[][]] {
    let first = this.times_.length;
    while (first > 0 && this.times_[first - 1]! >= now_s - seconds) --first;
    return [this.times_.slice(first), ...this.columns_.map((column) => column.slice(first))];
  }
}
