// SPDX-License-Identifier: Apache-2.0
//
// One WebSocket to /stream/ws that comes back by itself. It counts as open when the server has let us in (Access in
// services/transport/README.md). A connection on which nothing arrives for kSilenceMs is given up: the clock is asked
// every second, so a living server is never silent that long. Lives in the worker.

import type { Role } from "../generated/schema.ts";
import { Backoff } from "./backoff.ts";

const kSilenceMs = 4000;
const kConnectMs = 5000;
/** RFC 6455 7.4.1, and the codes of our own that say why the server does not let us in: trying again changes nothing. */
const kDenials: Record<number, Denial> = { 1008: "policy", 4401: "token_needed", 4403: "token_unknown", 4429: "too_many" };
/** The server has no room now. */
const kTryAgainLater = 1013;
const kLaterMs = 1000;

export type Denial = "policy" | "token_needed" | "token_unknown" | "too_many";
export type LinkPhase = "connecting" | "open" | "lost" | "denied";

export interface LinkState {
  phase: LinkPhase;
  /** Tries since the last open connection. */
  tries: number;
  /** How long until the next try, milliseconds; 0 where none is planned. */
  retry_ms: number;
  /** What the server said when it closed. */
  reason: string;
  /** Why it does not let us in, while the phase is `denied`. */
  denial: Denial | null;
  /** What the server lets us do, while the phase is `open`; null where it did not say. */
  role: Role | null;
}

export interface ConnectionEvents {
  changed(state: LinkState): void;
  /** The socket is there; the server has to let us in. */
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
    this.events_.changed(this.state("connecting"));
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

  /** The server has let us in. */
  admitted(role: Role | null): void {
    if (!this.isOpen()) return;
    clearTimeout(this.deadline_timer_);
    this.tries_ = 0;
    this.events_.changed({ ...this.state("open"), role });
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
    this.heard_ms_ = performance.now();
    this.events_.opened();
  }

  private onMessage(data: unknown): void {
    this.heard_ms_ = performance.now();
    this.backoff_.succeeded();
    if (data instanceof ArrayBuffer) this.events_.message(data);
  }

  private onClose(code: number, reason: string): void {
    this.drop();
    const denial = kDenials[code];
    if (denial !== undefined) return this.events_.changed({ ...this.state("denied"), reason, denial });
    const retry_ms = Math.max(this.backoff_.next(Math.random()), code === kTryAgainLater ? kLaterMs : 0);
    this.events_.changed({ ...this.state("lost"), reason, retry_ms });
    this.retry_timer_ = setTimeout(() => this.open(), retry_ms);
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

  private state(phase: LinkPhase): LinkState {
    return { phase, tries: this.tries_, retry_ms: 0, reason: "", denial: null, role: null };
  }
}
