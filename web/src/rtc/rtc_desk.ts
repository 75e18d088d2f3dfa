// SPDX-License-Identifier: Apache-2.0
//
// The page's WebRTC: makes an offer while the page connects, sends it as soon as the server has let us in, plays the
// answer in a video element, hands the control channel to the worker, and says which path is shown. WebSocket runs beside
// it all the time; where WebRTC is refused, breaks or stalls, the picture is back there at once. Main thread only.
// Bounds: one connection; another try after 5 s, then later each time, up to a minute; none where the server says that
// it has no WebRTC, until the next connection to a server.

import type { Signal } from "../generated/schema.ts";
import type { RtcState } from "../store/state.ts";
import type { PageRequest, RtcTimecode } from "../worker/protocol.ts";
import { parseControlMessage } from "./control_channel.ts";
import { PathChoice } from "./path_choice.ts";
import { askIceServers } from "./ice_servers.ts";
import { cannotReceive, Peer } from "./peer.ts";
import { readRtcStats, type RtcCounts } from "./rtc_stats.ts";
import type { VideoTimecode } from "./video_timecode.ts";

const kFirstRetryMs = 5000;
const kMostRetryMs = 60_000;
const kStatsMs = 500;
/** An offer that waited longer for a server may tell of another network, and of ICE servers that nobody could be asked for. */
const kPreparedMs = 5000;
/** How the server begins its answer where it has no WebRTC at all. */
const kUnsupported = /^unsupported/;

export interface RtcDeskHooks {
  token(): string;
  post(request: PageRequest): void;
  /** To the worker, under that number; false where this browser cannot. */
  handOver(channel: RTCDataChannel, id: number): boolean;
  show(state: RtcState): void;
}

/** A connection that has not been asked for, and the token with which it learned of ICE servers. */
interface Prepared {
  token: string;
  made_ms: number;
  id: number;
  peer: Promise<Peer>;
}

export class RtcDesk {
  private readonly choice_ = new PathChoice();
  private video_: HTMLVideoElement | null = null;
  private prepared_: Prepared | null = null;
  private peer_: Peer | null = null;
  /** Of `peer_`, so that what the worker says of an earlier one's channel is known to be late. */
  private peer_id_ = 0;
  private ids_ = 0;
  private open_ = false;
  /** Goes up with each beginning and end, so that an answer that was waited for is known to be late. */
  private turn_ = 0;
  private control_ = false;
  private why_: string | null = null;
  private retry_ms_ = kFirstRetryMs;
  private retry_timer_: ReturnType<typeof setTimeout> | undefined;
  private counts_: RtcCounts | null = null;

  constructor(
    private readonly camera_: string,
    private readonly hooks_: RtcDeskHooks,
    private readonly timecode_: VideoTimecode | null,
  ) {
    setInterval(() => void this.readStats(), kStatsMs);
  }

  attach(video: HTMLVideoElement): void {
    this.video_ = video;
  }

  /** The page connects: what takes time and needs no server is done meanwhile. */
  prepare(): void {
    if (cannotReceive() === null) this.prepared_ ??= this.make();
  }

  /** The server has let us in, or the connection to it is gone, and with it what it negotiated. */
  onLink(open: boolean): void {
    if (open === this.open_) return;
    this.open_ = open;
    clearTimeout(this.retry_timer_);
    this.retry_ms_ = kFirstRetryMs;
    if (open) void this.begin();
    else this.drop(null);
  }

  onSignal(signal: Signal): void {
    this.peer_?.onSignal(signal);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.peer_?.send(bytes);
  }

  /** Pictures stopped here while they go on coming over the WebSocket. */
  onStall(): void {
    this.peer_?.close();
    this.again("its pictures stopped");
  }

  /** Shows the other path; false where there is only one. */
  toggle(): boolean {
    const toggled = this.choice_.toggle();
    this.tell();
    return toggled;
  }

  private async begin(): Promise<void> {
    const hindrance = cannotReceive();
    if (hindrance !== null) return this.drop(hindrance);
    this.why_ = null;
    this.choice_.asked(performance.now());
    const turn = ++this.turn_;
    const { id, peer } = this.takePrepared();
    const made = await peer;
    if (turn !== this.turn_) return made.close();
    this.peer_ = made;
    this.peer_id_ = id;
    made.ask();
  }

  private takePrepared(): Prepared {
    const prepared = this.prepared_;
    this.prepared_ = null;
    const is_good = prepared?.token === this.hooks_.token() && performance.now() - prepared.made_ms < kPreparedMs;
    if (prepared !== null && is_good) return prepared;
    void prepared?.peer.then((peer) => peer.close());
    return this.make();
  }

  private make(): Prepared {
    const token = this.hooks_.token();
    const id = ++this.ids_;
    return { token, made_ms: performance.now(), id, peer: askIceServers(token).then((ice_servers) => this.makePeer(id, ice_servers)) };
  }

  private makePeer(id: number, ice_servers: RTCIceServer[]): Peer {
    const peer: Peer = new Peer(ice_servers, this.camera_, {
      signal: (signal) => this.hooks_.post({ kind: "signal", signal }),
      video: (track) => this.play(track, peer),
      handOver: (channel) => this.hooks_.handOver(channel, id),
      control: {
        opened: () => this.onControl(id, true),
        closed: () => this.onControl(id, false),
        message: (bytes) => this.onMessage(bytes),
      },
      ended: (why) => (kUnsupported.test(why) ? this.drop("this server has no WebRTC") : this.again(why)),
    });
    return peer;
  }

  private again(why: string): void {
    this.drop(why);
    this.retry_timer_ = setTimeout(() => void this.begin(), this.retry_ms_);
    this.retry_ms_ = Math.min(2 * this.retry_ms_, kMostRetryMs);
  }

  private drop(why: string | null): void {
    ++this.turn_;
    this.peer_?.close();
    this.peer_ = null;
    this.counts_ = null;
    this.control_ = false;
    this.why_ = why;
    this.choice_.wentDown();
    if (this.video_ !== null) this.video_.srcObject = null;
    this.tell();
  }

  private play(track: MediaStreamTrack, peer: Peer): void {
    const video = this.video_;
    if (video === null) return;
    video.srcObject = new MediaStream([track]);
    void video.play().catch(() => undefined); // it is muted and plays without being asked; without pictures it stays hidden
    const onPicture = (now_ms: number, picture: VideoFrameCallbackMetadata): void => {
      if (this.peer_ !== peer) return;
      const { width, height, rtpTimestamp: rtp_timestamp = null } = picture;
      const shown_us = Math.round((performance.timeOrigin + now_ms) * 1000);
      this.hooks_.post({ kind: "rtc_picture", width, height, rtp_timestamp, shown_us, timecode: this.readTimecode(video, picture) });
      if (!this.choice_.hasBoth()) this.cameUp();
      video.requestVideoFrameCallback(onPicture);
    };
    video.requestVideoFrameCallback(onPicture);
  }

  /** The picture was on its way to the screen from `presentationTime` on; that it is this one is seen when we are called. */
  private readTimecode(video: HTMLVideoElement, { receiveTime, presentationTime }: VideoFrameCallbackMetadata): RtcTimecode | null {
    const capture_us = this.timecode_?.read(video) ?? null;
    if (capture_us === null || receiveTime === undefined) return null;
    return { capture_us, shown_us: Math.round((performance.timeOrigin + presentationTime) * 1000), browser_ms: presentationTime - receiveTime };
  }

  private cameUp(): void {
    this.choice_.cameUp(performance.now());
    this.retry_ms_ = kFirstRetryMs;
    this.tell();
  }

  /** The channel `control` of that connection opened, or closed, in whichever thread it is. */
  onControl(id: number, open: boolean): void {
    if (id !== this.peer_id_ || this.peer_ === null) return;
    if (!open) return this.peer_.onControlClosed();
    this.control_ = true;
    this.tell();
  }

  private onMessage(bytes: Uint8Array): void {
    const message = parseControlMessage(bytes);
    if (message?.kind === "clock") this.hooks_.post({ kind: "robot_clock", robot_us: message.robot_us });
  }

  private tell(): void {
    const shown = this.choice_.shown();
    this.hooks_.post({ kind: "rtc", shown, control: this.control_ });
    this.hooks_.show({ shown, both: this.choice_.hasBoth(), control: this.control_, first_picture_ms: this.choice_.tookMs(), why: this.why_ });
  }

  private async readStats(): Promise<void> {
    const peer = this.peer_;
    if (peer === null || !this.choice_.hasBoth()) return;
    const { counts, stats } = readRtcStats(await peer.stats(), this.counts_, performance.now());
    if (this.peer_ !== peer) return;
    this.counts_ = counts;
    this.hooks_.post({ kind: "rtc_stats", ...stats });
  }
}
