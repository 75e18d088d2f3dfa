// SPDX-License-Identifier: Apache-2.0
//
// The page's end of everything: starts the worker, writes what it reports into the store and the traces, sends commands
// and matches the answers to them. Main thread only.

import type { ActionData, BrowserAction, CommandAck, Joy } from "./generated/schema.ts";
import { forgetToken, keepToken, type SessionOptions } from "./location.ts";
import { ingestTelemetry, type Traces } from "./store/ingest.ts";
import { kInitialState, type RtcState, type State } from "./store/state.ts";
import { RtcDesk } from "./rtc/rtc_desk.ts";
import { VideoTimecode } from "./rtc/video_timecode.ts";
import { Store } from "./store/store.ts";
import type { GlassSample, PageRequest, WorkerReport } from "./worker/protocol.ts";

const kAnswerMs = 2000;
const kGlassSamples = 1000;
const kRobotSilentMs = 1200;

/** What only the robot's side can say, while it says nothing. */
const kRobotUnknown = { safety: null, velocity: null, odometry: null, joints: null, imu: null, physics: null } as const;

export interface Outcome {
  status: CommandAck["status"] | "no_answer" | "no_link";
  detail: string;
}

export class Session {
  readonly store = new Store<State>(kInitialState);
  readonly glass: GlassSample[] = [];
  readonly rtc: RtcDesk;
  private readonly worker_ = new Worker("worker.js", { type: "module", name: "video" });
  private readonly waiting_ = new Map<string, (outcome: Outcome) => void>();
  private correlation_ = 0;

  constructor(
    readonly traces: Traces,
    private readonly options_: SessionOptions,
  ) {
    this.worker_.onmessage = ({ data }: MessageEvent<WorkerReport>) => this.onReport(data);
    const hooks = {
      token: () => this.token(),
      post: (request: PageRequest) => this.post(request),
      handOver: (channel: RTCDataChannel, id: number) => this.handOver(channel, id),
      show: (rtc: RtcState) => this.store.set({ rtc }),
    };
    this.rtc = new RtcDesk(options_.camera, hooks, options_.timecode ? new VideoTimecode() : null);
    setInterval(() => this.checkRobot(), 250);
  }

  /** Hands the canvas to the worker, for good, and connects. */
  start(canvas: HTMLCanvasElement): void {
    const offscreen = canvas.transferControlToOffscreen();
    const { url, token, timecode } = this.options_;
    this.worker_.postMessage({ kind: "start", canvas: offscreen, url, token, timecode }, [offscreen]);
    this.rtc.prepare();
  }

  /** The access token in use; "" without one. */
  token(): string {
    return this.options_.token;
  }

  retry(): void {
    this.post({ kind: "retry" });
  }

  /** Connects anew with another access token, kept for this tab, or beyond it where the person said so. */
  signIn(token: string, remember: boolean): void {
    keepToken(token, remember);
    this.reconnect(token);
  }

  signOut(): void {
    forgetToken();
    this.reconnect("");
  }

  private reconnect(token: string): void {
    this.options_.token = token;
    this.post({ kind: "reconnect", url: this.options_.url, token });
  }

  drive(request: Extract<PageRequest, { kind: "drive" }>): void {
    this.post(request);
  }

  gamepad(joy: Joy): void {
    this.post({ kind: "gamepad", joy });
  }

  /** Sends a command once; the outcome is what the server answered, or that it did not. */
  command<A extends BrowserAction>(action: A, data: ActionData[A]): Promise<Outcome> {
    if (this.store.get().link.phase !== "open") return Promise.resolve({ status: "no_link", detail: "not connected" });
    const correlation_id = `p${++this.correlation_}`;
    this.post({ kind: "command", action, data, correlation_id });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(correlation_id, { status: "no_answer", detail: "" }), kAnswerMs);
      this.waiting_.set(correlation_id, (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      });
    });
  }

  private post(request: PageRequest): void {
    this.worker_.postMessage(request);
  }

  private handOver(channel: RTCDataChannel, id: number): boolean {
    try {
      this.worker_.postMessage({ kind: "control_channel", channel, id }, [channel as unknown as Transferable]);
      return true;
    } catch {
      return false; // this browser's channels stay where they were made
    }
  }

  private settle(correlation_id: string, outcome: Outcome): void {
    this.waiting_.get(correlation_id)?.(outcome);
    this.waiting_.delete(correlation_id);
  }

  private onReport(report: WorkerReport): void {
    if (report.kind === "telemetry") this.onTelemetry(report.items);
    else if (report.kind === "video") this.onVideo(report.state);
    else if (report.kind === "link") this.onLink(report.state);
    else if (report.kind === "decoder") this.store.set({ decoder: report.state });
    else if (report.kind === "decodable") this.store.set({ decodable: report.codecs });
    else if (report.kind === "signal") this.rtc.onSignal(report.signal);
    else if (report.kind === "channel") this.rtc.send(report.bytes);
    else if (report.kind === "control") this.rtc.onControl(report.id, report.open);
    else if (report.kind === "rtc_stalled") this.rtc.onStall();
    else if (report.kind === "glass") this.onGlass(report.samples);
    else console.warn(`video: ${report.detail}`);
  }

  private onTelemetry(items: Extract<WorkerReport, { kind: "telemetry" }>["items"]): void {
    const patch: Partial<State> = {};
    for (const item of items) ingestTelemetry(item, patch, this.traces, performance.now());
    this.store.set(patch);
    if (patch.ack) this.settle(patch.ack.correlation_id ?? "", patch.ack);
  }

  private onVideo(video: State["video"]): void {
    this.store.set({ video });
    const { fps, age_ms, rtt_ms, bitrate_bps, drops } = video;
    this.traces.stream.add(performance.now() / 1000, [fps, age_ms, rtt_ms, bitrate_bps / 1e6, drops]);
  }

  /** What a server said before the connection broke is not known to hold any more. */
  private onLink(link: State["link"]): void {
    const { gate, lease, people, robot_heard_ms, robot_silent } = kInitialState;
    this.store.set({ link });
    if (link.phase !== "open") this.store.set({ ...kRobotUnknown, gate, lease, people, robot_heard_ms, robot_silent });
    this.rtc.onLink(link.phase === "open");
    if (link.denial === "token_unknown") forgetToken();
  }

  private onGlass(samples: GlassSample[]): void {
    this.glass.push(...samples);
    if (this.glass.length > kGlassSamples) this.glass.splice(0, this.glass.length - kGlassSamples);
  }

  /** A robot side that fell silent is not believed any longer. */
  private checkRobot(): void {
    const { link, robot_heard_ms, robot_silent } = this.store.get();
    const heard = robot_heard_ms !== null && performance.now() - robot_heard_ms < kRobotSilentMs;
    if (link.phase !== "open" || heard === !robot_silent) return;
    this.store.set(heard ? { robot_silent: false } : { robot_silent: true, ...kRobotUnknown });
  }
}
