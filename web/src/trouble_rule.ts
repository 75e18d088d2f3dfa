// SPDX-License-Identifier: Apache-2.0
//
// What a trouble is, and what decides whether there is one.

import type { State } from "./store/state.ts";

export type TroubleAction =
  | "retry" | "sign_in" | "use_jpeg" | "use_h264" | "use_hevc" | "release_pause"
  | "ask_control" | "cancel_ask" | "take_control" | "hand_over" | "not_now";

export interface Trouble {
  id: string;
  tone: "busy" | "warning" | "danger" | "plain";
  title: string;
  text: string;
  place: "middle" | "above" | "below";
  actions: readonly TroubleAction[];
  /** The client that an action is about. */
  client?: string;
}

export interface Surroundings {
  secure: boolean;
  /** We asked for control and wait for it. */
  wants_control: boolean;
  /** Clients that asked and were told "not now". */
  put_off: readonly string[];
}

export type Rule = (state: Readonly<State>, around: Surroundings) => Trouble | null;
