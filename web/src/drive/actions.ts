// SPDX-License-Identifier: Apache-2.0
//
// What a person can ask for besides motion, from whatever key, button or panel. Each action says in words what came of
// it where that is not plain to see. An action that needs the lease asks for it first when nobody holds it.

import type { ActionData, BrowserAction, SettingsData } from "../generated/schema.ts";
import type { Outcome, Session } from "../session.ts";
import { someoneElseDrives } from "./drive_gate.ts";
import { LeaseDesk, type Announcer } from "./lease_desk.ts";
import { outcomeWords } from "../words.ts";

const kEstopRepeatMs = 250;
const kEstopTries = 12;
const kCameraPeriodMs = 40;

export class Actions {
  private camera_turn_ = { yaw: 0, pitch: 0, zoom: 1 };
  private camera_timer_: ReturnType<typeof setTimeout> | null = null;
  /** Control itself: asked for, given, taken. */
  readonly lease: LeaseDesk;

  constructor(
    private readonly session_: Session,
    private readonly announcer_: Announcer,
  ) {
    this.lease = new LeaseDesk(session_, announcer_);
  }

  /** The robot side says who it was; said again until the robot side says that it stopped: a lost message must not matter. */
  estop(): void {
    const stopped = () => this.session_.store.get().safety?.mode === "ESTOP";
    const attempt = (tries_left: number): void => {
      void this.session_.command("estop", {}).then((outcome) => {
        if (outcome.status === "no_link") {
          this.announcer_.say("Not connected: the stop did not reach the robot. It stops by itself without commands.", "warning");
        }
      });
      if (tries_left > 0) setTimeout(() => stopped() || attempt(tries_left - 1), kEstopRepeatMs);
    };
    attempt(kEstopTries);
  }

  rearm(): void {
    void this.underLease("Re-arm", "estop_clear", {});
  }

  togglePause(): void {
    const paused = this.session_.store.get().safety?.paused === true;
    void this.underLease(paused ? "Resume" : "Pause", "pause", { paused: !paused });
  }

  reset(): void {
    void this.underLease("Reset", "reset", {});
  }

  loadRobot(name: string): void {
    void this.underLease("Load robot", "load_robot", { name });
  }

  gripper(position: number): void {
    void this.underLease("Gripper", "gripper", { position });
  }

  settings(data: SettingsData): void {
    void this.underLease("Settings", "settings", data);
  }

  camera(name: string): void {
    void this.underLease("Camera", "camera", { name });
  }

  nextCamera(): void {
    const { robots } = this.session_.store.get();
    const cameras = robots?.robots.find((robot) => robot.name === robots.current)?.cameras ?? [];
    if (cameras.length === 0) return;
    const at = cameras.indexOf(robots?.camera ?? "");
    this.camera(cameras[(at + 1) % cameras.length]!);
  }

  /** Turns the orbiting camera; many small turns leave as one, 25 times a second. */
  orbit(yaw: number, pitch: number, zoom = 1): void {
    const state = this.session_.store.get();
    if (someoneElseDrives(state) || state.link.role === "viewer") return;
    const turn = this.camera_turn_;
    this.camera_turn_ = { yaw: turn.yaw + yaw, pitch: turn.pitch + pitch, zoom: turn.zoom * zoom };
    this.camera_timer_ ??= setTimeout(() => {
      const data = this.camera_turn_;
      this.camera_timer_ = null;
      this.camera_turn_ = { yaw: 0, pitch: 0, zoom: 1 };
      void this.underLease("Camera", "camera", data);
    }, kCameraPeriodMs);
  }

  private underLease<A extends BrowserAction>(what: string, action: A, data: ActionData[A]): Promise<void> {
    const { lease, link } = this.session_.store.get();
    if (link.role === "viewer") {
      this.announcer_.say("Your access is to watch, and to stop the robot");
      return Promise.resolve();
    }
    if (lease !== null && lease.holder === null) void this.session_.command("lease", { op: "acquire" });
    return this.say(what, this.session_.command(action, data));
  }

  private async say(what: string, outcome: Promise<Outcome>): Promise<void> {
    const words = outcomeWords(what, await outcome);
    if (words !== null) this.announcer_.say(words, "warning");
  }
}
