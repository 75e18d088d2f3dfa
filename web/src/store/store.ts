// SPDX-License-Identifier: Apache-2.0
//
// The one store. Changes are merged and told to listeners once per task, so that a burst of telemetry draws once.
// Main thread only. A value that did not change keeps its identity, which is what selectors compare.

export class Store<T extends object> {
  private readonly listeners_ = new Set<() => void>();
  private told_ = true;

  constructor(private state_: T) {}

  get(): Readonly<T> {
    return this.state_;
  }

  set(patch: Partial<T>): void {
    this.state_ = { ...this.state_, ...patch };
    if (!this.told_) return;
    this.told_ = false;
    queueMicrotask(() => this.tell());
  }

  /** Calls `listener` after each change; the result ends it. */
  subscribe(listener: () => void): () => void {
    this.listeners_.add(listener);
    return () => this.listeners_.delete(listener);
  }

  private tell(): void {
    this.told_ = true;
    for (const listener of [...this.listeners_]) listener();
  }
}
