// SPDX-License-Identifier: Apache-2.0
//
// The gamepad in use: finds it, reads it, says what its buttons do, and notices when it comes and goes. Main thread only.

import { Button, padName, readPad, type PadReading } from "./gamepad.ts";
import type { Joy } from "../generated/schema.ts";

export interface PadEvents {
  padButton(index: number): void;
  padHeld(held: readonly number[]): void;
  padOrbit(pitch: number): void;
  padFound(name: string): void;
  padLost(name: string): void;
  padStrange(name: string): void;
}

export interface PadNow {
  name: string;
  reading: PadReading;
  /** As it is, for whoever wants it on the bus (ROS sensor_msgs/Joy). */
  joy: Joy;
}

const kMostAxes = 32;
const kMostButtons = 64;

export class PadReader {
  private held_: readonly number[] = [];
  private name_: string | null = null;
  private strange_ = "";

  constructor(private readonly events_: PadEvents) {}

  /** Null where there is none, or where another window has the input. Its E-STOP works as long as the page sees it. */
  read(curve: number, focused: boolean): PadNow | null {
    const pads = (navigator.getGamepads?.() ?? []).filter((pad): pad is Gamepad => pad !== null && pad.connected);
    const pad = pads.find((p) => p.mapping === "standard");
    this.announce(pads[0], pad);
    if (pad === undefined) {
      this.held_ = [];
      this.events_.padHeld([]);
      return null;
    }
    const reading = readPad(pad, this.held_, curve);
    this.held_ = reading.held;
    for (const index of reading.pressed) if (focused || index === Button.b) this.events_.padButton(index);
    this.events_.padHeld(focused ? reading.held : []);
    if (focused && reading.orbit !== 0) this.events_.padOrbit(reading.orbit);
    return focused ? { name: padName(pad.id), reading, joy: joyOf(pad) } : null;
  }

  /** The name of the one in use. */
  name(): string | null {
    return this.name_;
  }

  private announce(first: Gamepad | undefined, pad: Gamepad | undefined): void {
    const strange = pad === undefined && first ? padName(first.id) : "";
    if (strange !== "" && strange !== this.strange_) this.events_.padStrange(strange);
    this.strange_ = strange;
    const before = this.name_;
    this.name_ = pad ? padName(pad.id) : null;
    if (this.name_ === before) return;
    if (this.name_ !== null) this.events_.padFound(this.name_);
    else if (before !== null) this.events_.padLost(before);
  }
}

/** Axes and buttons in the order of the W3C standard mapping. */
function joyOf(pad: Pick<Gamepad, "axes" | "buttons">): Joy {
  const clamped = (value: number) => (Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0);
  const buttons = pad.buttons.slice(0, kMostButtons).map((button) => (button.pressed ? 1 : 0));
  return { axes: pad.axes.slice(0, kMostAxes).map(clamped), buttons };
}
