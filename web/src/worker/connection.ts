// SPDX-License-Identifier: Apache-2.0
//
// One WebSocket to /stream/ws that comes back by itself. A connection on which nothing arrives for kSilenceMs is given
// up: the clock is asked every second, so a living server is never silent that long. Lives in the worker.

import { Backoff } from "./backoff.ts";

const kSilenceMs = 4000;
const kConnectMs = 5000;
/** RFC 6455 7.4.1: the server refuses us for what we are, not for what we sent. */
const kPolicyViolation = 1008;

export type LinkPhase = "connecting" | "open" | "lost" | "denied";

export interface LinkState {
  phase: LinkPhase;
  /** Tries since the last open connection. */
  tries: number;
  /** How long until the next try, milliseconds; 0 where none is planned. */
  retry_ms: number;
  /** What the server said when it closed. */
  reason: string;
}

export interface ConnectionEvents {
  changed(state: LinkState): void;
  opened(): void;
  message(data: ArrayBuffer): void;
}

export class Connection {
  private socket_: WebSocket | null = null;
  private readonly backoff_ = new Backoff();
  private retry_timer_: ReturnType<typeof setTimeout> | undefined;
  private deadline_timer_: ReturnType<typeof setTimeout> | undefined;
  private heard_ms_ = 0;
  private tries_ = 0;

  constructor(
    private url_: string,
    private readonly events_: ConnectionEvents,
  ) {
    setInterval(() => this.checkSilence(), 500);
  }

  /** Connects now, to `url` where given, whatever was going on. */
  open(url: string = this.url_): void {
    this.url_ = url;
    clearTimeout(this.retry_timer_);
    this.drop();
    ++this.tries_;
    this.report("connecting", 0, "");
    const socket = new WebSocket(this.url_);
    this.socket_ = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onOpen();
    socket.onmessage = (event: MessageEvent<unknown>) => this.onMessage(event.data);
    socket.onclose = (event) => this.onClose(event.code, event.reason);
    this.deadline_timer_ = setTimeout(() => this.onClose(0, "no answer"), kConnectMs);
  }

  /** Where a try is only waited for, makes it now; an open connection is left alone. */
  retryNow(): void {
    if (this.socket_ === null) this.open();
  }

  isOpen(): boolean {
    return this.socket_?.readyState === WebSocket.OPEN;
  }

  /** False where the bytes did not leave: nothing is kept for later. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen()) return false;
    this.socket_!.send(bytes);
    return true;
  }

  /** Bytes that the network has not yet taken. */
  backlogBytes(): number {
    return this.socket_?.bufferedAmount ?? 0;
  }

  private onOpen(): void {
    clearTimeout(this.deadline_timer_);
    this.heard_ms_ = performance.now();
    this.tries_ = 0;
    this.report("open", 0, "");
    this.events_.opened();
  }

  private onMessage(data: unknown): void {
    this.heard_ms_ = performance.now();
    this.backoff_.succeeded();
    if (data instanceof ArrayBuffer) this.events_.message(data);
  }

  private onClose(code: number, reason: string): void {
    this.drop();
    if (code === kPolicyViolation) {
      this.report("denied", 0, reason);
      return;
    }
    const wait = this.backoff_.next(Math.random());
    this.report("lost", wait, reason);
    this.retry_timer_ = setTimeout(() => this.open(), wait);
  }

  private checkSilence(): void {
    if (this.isOpen() && performance.now() - this.heard_ms_ > kSilenceMs) this.onClose(0, "silence");
  }

  private drop(): void {
    clearTimeout(this.deadline_timer_);
    const socket = this.socket_;
    this.socket_ = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private report(phase: LinkPhase, retry_ms: number, reason: string): void {
    this.events_.changed({ phase, tries: this.tries_, retry_ms, reason });
  }
}
