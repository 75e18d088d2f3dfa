// SPDX-License-Identifier: Apache-2.0
//
// Reads a gamepad in the W3C standard mapping, which Xbox pads and the Steam Deck have. Pure: a snapshot goes in, axes
// and the buttons that went down since the last one come out.

import { shapeAxis, shapeStick, type Axes } from "./shaping.ts";

export const Button = { b: 1, y: 3, lb: 4, rb: 5, lt: 6, rt: 7, view: 8, menu: 9, up: 12, down: 13 } as const;
const kTriggerHeld = 0.3;

export interface PadSnapshot {
  id: string;
  mapping: string;
  axes: readonly number[];
  buttons: readonly { pressed: boolean; value: number }[];
}

export interface PadReading {
  axes: Axes;
  /** 0 half speed to 1 full speed. */
  boost: number;
  dead_man_held: boolean;
  /** How fast the camera is asked to tilt, -1 to 1. */
  orbit: number;
  /** Buttons that went down, by index. */
  pressed: readonly number[];
  held: readonly number[];
}

export function readPad(pad: PadSnapshot, before: readonly number[], curve: number): PadReading {
  const axis = (i: number) => pad.axes[i] ?? 0;
  const value = (i: number) => pad.buttons[i]?.value ?? 0;
  const [x, y] = shapeStick(axis(0), axis(1), curve);
  const held = pad.buttons.flatMap((button, i) => (button.pressed ? [i] : []));
  const down = (i: number) => (held.includes(i) ? 1 : 0);
  return {
    axes: { forward: -y || 0, left: -x || 0, turn: -shapeAxis(axis(2), curve) || 0, up: down(Button.up) - down(Button.down) },
    boost: value(Button.rt),
    dead_man_held: value(Button.lt) > kTriggerHeld,
    orbit: shapeAxis(axis(3), curve),
    pressed: held.filter((i) => !before.includes(i)),
    held,
  };
}

/** "Xbox 360 Controller (STANDARD GAMEPAD Vendor: 28de Product: 11ff)" is "Xbox 360 Controller" to people. */
export function padName(id: string): string {
  const name = id.replace(/\((?:STANDARD GAMEPAD|Vendor).*$/i, "").replace(/^[0-9a-f]{4}-[0-9a-f]{4}-/i, "").trim();
  return name === "" ? "Gamepad" : name;
}
