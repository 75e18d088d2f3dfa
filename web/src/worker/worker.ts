// SPDX-License-Identifier: Apache-2.0
//
// The worker: one thread that owns the socket, the decoder and the canvas, so that nothing a panel does delays a
// picture or a twist. This file only wires the parts to each other.

import { encodeCommand, encodeSignal, limits, type ActionData, type BrowserAction, type CommandAck, type Joy, type Role, type Twist } from "../generated/schema.ts";
import { decodableCodecs } from "../codecs.ts";
import { Codec } from "../protocol/frame_header.ts";
import { encodeClockRequest, parseServerMessage, type ServerMessage, type Telemetry } from "../protocol/messages.ts";
import { gamepadBytes, parseControlMessage, twistBytes } from "../rtc/control_channel.ts";
import { ControlLink } from "../rtc/control_link.ts";
import { RtcView } from "./rtc_view.ts";
import { ClockSync } from "./clock_sync.ts";
import { Connection, type LinkState } from "./connection.ts";
import { Painter } from "./painter.ts";
import type { GlassSample, PageRequest, RtcTimecode, StartRequest, VideoState, WorkerReport } from "./protocol.ts";
import { StatsCounter } from "./stream_stats.ts";
import { TelemetryBatch } from "./telemetry_batch.ts";
import { TwistSender } from "./twist_sender.ts";
import { FrameDecoder, type Picture } from "./video_decoder.ts";

const kFreshMs = 500;
/** Frames received and not drawn whose arrival is remembered. */
const kMostArrivals = 256;
const kTickMs = 50;
const kStatsMs = 250;
const kClockMs = 1000;
/** Quick questions after connecting, so that the first age shown is already right. */
const kFirstClockMs = [0, 60, 120, 240];
/** A twist that would wait behind this many unsent bytes is not sent: it would arrive dead. */
const kMostBacklogBytes = 4096;

const kCodecNames: Record<number, string> = { [Codec.h264]: "H.264", [Codec.hevc]: "HEVC", [Codec.jpeg]: "JPEG" };

interface WorkerScope {
  postMessage(report: WorkerReport): void;
  onmessage: ((event: MessageEvent<PageRequest>) => void) | null;
}
const scope = self as unknown as WorkerScope;

class VideoWorker {
  private readonly clock_ = new ClockSync();
  private readonly stats_ = new StatsCounter();
  private readonly twists_ = new TwistSender();
  private readonly telemetry_ = new TelemetryBatch((items) => scope.postMessage({ kind: "telemetry", items }));
  private readonly decoder_: FrameDecoder;
  private readonly painter_: Painter;
  private readonly connection_: Connection;
  private readonly rtc_ = new RtcView();
  /** The data channel, where it is this thread's. */
  private control_: ControlLink | null = null;
  private readonly timecode_: boolean;
  private token_: string;
  private cmd_seq_ = 0;
  private robot_us_: number | null = null;
  private drawn_at_ms_ = Number.NEGATIVE_INFINITY;
  private newest_ = { seq: 0, codec: "", width: 0, height: 0 };
  private was_fresh_ = false;
  /** The server sends pictures over the WebSocket. */
  private watching_ = true;
  private decodes_ = true;
  private malformed_ = 0;
  private glass_: GlassSample[] = [];
  private readonly arrived_ms_ = new Map<number, number>();

  constructor(request: StartRequest) {
    this.token_ = request.token;
    this.timecode_ = request.timecode;
    this.decoder_ = new FrameDecoder({
      picture: (picture) => this.painter_.show(picture),
      dropped: (count) => this.stats_.dropped(count),
      keyframeNeeded: () => this.command("request_keyframe", {}),
      unsupported: (codec) => this.onUnsupported(codec),
      failed: (detail) => this.onDecodeError(detail),
      nowMs: () => performance.now(),
    });
    this.painter_ = new Painter(request.canvas, request.timecode, {
      drawn: (picture, width, height) => this.onDrawn(picture, width, height),
      skipped: () => this.stats_.skipped(),
      timecode: (picture, capture_us) => this.onTimecode(picture, capture_us),
    });
    this.connection_ = new Connection(request.url, {
      changed: (state) => this.onLink(state),
      opened: () => this.onOpened(),
      message: (data) => this.onMessage(data),
    });
    this.connection_.open();
    void this.reportDecodable();
    setInterval(() => this.tick(), kTickMs);
    setInterval(() => this.reportVideo(), kStatsMs);
    setInterval(() => this.askClock(), kClockMs);
  }

  onRequest(request: PageRequest): void {
    if (request.kind === "command") this.command(request.action, request.data, request.correlation_id);
    else if (request.kind === "drive") this.onDrive(request.wanted, request.may_drive);
    else if (request.kind === "gamepad") this.sendGamepad(request.joy);
    else if (request.kind === "signal") this.connection_.send(encodeSignal(request.signal));
    else if (request.kind === "rtc") this.onRtc(request);
    else if (request.kind === "rtc_picture") this.onRtcPicture(request);
    else if (request.kind === "rtc_stats") this.rtc_.stats = request;
    else if (request.kind === "control_channel") this.own(request.channel, request.id);
    else if (request.kind === "robot_clock") this.onChannelClock(request.robot_us);
    else if (request.kind === "retry") this.connection_.retryNow();
    else if (request.kind === "reconnect") {
      this.token_ = request.token;
      this.connection_.open(request.url);
    }
  }

  private onDrive(wanted: Twist, may_drive: boolean): void {
    const now_ms = performance.now();
    const fresh = this.isFresh(now_ms);
    this.sendTwist(this.twists_.asked(wanted, may_drive, fresh, now_ms), !may_drive || !fresh);
  }

  private onRtc(state: Extract<PageRequest, { kind: "rtc" }>): void {
    if (this.rtc_.set(state)) this.decoder_.reset();
    this.watch();
    this.reportVideo();
  }

  private onRtcPicture({ width, height, rtp_timestamp, shown_us, timecode }: Extract<PageRequest, { kind: "rtc_picture" }>): void {
    const now_ms = performance.now();
    this.rtc_.pictured(now_ms);
    if (!this.rtc_.shown()) return;
    this.drawn_at_ms_ = now_ms;
    this.newest_ = { ...this.newest_, codec: "H.264", width, height };
    this.stats_.drawn(rtp_timestamp === null ? null : this.clock_.rtpAgeMs(rtp_timestamp, shown_us), now_ms);
    if (timecode !== null) this.onRtcTimecode(timecode);
    if (!this.was_fresh_) this.reportVideo();
  }

  private onRtcTimecode({ capture_us, shown_us, browser_ms }: RtcTimecode): void {
    const age_ms = this.clock_.ageMs(capture_us, shown_us);
    if (age_ms !== null) this.glass_.push({ path: "webrtc", age_ms, browser_ms });
  }

  private own(channel: RTCDataChannel, id: number): void {
    this.control_?.forget();
    this.control_ = new ControlLink(channel, {
      opened: () => scope.postMessage({ kind: "control", id, open: true }),
      closed: () => scope.postMessage({ kind: "control", id, open: false }),
      message: (bytes) => {
        const message = parseControlMessage(bytes);
        if (message?.kind === "clock") this.onChannelClock(message.robot_us);
      },
    });
  }

  private sendOverChannel(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.control_ !== null) this.control_.send(bytes);
    else scope.postMessage({ kind: "channel", bytes });
  }

  private onChannelClock(robot_us: number): void {
    this.rtc_.clocked(performance.now());
    this.onRobotClock(robot_us);
  }

  /** The newest counts, whichever way it came. */
  private onRobotClock(robot_us: number): void {
    if (this.robot_us_ === null || robot_us > this.robot_us_) this.robot_us_ = robot_us;
  }

  private onLink(state: LinkState): void {
    if (state.phase !== "open") this.drawn_at_ms_ = Number.NEGATIVE_INFINITY;
    scope.postMessage({ kind: "link", state });
    this.reportVideo();
  }

  private onOpened(): void {
    this.command("auth", { token: this.token_ });
    this.watching_ = true;
    this.clock_.reset();
    this.decoder_.reset();
    this.robot_us_ = null;
    for (const delay of kFirstClockMs) setTimeout(() => this.askClock(), delay);
  }

  private onMessage(data: ArrayBuffer): void {
    const message = parseServerMessage(data);
    if (message === null) ++this.malformed_;
    else if (message.type === "video") this.onVideo(message, data.byteLength);
    else if (message.type === "telemetry") this.onTelemetry(message);
    else if (message.type === "signal") scope.postMessage({ kind: "signal", signal: message.signal });
    else if (message.type === "clock") this.clock_.add(message.client_us, message.server_us, nowUs());
  }

  private onVideo(message: Extract<ServerMessage, { type: "video" }>, bytes: number): void {
    const now_ms = performance.now();
    // Where WebRTC shows the picture this one is only the sign that the server has pictures.
    this.rtc_.sentBeside(now_ms);
    if (this.rtc_.shown()) return;
    this.stats_.received(bytes, now_ms);
    if (this.timecode_) this.noteArrival(message.header.frame_seq, now_ms);
    this.decoder_.push(message.header, message.payload);
  }

  private noteArrival(seq: number, now_ms: number): void {
    if (this.arrived_ms_.size >= kMostArrivals) this.arrived_ms_.clear();
    this.arrived_ms_.set(seq, now_ms);
  }

  private onTelemetry(item: Telemetry): void {
    if (item.subject === "telemetry.clock") this.onRobotClock(item.payload.robot_us);
    if (item.subject === "telemetry.command.ack") {
      if (item.payload.action === "auth") return this.onAuthAck(item.payload);
      if (isUnheard(item.payload)) return;
    }
    this.telemetry_.add(item);
  }

  /** A refusal is followed by the connection's end, which says why. */
  private onAuthAck({ status, detail }: CommandAck): void {
    if (status === "ok") this.connection_.admitted(roleOf(detail));
  }

  private onDrawn({ header }: Picture, width: number, height: number): void {
    const now_ms = performance.now();
    this.drawn_at_ms_ = now_ms;
    this.newest_ = { seq: header.frame_seq, codec: kCodecNames[header.codec] ?? "unknown", width, height };
    this.stats_.drawn(this.clock_.ageMs(header.capture_us, nowUs()), now_ms);
    if (!this.decodes_) {
      this.decodes_ = true;
      scope.postMessage({ kind: "decoder", state: { phase: "ok", codec: null } });
    }
    if (!this.was_fresh_) this.reportVideo();
  }

  private onTimecode({ header }: Picture, capture_us: number): void {
    const age_ms = this.clock_.ageMs(capture_us, nowUs());
    const arrived_ms = this.arrived_ms_.get(header.frame_seq);
    for (const seq of this.arrived_ms_.keys()) if (seq <= header.frame_seq) this.arrived_ms_.delete(seq);
    if (age_ms === null || arrived_ms === undefined) return;
    this.glass_.push({ path: "websocket", age_ms, browser_ms: performance.now() - arrived_ms });
  }

  private onUnsupported(codec: string | null): void {
    if (!this.decodes_) return;
    this.decodes_ = false;
    scope.postMessage({ kind: "decoder", state: { phase: "unsupported", codec } });
  }

  private onDecodeError(detail: string): void {
    this.stats_.failed();
    scope.postMessage({ kind: "fault", detail });
  }

  private command<A extends BrowserAction>(action: A, data: ActionData[A], correlation_id?: string): void {
    const options = correlation_id === undefined ? {} : { correlation_id };
    this.connection_.send(encodeCommand(action, ++this.cmd_seq_, data, options));
  }

  /** The zero that ends a drive goes both ways: the data channel repeats nothing that was lost. */
  private sendTwist(twist: Twist | null, last: boolean): void {
    if (twist === null) return;
    const channel = this.rtc_.control(performance.now());
    if (channel) this.sendOverChannel(twistBytes(twist, ++this.cmd_seq_, this.robot_us_ ?? 0));
    if (!channel || last) this.sendFresh("cmd_vel", twist);
  }

  private sendGamepad(joy: Joy): void {
    if (this.rtc_.control(performance.now())) this.sendOverChannel(gamepadBytes(joy, ++this.cmd_seq_));
    else this.sendFresh("gamepad", joy);
  }

  /** What is of no use when it comes late. */
  private sendFresh<A extends "cmd_vel" | "gamepad">(action: A, data: ActionData[A]): void {
    if (this.connection_.backlogBytes() > kMostBacklogBytes) return;
    const echo = this.robot_us_ === null ? {} : { echo_us: this.robot_us_ };
    const options = { ttl_ms: limits.ttl_ms_default, ...echo };
    this.connection_.send(encodeCommand(action, ++this.cmd_seq_, data, options));
  }

  private async reportDecodable(): Promise<void> {
    const probe = typeof VideoDecoder === "undefined" ? null : (config: { codec: string }) => VideoDecoder.isConfigSupported(config);
    scope.postMessage({ kind: "decodable", codecs: await decodableCodecs(probe) });
  }

  private isFresh(now_ms: number): boolean {
    return now_ms - this.drawn_at_ms_ < kFreshMs;
  }

  private tick(): void {
    const now_ms = performance.now();
    const fresh = this.isFresh(now_ms);
    this.sendTwist(this.twists_.tick(fresh, now_ms), true);
    this.watch();
    if (this.rtc_.stalled(now_ms)) scope.postMessage({ kind: "rtc_stalled" });
    if (fresh !== this.was_fresh_) this.reportVideo();
  }

  /** One picture is enough for a link: the WebSocket's come while WebRTC's do not. */
  private watch(): void {
    const video = this.rtc_.wantsBeside(performance.now());
    if (video === this.watching_) return;
    this.watching_ = video;
    this.command("watch", { video });
  }

  private askClock(): void {
    this.connection_.send(encodeClockRequest(nowUs()));
  }

  private reportVideo(): void {
    const now_ms = performance.now();
    this.was_fresh_ = this.isFresh(now_ms);
    const state: VideoState = {
      ...this.stats_.read(now_ms),
      ...this.newest_,
      rtt_ms: this.clock_.rttMs(),
      ...this.rtc_.shownStats(),
      fresh: this.was_fresh_,
      needs_neutral: this.twists_.needsNeutral(),
      malformed: this.malformed_,
    };
    scope.postMessage({ kind: "video", state });
    if (this.glass_.length > 0) scope.postMessage({ kind: "glass", samples: this.glass_ });
    this.glass_ = [];
  }
}

/** Sixty of these come every second while someone drives; the page has no use for them. */
function isUnheard({ action, status }: CommandAck): boolean {
  return action === "gamepad" || (action === "cmd_vel" && status === "ok");
}

function roleOf(word: string): Role | null {
  return word === "viewer" || word === "operator" || word === "admin" ? word : null;
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

let worker: VideoWorker | null = null;
scope.onmessage = ({ data }) => {
  if (data.kind === "start") worker ??= new VideoWorker(data);
  else worker?.onRequest(data);
};
