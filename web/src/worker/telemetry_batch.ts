// SPDX-License-Identifier: Apache-2.0
//
// Gathers what the server says for the page: of a stream of values the newest of each subject is passed on every 25 ms,
// so that the page is woken forty times a second and not hundreds; what is an event goes at once and in order.

import { subjects } from "../generated/schema.ts";
import type { Telemetry } from "../protocol/messages.ts";

const kDelayMs = 25;

export class TelemetryBatch {
  private newest_ = new Map<string, Telemetry>();
  private timer_: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly deliver_: (items: Telemetry[]) => void) {}

  add(item: Telemetry): void {
    if (subjects[item.subject].kind === "event") {
      this.flush();
      this.deliver_([item]);
      return;
    }
    this.newest_.set(item.subject, item);
    this.timer_ ??= setTimeout(() => this.flush(), kDelayMs);
  }

  private flush(): void {
    if (this.timer_ !== null) clearTimeout(this.timer_);
    this.timer_ = null;
    if (this.newest_.size === 0) return;
    const items = [...this.newest_.values()];
    this.newest_.clear();
    this.deliver_(items);
  }
}
