// SPDX-License-Identifier: Apache-2.0
//
// How this person likes to drive. Kept in this browser and nowhere else; a browser that keeps nothing is fine.

import { Store } from "../store/store.ts";

export interface DriveSettings {
  /** Share of the robot's full speed that is "full", 0.1 to 1. */
  speed: number;
  /** 0 straight to 1 gentle. */
  curve: number;
  /** Drive at full speed without holding Shift or the trigger. */
  always_full: boolean;
  /** The gamepad drives only while its left trigger is held. */
  dead_man: boolean;
  /** The gamepad itself goes to the bus too, for whoever wants it there. */
  share_gamepad: boolean;
}

const kKey = "sdr.drive";
const kDefaults: DriveSettings = { speed: 1, curve: 0.5, always_full: false, dead_man: false, share_gamepad: false };

function number(value: unknown, low: number, high: number, fallback: number): number {
  return typeof value === "number" && value >= low && value <= high ? value : fallback;
}

/** Reads what was kept; anything unreadable or out of range is the default. */
export function parseSettings(text: string | null): DriveSettings {
  let kept: Partial<Record<keyof DriveSettings, unknown>> = {};
  try {
    kept = (JSON.parse(text ?? "{}") as typeof kept | null) ?? {};
  } catch {
    return kDefaults;
  }
  return {
    speed: number(kept.speed, 0.1, 1, kDefaults.speed),
    curve: number(kept.curve, 0, 1, kDefaults.curve),
    always_full: kept.always_full === true,
    dead_man: kept.dead_man === true,
    share_gamepad: kept.share_gamepad === true,
  };
}

export function openSettings(storage: Pick<Storage, "getItem" | "setItem"> | null): Store<DriveSettings> {
  const store = new Store<DriveSettings>(parseSettings(storage?.getItem(kKey) ?? null));
  store.subscribe(() => storage?.setItem(kKey, JSON.stringify(store.get())));
  return store;
}
