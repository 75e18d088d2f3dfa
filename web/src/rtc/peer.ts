// SPDX-License-Identifier: Apache-2.0
//
// One WebRTC connection that receives the video and carries control: offer, answer and candidates over the WebSocket
// (0x03), one video track, two data channels that are opened before the offer. Main thread only, since workers have no
// RTCPeerConnection. It tries once; who wants another try makes another one. Events come until it ended, and none after.

import type { Signal } from "../generated/schema.ts";

/** An offer that nobody answers, or that leads to no connection, is given up after this. */
const kConnectMs = 10_000;
/** A twist that would wait behind this many unsent bytes would arrive dead. */
const kMostBacklogBytes = 1024;

export interface PeerEvents {
  signal(signal: Signal): void;
  video(track: MediaStreamTrack): void;
  /** The channel `control` is open. */
  control(): void;
  message(bytes: Uint8Array): void;
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
  private readonly control_: RTCDataChannel;
  private session_id_: string | null = null;
  /** Candidates of ours from before the server named the session. */
  private early_: RTCIceCandidate[] = [];
  private ended_ = false;
  private readonly deadline_: ReturnType<typeof setTimeout>;

  constructor(
    ice_servers: RTCIceServer[],
    private readonly camera_: string,
    private readonly events_: PeerEvents,
  ) {
    const connection = new RTCPeerConnection({ iceServers: ice_servers, bundlePolicy: "max-bundle" });
    this.connection_ = connection;
    this.control_ = connection.createDataChannel("control", { ordered: false, maxRetransmits: 0 });
    this.control_.binaryType = "arraybuffer";
    this.control_.onopen = () => this.events_.control();
    this.control_.onclose = () => this.end("the connection broke");
    this.control_.onmessage = ({ data }) => data instanceof ArrayBuffer && this.events_.message(new Uint8Array(data));
    connection.createDataChannel("commands");
    const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
    // The newest picture counts, not the smoothest sequence of them.
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
    connection.ontrack = ({ track }) => this.events_.video(track);
    connection.onicecandidate = ({ candidate }) => candidate !== null && this.sendCandidate(candidate);
    connection.onconnectionstatechange = () => this.onState();
    this.deadline_ = setTimeout(() => connection.connectionState !== "connected" && this.end("no connection in time"), kConnectMs);
    void this.offer();
  }

  onSignal(signal: Signal): void {
    if (this.ended_) return;
    if (signal.type === "answer" && this.session_id_ === null) void this.onAnswer(signal);
    else if (signal.type === "error" && (signal.session_id ?? this.session_id_) === this.session_id_) this.end(signal.detail ?? "refused");
    else if (signal.session_id !== this.session_id_) return;
    else if (signal.type === "ice") void this.addCandidate(signal);
    else if (signal.type === "close") this.end("closed by the server");
  }

  /** False where the bytes did not leave: nothing is kept for later. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.control_.readyState !== "open" || this.control_.bufferedAmount > kMostBacklogBytes) return false;
    this.control_.send(bytes);
    return true;
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection_.getStats();
  }

  close(): void {
    if (this.session_id_ !== null) this.events_.signal({ type: "close", session_id: this.session_id_ });
    this.end("");
  }

  private async offer(): Promise<void> {
    await this.attempt(async () => {
      await this.connection_.setLocalDescription();
      const sdp = this.connection_.localDescription!.sdp;
      this.events_.signal({ type: "offer", sdp, ...(this.camera_ === "" ? {} : { camera: this.camera_ }) });
    });
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
    if (why !== "") this.events_.ended(why);
  }
}
