// SPDX-License-Identifier: Apache-2.0
//
// A bad network between a browser and our UDP port, decided by a seed: what is lost, how long each datagram takes, which
// one is overtaken. A page reaches the server through it and no other way: the server announces the relay's address, and
// a prefix of the page's worker cuts every other candidate out of the server's answer. Each address that a browser sends
// from has a socket of its own towards the server, so that the server too sees them apart.
//
// Bounds: kMostFlows addresses, kMostWaiting datagrams on the way; more are lost, as on a network.

import { createSocket } from "node:dgram";

const kMostFlows = 64;
const kMostWaiting = 4096;

/** Numbers in [0, 1) that the seed decides (a counter of Weyl's, mixed as in splitmix). */
function randomBy(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** One direction: datagrams that wait until they arrive, in the order in which they do. */
class Way {
  waiting_ = [];
  timer_ = null;
  newest_ms_ = 0;
  free_ms_ = 0; // when the link has sent what it took
  passed = 0;
  lost = 0;

  constructor(seed, conditions) {
    this.random_ = randomBy(seed);
    this.conditions = conditions;
  }

  take(bytes, deliver) {
    const { loss = 0, delay_ms = 0, jitter_ms = 0, overtaken = 0 } = this.conditions;
    const [fate, wait, order] = [this.random_(), this.random_(), this.random_()]; // always three: what is changed changes no other
    if (fate < loss || this.waiting_.length >= kMostWaiting) return void ++this.lost;
    const sent_ms = this.sentAt(bytes);
    if (sent_ms === null) return void ++this.lost;
    const due_ms = sent_ms + delay_ms + jitter_ms * wait;
    if (order < overtaken) return this.put(due_ms + delay_ms / 2, deliver);
    this.newest_ms_ = Math.max(this.newest_ms_, due_ms); // jitter alone changes no order
    this.put(this.newest_ms_, deliver);
  }

  /** When a link of `rate_bps` has sent it; null where too much waits for that already. */
  sentAt(bytes) {
    const now_ms = performance.now();
    const { rate_bps = Infinity, queue_ms = 200 } = this.conditions;
    const begins_ms = Math.max(now_ms, this.free_ms_);
    if (begins_ms - now_ms > queue_ms) return null;
    this.free_ms_ = begins_ms + (bytes * 8000) / rate_bps;
    return this.free_ms_;
  }

  put(due_ms, deliver) {
    let i = this.waiting_.length;
    while (i > 0 && this.waiting_[i - 1].due_ms > due_ms) --i;
    this.waiting_.splice(i, 0, { due_ms, deliver });
    this.arm();
  }

  arm() {
    if (this.timer_ !== null || this.waiting_.length === 0) return;
    this.timer_ = setTimeout(() => this.deliverDue(), this.waiting_[0].due_ms - performance.now());
  }

  deliverDue() {
    this.timer_ = null;
    const now_ms = performance.now();
    while (this.waiting_.length > 0 && this.waiting_[0].due_ms <= now_ms) {
      ++this.passed;
      this.waiting_.shift().deliver();
    }
    this.arm();
  }

  close() {
    clearTimeout(this.timer_);
    this.waiting_ = [];
  }
}

export class Relay {
  flows_ = new Map();
  server_port_ = 0;

  /**
   * `conditions`, of each direction: `loss` and `overtaken` as shares, `delay_ms` for every datagram, `jitter_ms` at most
   * on top, `rate_bps` with `queue_ms` of what may wait for it. They may be changed on the way.
   */
  static async open(seed, conditions) {
    const relay = new Relay();
    relay.to_server = new Way(seed, { ...conditions });
    relay.to_browser = new Way(seed + 1, { ...conditions });
    relay.socket_ = createSocket("udp4", (bytes, from) => relay.onBrowser(bytes, from));
    await new Promise((resolve) => relay.socket_.bind(0, "127.0.0.1", resolve));
    relay.port = relay.socket_.address().port;
    return relay;
  }

  /** Where the server is; what comes before it is known is lost. */
  leadTo(port) {
    this.server_port_ = port;
  }

  /** Begins a page's worker: of the server's candidates it knows this relay alone. */
  get workerPrefix() {
    return `{
  const parse = JSON.parse;
  const isElsewhere = (line) => line.startsWith("a=candidate:") && !/ udp \\d+ 127\\.0\\.0\\.1 ${this.port} /i.test(line);
  JSON.parse = function (text, ...rest) {
    const value = parse.call(JSON, text, ...rest);
    if (value?.type === "answer") value.sdp = value.sdp.split("\\r\\n").filter((line) => !isElsewhere(line)).join("\\r\\n");
    return value;
  };
}
`;
  }

  onBrowser(bytes, from) {
    const key = `${from.address}:${from.port}`;
    if (!this.flows_.has(key)) {
      if (this.server_port_ === 0 || this.flows_.size >= kMostFlows) return;
      this.flows_.set(key, this.openFlow(from));
    }
    const flow = this.flows_.get(key);
    this.to_server.take(bytes.length, () => flow.send(bytes, this.server_port_, "127.0.0.1"));
  }

  openFlow({ address, port }) {
    const flow = createSocket("udp4", (bytes) => this.to_browser.take(bytes.length, () => this.socket_.send(bytes, port, address)));
    flow.bind(0, "127.0.0.1");
    flow.on("error", () => undefined); // a server that is gone refuses; the datagram is lost
    return flow;
  }

  close() {
    for (const way of [this.to_server, this.to_browser]) way.close();
    for (const flow of this.flows_.values()) flow.close();
    this.socket_.close();
  }
}
