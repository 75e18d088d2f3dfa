// SPDX-License-Identifier: Apache-2.0
//
// The data channel `control` in the thread that has it: the worker, which makes the twists, where the browser hands
// channels over to workers; else the page.

/** A twist that would wait behind this many unsent bytes would arrive dead. */
const kMostBacklogBytes = 1024;

export interface ControlLinkEvents {
  opened(): void;
  closed(): void;
  message(bytes: Uint8Array): void;
}

export class ControlLink {
  constructor(
    private readonly channel_: RTCDataChannel,
    events: ControlLinkEvents,
  ) {
    channel_.binaryType = "arraybuffer";
    channel_.onopen = () => events.opened();
    channel_.onclose = () => events.closed();
    channel_.onmessage = ({ data }) => data instanceof ArrayBuffer && events.message(new Uint8Array(data));
  }

  /** What cannot leave now is dropped: nothing is kept for later. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.channel_.readyState !== "open" || this.channel_.bufferedAmount > kMostBacklogBytes) return;
    this.channel_.send(bytes);
  }

  /** Another one takes its place: nothing is heard of it any more. */
  forget(): void {
    this.channel_.onopen = this.channel_.onclose = this.channel_.onmessage = null;
  }
}
