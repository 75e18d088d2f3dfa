// SPDX-License-Identifier: Apache-2.0
//
// What is wrong, in words, and what to do about it: at most one thing, the first that matters. Pure, so that every
// sentence has a test. Where there is no picture to hide it is said in the very middle; over a live picture right above
// or below it, so that the robot stays in sight.

import { someoneElseDrives } from "./drive/drive_gate.ts";
import type { State } from "./store/state.ts";
import { clientName, reasonWords } from "./words.ts";

export type TroubleAction = "retry" | "use_jpeg" | "ask_control" | "cancel_ask" | "sign_in" | "release_pause";

export interface Trouble {
  id: string;
  tone: "busy" | "warning" | "danger" | "plain";
  title: string;
  text: string;
  place: "middle" | "above" | "below";
  actions: readonly TroubleAction[];
}

export interface Surroundings {
  focused: boolean;
  secure: boolean;
  wants_control: boolean;
}

type Rule = (state: Readonly<State>, around: Surroundings) => Trouble | null;

/** In order of weight: the first that applies is said. */
const kRules: readonly Rule[] = [
  link,
  decoder,
  noPicture,
  stopped,
  busLost,
  silent,
  paused,
  watching,
  unfocused,
  heldOver,
];

export function troubleOf(state: Readonly<State>, around: Surroundings): Trouble | null {
  for (const rule of kRules) {
    const trouble = rule(state, around);
    if (trouble !== null) return trouble;
  }
  return null;
}

function link({ link, video }: Readonly<State>): Trouble | null {
  if (link.phase === "open") return null;
  const middle = { place: "middle", actions: [] } as const;
  if (link.phase === "denied") {
    const text = link.reason === "" ? "The server asks for an access token." : `The server said: ${link.reason}.`;
    return { id: "denied", tone: "warning", title: "Not allowed", text, place: "middle", actions: ["sign_in"] };
  }
  if (video.drawn === 0 && link.tries <= 2) {
    return { id: "connecting", tone: "busy", title: "Connecting", text: "Waiting for the robot's server to answer.", ...middle };
  }
  const text = "The robot stops by itself. Trying again until the server answers.";
  return { id: "lost", tone: "warning", title: "Connection lost", text, place: "middle", actions: ["retry"] };
}

function decoder({ decoder }: Readonly<State>, { secure }: Surroundings): Trouble | null {
  if (decoder.phase === "ok") return null;
  const title = "This browser cannot show the video";
  let text = `It does not decode ${decoder.codec}. JPEG pictures work everywhere, at a higher bitrate, for everyone who watches.`;
  if (decoder.codec === null) {
    text = secure
      ? "It has no WebCodecs. A current Chrome, Edge, Firefox or Safari has. JPEG pictures work everywhere."
      : "Video needs a secure page: open it over https, or as localhost. JPEG pictures work here too.";
  }
  return { id: "no_decoder", tone: "warning", title, text, place: "middle", actions: ["use_jpeg"] };
}

function noPicture({ video, health, robot_silent }: Readonly<State>): Trouble | null {
  if (video.fresh) return null;
  const middle = { tone: "warning", place: "middle", actions: [] } as const;
  if (health?.status === "waiting") {
    const text = "The server runs, but no simulator or robot has sent a picture yet. It appears here as soon as one does.";
    return { id: "waiting", ...middle, tone: "busy", title: "Waiting for a picture", text };
  }
  if (health?.status === "stuck") {
    return { id: "stuck", ...middle, title: "The server is stuck", text: "It answers, but does not move on. Restart it." };
  }
  if (health?.status === "stalled" || robot_silent) {
    const text = "The simulator has stopped sending. Driving is off; the picture comes back by itself when it runs again.";
    return { id: "stalled", ...middle, title: "The simulator stalled", text };
  }
  if (video.drawn === 0) {
    return { id: "first_picture", ...middle, tone: "busy", title: "Connected", text: "Waiting for the first picture." };
  }
  const text = "No new picture has come for half a second. Driving is off until it is live again.";
  return { id: "late", ...middle, title: "The picture is late", text };
}

function stopped({ safety, lease }: Readonly<State>): Trouble | null {
  if (safety?.mode !== "ESTOP") return null;
  const by_people = safety.reason === "estop_command";
  const title = by_people ? "The robot was stopped" : "The robot stopped itself";
  const why = sentence(safety.detail || reasonWords(safety.reason));
  const other = lease !== null && lease.holder !== null && lease.holder !== lease.you;
  const how = other ? `${clientName(lease.holder, lease.you)} drives and can re-arm it.` : "When it is safe, hold the button below right, or Enter, for a second.";
  return { id: "estop", tone: "danger", title, text: `${why} ${how}`, place: "above", actions: [] };
}

function busLost({ health }: Readonly<State>): Trouble | null {
  if (health?.status !== "bus_lost") return null;
  const text = "The server lost the bus. The picture is live, but the robot cannot be driven; it holds still.";
  return { id: "bus_lost", tone: "warning", title: "Bus lost", text, place: "below", actions: [] };
}

function silent({ robot_silent }: Readonly<State>): Trouble | null {
  if (!robot_silent) return null;
  const text = "Nothing is heard from the robot's side, so nothing can be driven.";
  return { id: "silent", tone: "warning", title: "The robot is silent", text, place: "below", actions: [] };
}

function paused({ safety }: Readonly<State>): Trouble | null {
  if (safety?.paused !== true) return null;
  const text = "Time stands still in the simulator.";
  return { id: "paused", tone: "plain", title: "Paused", text, place: "below", actions: ["release_pause"] };
}

function watching(state: Readonly<State>, { wants_control }: Surroundings): Trouble | null {
  if (!someoneElseDrives(state)) return null;
  const text = wants_control ? "You asked for control and get it when it is given up." : `${clientName(state.lease!.holder, state.lease!.you)} drives.`;
  const actions = [wants_control ? "cancel_ask" : "ask_control"] as const;
  return { id: "watching", tone: "plain", title: "You are watching", text, place: "below", actions };
}

function unfocused({ drive }: Readonly<State>, { focused }: Surroundings): Trouble | null {
  if (focused || drive.block !== "focus") return null;
  return { id: "focus", tone: "plain", title: "Click to drive", text: "Another window has the keyboard.", place: "below", actions: [] };
}

function heldOver({ video, drive }: Readonly<State>): Trouble | null {
  if (!video.needs_neutral || drive.block !== null) return null;
  const text = "It was held while the robot could not be driven.";
  return { id: "held_over", tone: "plain", title: "Let go of the stick", text, place: "below", actions: [] };
}

/** Begins with a capital and ends with a point; a client's id, which has figures, is left as it is. */
function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  const word = trimmed.split(/\s/, 1)[0]!;
  return `${/^[a-z]+$/.test(word) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed}.`;
}
