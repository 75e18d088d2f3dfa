// SPDX-License-Identifier: Apache-2.0
//
// One WebRTC connection that receives the video and carries control: offer, answer and candidates over the WebSocket
// (0x03), one video track, two data channels that are opened before the offer. Main thread only, since workers have no
// RTCPeerConnection. Its offer is made at once and sent when ask() says so. It tries once; who wants another try makes
// another one. Events, save handOver(), come from ask() on until it ended, and none after.

import type { Signal } from "../generated/schema.ts";
import { ControlLink, type ControlLinkEvents } from "./control_link.ts";

/** An offer that nobody answers, or that leads to no connection, is given up after this. */
const kConnectMs = 10_000;

export interface PeerEvents {
  signal(signal: Signal): void;
  video(track: MediaStreamTrack): void;
  /** Gives the new channel `control` to who will use it; false where it has to stay here. */
  handOver(channel: RTCDataChannel): boolean;
  /** The channel `control`, where it stayed here. */
  control: ControlLinkEvents;
  /** Once: it is over, and why, in words. */
  ended(why: string): void;
}

/** Whether this browser takes the video that the server sends; in words why not, or null. */
export function cannotReceive(): string | null {
  if (typeof RTCPeerConnection === "undefined") return "this browser has no WebRTC";
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264") ? null : "this browser takes no H.264 over WebRTC";
}

export class Peer {
  private readonly connection_: RTCPeerConnection;
  private readonly control_: ControlLink | null;
  private readonly offered_: Promise<void>;
  private session_id_: string | null = null;
  /** Candidates of ours from before the server named the session. */
  private early_: RTCIceCandidate[] = [];
  private asked_ = false;
  private ended_ = false;
  /** Of an end from before anybody asked. */
  private why_ = "";
  private deadline_: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ice_servers: RTCIceServer[],
    private readonly camera_: string,
    private readonly events_: PeerEvents,
  ) {
    const connection = new RTCPeerConnection({ iceServers: ice_servers, bundlePolicy: "max-bundle" });
    this.connection_ = connection;
    const control = connection.createDataChannel("control", { ordered: false, maxRetransmits: 0 });
    this.control_ = events_.handOver(control) ? null : new ControlLink(control, events_.control);
    connection.createDataChannel("commands");
    const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
    // The newest picture counts, not the smoothest sequence of them.
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
    connection.ontrack = ({ track }) => this.events_.video(track);
    connection.onicecandidate = ({ candidate }) => candidate !== null && this.sendCandidate(candidate);
    connection.onconnectionstatechange = () => this.onState();
    this.offered_ = this.attempt(() => connection.setLocalDescription());
  }

  /** Sends the offer. */
  ask(): void {
    this.asked_ = true;
    if (this.ended_) return this.events_.ended(this.why_);
    this.deadline_ = setTimeout(() => this.connection_.connectionState !== "connected" && this.end("no connection in time"), kConnectMs);
    void this.offered_.then(() => {
      if (this.ended_) return;
      const { sdp } = this.connection_.localDescription!;
      this.events_.signal({ type: "offer", sdp, ...(this.camera_ === "" ? {} : { camera: this.camera_ }) });
    });
  }

  onSignal(signal: Signal): void {
    if (this.ended_) return;
    if (signal.type === "answer" && this.session_id_ === null) void this.onAnswer(signal);
    else if (signal.type === "error" && (signal.session_id ?? this.session_id_) === this.session_id_) this.end(signal.detail ?? "refused");
    else if (signal.session_id !== this.session_id_) return;
    else if (signal.type === "ice") void this.addCandidate(signal);
    else if (signal.type === "close") this.end("closed by the server");
  }

  /** Over the channel `control`, where it stayed here. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.control_?.send(bytes);
  }

  /** The channel `control` closed. */
  onControlClosed(): void {
    this.end("the connection broke");
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection_.getStats();
  }

  close(): void {
    if (this.session_id_ !== null) this.events_.signal({ type: "close", session_id: this.session_id_ });
    this.end("");
  }

  private async onAnswer({ sdp, session_id }: Signal): Promise<void> {
    this.session_id_ = session_id ?? "";
    await this.attempt(() => this.connection_.setRemoteDescription({ type: "answer", sdp: sdp ?? "" }));
    for (const candidate of this.early_.splice(0)) this.sendCandidate(candidate);
  }

  private addCandidate({ candidate, sdpMid }: Signal): Promise<void> {
    return this.attempt(() => this.connection_.addIceCandidate({ candidate: candidate ?? "", sdpMid: sdpMid ?? "0" }));
  }

  private sendCandidate(candidate: RTCIceCandidate): void {
    if (this.session_id_ === null) return void this.early_.push(candidate);
    const { candidate: line, sdpMid } = candidate;
    this.events_.signal({ type: "ice", session_id: this.session_id_, candidate: line, sdpMid: sdpMid ?? "0" });
  }

  private onState(): void {
    const state = this.connection_.connectionState;
    if (state === "failed" || state === "closed") this.end("the connection broke");
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error));
    }
  }

  private end(why: string): void {
    if (this.ended_) return;
    this.ended_ = true;
    clearTimeout(this.deadline_);
    this.connection_.close();
    this.why_ = why;
    if (why !== "" && this.asked_) this.events_.ended(why);
  }
}
