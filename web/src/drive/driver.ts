// SPDX-License-Identifier: Apache-2.0
//
// Sixty times a second: reads keyboard, gamepad and touch, says where they stand, and hands it to the worker, which
// sends it or not. Main thread only. The fastest wish of the three counts, per axis.

import type { Store } from "../store/store.ts";
import type { InputSource, State } from "../store/state.ts";
import type { Session } from "../session.ts";
import { isZero, kZeroTwist } from "../worker/twist_sender.ts";
import { driveBlock, shouldSend, weDrive } from "./drive_gate.ts";
import { padName, readPad, type PadReading } from "./gamepad.ts";
import { Keyboard } from "./keyboard.ts";
import type { DriveSettings } from "./settings.ts";
import { kNeutral, shapeStick, shapeAxis, twistOf, type Axes } from "./shaping.ts";

const kPeriodMs = 1000 / 60;
const kHalf = 0.5;

export interface DriverEvents {
  padButton(index: number): void;
  padHeld(held: readonly number[]): void;
  padOrbit(pitch: number): void;
  padFound(name: string): void;
  padLost(name: string): void;
  padStrange(name: string): void;
}

export class Driver {
  readonly keyboard = new Keyboard();
  /** Where the touch pads stand, raw, -1 to 1; the pads write here. */
  touch: Axes = kNeutral;
  private pad_held_: readonly number[] = [];
  private strange_pad_ = "";
  private moved_ms_ = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly session_: Session,
    private readonly settings_: Store<DriveSettings>,
    private readonly events_: DriverEvents,
  ) {
    setInterval(() => this.step(), kPeriodMs);
    for (const type of ["blur", "focus", "visibilitychange", "pagehide"]) {
      addEventListener(type, () => this.onAttention(), true);
    }
  }

  /** Falls silent at once, until the sticks are touched again. */
  rest(): void {
    this.moved_ms_ = Number.NEGATIVE_INFINITY;
    this.step();
  }

  private onAttention(): void {
    if (document.hidden || !document.hasFocus()) {
      this.keyboard.releaseAll();
      this.touch = kNeutral;
    }
    this.step();
  }

  private step(): void {
    const state = this.session_.store.get();
    const pad = this.readGamepad(state);
    const { source, axes, speed } = this.strongest(pad);
    const robot = state.robots?.robots.find((r) => r.name === state.robots?.current);
    const wanted = robot ? twistOf(axes, speed, robot.twist_limits) : kZeroTwist;
    const now_ms = performance.now();
    const moving = !isZero(wanted);
    if (moving) this.moved_ms_ = now_ms;
    const block = driveBlock(state, { visible: !document.hidden, focused: document.hasFocus() });
    const may_drive = block === null && shouldSend(moving, weDrive(state), now_ms - this.moved_ms_);
    this.session_.drive({ kind: "drive", wanted, may_drive });
    this.show(state, block, moving ? source : null, wanted);
  }

  private show(state: State, block: State["drive"]["block"], source: InputSource | null, wanted: State["drive"]["wanted"]): void {
    const { drive } = state;
    const same = drive.block === block && drive.source === source && JSON.stringify(drive.wanted) === JSON.stringify(wanted);
    if (!same) this.session_.store.set({ drive: { ...this.session_.store.get().drive, block, source, wanted } });
  }

  private strongest(pad: PadReading | null): { source: InputSource; axes: Axes; speed: number } {
    const { speed, always_full, dead_man, curve } = this.settings_.get();
    const half = always_full ? 1 : kHalf;
    const keys = this.keyboard.axes();
    if (!isNeutral(keys)) return { source: "keyboard", axes: keys, speed: speed * (this.keyboard.fullSpeed() ? 1 : half) };
    const [left, forward] = shapeStick(this.touch.left, this.touch.forward, curve);
    const touch = { forward, left, turn: shapeAxis(this.touch.turn, curve), up: shapeAxis(this.touch.up, curve) };
    if (!isNeutral(touch)) return { source: "touch", axes: touch, speed: speed * half };
    if (pad !== null && (!dead_man || pad.dead_man_held)) {
      return { source: "gamepad", axes: pad.axes, speed: speed * (half + (1 - half) * pad.boost) };
    }
    return { source: "keyboard", axes: kNeutral, speed: 0 };
  }

  private readGamepad(state: State): PadReading | null {
    const pads = (navigator.getGamepads?.() ?? []).filter((pad): pad is Gamepad => pad !== null && pad.connected);
    const pad = pads.find((p) => p.mapping === "standard");
    this.announce(state, pads, pad);
    if (pad === undefined || !document.hasFocus()) {
      this.pad_held_ = [];
      return null;
    }
    const reading = readPad(pad, this.pad_held_, this.settings_.get().curve);
    this.pad_held_ = reading.held;
    for (const index of reading.pressed) this.events_.padButton(index);
    this.events_.padHeld(reading.held);
    if (reading.orbit !== 0) this.events_.padOrbit(reading.orbit);
    return reading;
  }

  private announce(state: State, pads: readonly Gamepad[], pad: Gamepad | undefined): void {
    const strange = pad === undefined && pads[0] ? padName(pads[0].id) : "";
    if (strange !== "" && strange !== this.strange_pad_) this.events_.padStrange(strange);
    this.strange_pad_ = strange;
    const before = state.drive.gamepad;
    const name = pad ? padName(pad.id) : null;
    if (name === before) return;
    this.session_.store.set({ drive: { ...state.drive, gamepad: name } });
    if (name !== null) this.events_.padFound(name);
    else if (before !== null) this.events_.padLost(before);
  }
}

function isNeutral(axes: Axes): boolean {
  return axes.forward === 0 && axes.left === 0 && axes.up === 0 && axes.turn === 0;
}
