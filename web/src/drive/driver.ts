// SPDX-License-Identifier: Apache-2.0
//
// Sixty times a second: reads keyboard, gamepad and touch, says where they stand, and hands it to the worker, which
// sends it or not. Main thread only. The first of keyboard, touch and gamepad that asks for motion counts.

import type { Twist } from "../generated/schema.ts";
import type { Store } from "../store/store.ts";
import type { DriveBlock, DriveState, InputSource, State } from "../store/state.ts";
import type { Session } from "../session.ts";
import { isZero, kZeroTwist } from "../worker/twist_sender.ts";
import { driveBlock, leadsIn, shouldSend, weDrive } from "./drive_gate.ts";
import { HeldOver } from "./held_over.ts";
import { Keyboard } from "./keyboard.ts";
import { PadReader, type PadEvents, type PadNow } from "./pad_reader.ts";
import type { DriveSettings } from "./settings.ts";
import { isNeutral, kNeutral, shapeStick, shapeAxis, twistOf, type Axes } from "./shaping.ts";

const kPeriodMs = 1000 / 60;
const kHalf = 0.5;

interface Wish {
  source: InputSource | null;
  axes: Axes;
  speed: number;
}

const kNoWish: Wish = { source: null, axes: kNeutral, speed: 0 };

export class Driver {
  readonly keyboard = new Keyboard();
  /** Where the touch pads stand, raw, -1 to 1; the pads write here. */
  touch: Axes = kNeutral;
  private readonly pad_: PadReader;
  private readonly held_ = { keyboard: new HeldOver(), touch: new HeldOver(), gamepad: new HeldOver() };
  /** The gamepad that drove is gone: silence until it is back and at rest, or another input takes over. */
  private pad_lost_ = false;
  private held_lease_ = false;
  private moved_ms_ = Number.NEGATIVE_INFINITY;
  private still_ms_ = 0;

  constructor(
    private readonly session_: Session,
    private readonly settings_: Store<DriveSettings>,
    private readonly events_: PadEvents & { cameBack(): void },
  ) {
    this.pad_ = new PadReader({ ...events_, padLost: (name) => this.onPadLost(name) });
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
    const { drive } = this.session_.store.get();
    if (document.hidden || !document.hasFocus()) {
      this.keyboard.releaseAll();
    } else if (drive.cut_by === "hidden" || drive.cut_by === "focus") {
      this.session_.store.set({ drive: { ...drive, cut_by: null } });
      this.events_.cameBack();
    }
    this.step();
  }

  private onPadLost(name: string): void {
    const state = this.session_.store.get();
    this.pad_lost_ = weDrive(state) && state.drive.source === "gamepad";
    this.events_.padLost(name);
  }

  private step(): void {
    const state = this.session_.store.get();
    this.noteLease(weDrive(state));
    const focused = document.hasFocus();
    const pad = this.pad_.read(this.settings_.get().curve, focused);
    const in_the_way = driveBlock(state, { visible: !document.hidden, focused });
    const wish = this.wish(pad, in_the_way !== null);
    if (wish.source !== null || (pad !== null && !this.held_.gamepad.mustLetGo())) this.pad_lost_ = false;
    const block = in_the_way ?? (this.pad_lost_ ? "gamepad_lost" : null);
    const wanted = block === null ? this.twist(state, wish) : kZeroTwist;
    this.send(state, block, wanted, pad);
    this.show(state, block, wish, wanted);
  }

  /** Who gets control keeps it for a while without driving. */
  private noteLease(held: boolean): void {
    if (held && !this.held_lease_) this.moved_ms_ = performance.now();
    this.held_lease_ = held;
  }

  private twist(state: State, { axes, speed }: Wish): Twist {
    const robot = state.robots?.robots.find((r) => r.name === state.robots?.current);
    return robot ? twistOf(axes, speed, robot.twist_limits) : kZeroTwist;
  }

  private send(state: State, block: DriveBlock, wanted: Twist, pad: PadNow | null): void {
    const now_ms = performance.now();
    const moving = !isZero(wanted);
    if (moving) this.moved_ms_ = now_ms;
    else this.still_ms_ = now_ms;
    const may_drive = block === null && shouldSend(moving, weDrive(state), now_ms - this.moved_ms_);
    const leading_in = leadsIn(state, now_ms - this.still_ms_);
    this.session_.drive({ kind: "drive", wanted: leading_in ? kZeroTwist : wanted, may_drive });
    const shared = this.settings_.get().share_gamepad && may_drive && weDrive(state);
    if (shared && pad !== null) this.session_.gamepad(pad.joy);
  }

  private show(state: State, block: DriveBlock, wish: Wish, wanted: Twist): void {
    const { drive } = state;
    const moving = !isZero(wanted);
    const cut = block !== null && drive.block === null && !isZero(drive.wanted);
    const next: DriveState = {
      block,
      // The source outlives the move: a gamepad that vanishes a moment after it was let go is still the one that drove.
      source: wish.source ?? (weDrive(state) ? drive.source : null),
      wanted,
      gamepad: this.pad_.name(),
      held_over: block === null && this.heldOver(),
      cut_by: cut ? block : moving ? null : drive.cut_by,
    };
    if (JSON.stringify(next) !== JSON.stringify(drive)) this.session_.store.set({ drive: next });
  }

  private heldOver(): boolean {
    const { keyboard, touch, gamepad } = this.held_;
    return keyboard.mustLetGo() || touch.mustLetGo() || (this.pad_.name() !== null && gamepad.mustLetGo());
  }

  private wish(pad: PadNow | null, blocked: boolean): Wish {
    const { speed, always_full, curve } = this.settings_.get();
    const half = always_full ? 1 : kHalf;
    const keys = this.held_.keyboard.filter(this.keyboard.axes(), blocked);
    const touch = this.held_.touch.filter(this.touchAxes(curve), blocked);
    const stick = this.held_.gamepad.filter(this.padAxes(pad), blocked);
    if (!isNeutral(keys)) return { source: "keyboard", axes: keys, speed: speed * (this.keyboard.fullSpeed() ? 1 : half) };
    if (!isNeutral(touch)) return { source: "touch", axes: touch, speed: speed * half };
    if (isNeutral(stick)) return kNoWish;
    return { source: "gamepad", axes: stick, speed: speed * (half + (1 - half) * (pad?.reading.boost ?? 0)) };
  }

  private touchAxes(curve: number): Axes {
    const [left, forward] = shapeStick(this.touch.left, this.touch.forward, curve);
    return { forward, left, turn: shapeAxis(this.touch.turn, curve), up: shapeAxis(this.touch.up, curve) };
  }

  private padAxes(pad: PadNow | null): Axes | null {
    if (pad === null) return null;
    return this.settings_.get().dead_man && !pad.reading.dead_man_held ? kNeutral : pad.reading.axes;
  }
}
