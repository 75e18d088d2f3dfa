// SPDX-License-Identifier: Apache-2.0
//
// What keeps the robot still, or this page from driving it, while the picture is live: in words, the weightiest first.

import { someoneElseDrives, weDrive } from "./drive/drive_gate.ts";
import { reasonWords, rearmWords, sentence, stoppedBy } from "./safety_words.ts";
import type { State } from "./store/state.ts";
import type { Rule, Trouble } from "./trouble_rule.ts";
import { clientDoes, clientName } from "./words.ts";

export const kRobotRules: readonly Rule[] = [
  stopped,
  busLost,
  silent,
  gate,
  paused,
  gamepadLost,
  asked,
  watching,
  unfocused,
  heldOver,
];

const kBelow = { tone: "plain", place: "below", actions: [] } as const;

function stopped(state: Readonly<State>): Trouble | null {
  const { safety, link, lease, drive } = state;
  if (safety?.mode !== "ESTOP") return null;
  const who = stoppedBy(safety);
  let how = rearmWords(safety.reason, drive.gamepad !== null);
  if (someoneElseDrives(state)) how = `${clientName(state, lease!.holder)} drives and can re-arm it.`;
  else if (link.role === "viewer") how = "Someone who may drive can re-arm it.";
  return { id: "estop", tone: "danger", title: stopTitle(state, who), text: `${stopCause(state, who)}${how}`, place: "above", actions: [] };
}

function stopTitle(state: Readonly<State>, who: string | null): string {
  if (who !== null) return `${clientName(state, who)} stopped the robot`;
  return state.safety?.reason === "estop_command" ? "The robot was stopped" : "The robot stopped itself";
}

/** Why, where the title has not said it. */
function stopCause({ safety }: Readonly<State>, who: string | null): string {
  if (who !== null || safety === null) return "";
  const { why } = reasonWords(safety.reason);
  if (!safety.detail) return `${why} `;
  return safety.reason === "estop_command" ? `${sentence(safety.detail)} ` : `${why.replace(/\.$/, "")}: ${safety.detail}. `;
}

function busLost({ health }: Readonly<State>): Trouble | null {
  if (health?.status !== "bus_lost") return null;
  const text = "The server lost the bus. The picture is live, but the robot cannot be driven; it holds still.";
  return { ...kBelow, id: "bus_lost", tone: "warning", title: "Bus lost", text };
}

function silent({ robot_silent }: Readonly<State>): Trouble | null {
  if (!robot_silent) return null;
  const text = "Nothing is heard from the robot's side, so nothing can be driven.";
  return { ...kBelow, id: "silent", tone: "warning", title: "The robot is silent", text };
}

/** The server, or the robot's side, sees no fresh picture or no bus, whatever this page sees. */
function gate({ gate, safety }: Readonly<State>): Trouble | null {
  const held = safety?.mode === "HOLD" && (safety.reason === "video_gate" || safety.reason === "bus_lost") ? safety.reason : null;
  const reason = held ?? (gate?.gate === "closed" ? "video_gate" : null);
  if (reason === null) return null;
  const { why, how } = reasonWords(reason);
  return { ...kBelow, id: `hold_${reason}`, tone: "warning", title: "The robot holds still", text: `${why} ${how}` };
}

function paused({ safety, link }: Readonly<State>): Trouble | null {
  if (safety?.paused !== true) return null;
  const actions = link.role === "viewer" ? [] : (["release_pause"] as const);
  return { ...kBelow, id: "paused", title: "Paused", text: "Time stands still in the simulator.", actions };
}

function gamepadLost({ drive }: Readonly<State>): Trouble | null {
  if (drive.block !== "gamepad_lost") return null;
  const text = "The robot was sent a zero and nothing since. Plug it in again, or drive by keyboard or touch.";
  return { ...kBelow, id: "gamepad_lost", tone: "warning", title: "The gamepad is gone", text };
}

function asked(state: Readonly<State>, { put_off }: Parameters<Rule>[1]): Trouble | null {
  const client = state.lease?.asking?.find((id) => id !== state.lease?.you && !put_off.includes(id));
  if (client === undefined || !weDrive(state)) return null;
  const title = `${clientName(state, client)} asks for control`;
  return { ...kBelow, id: "asked", title, text: "You drive until you hand it over.", actions: ["hand_over", "not_now"], client };
}

function watching(state: Readonly<State>, { wants_control }: Parameters<Rule>[1]): Trouble | null {
  if (!someoneElseDrives(state)) return null;
  const { lease, link } = state;
  const drives = `${clientDoes(state, lease!.holder, "drive")}.`;
  const card = { ...kBelow, id: "watching", title: "You are watching" };
  if (link.role === "viewer") return { ...card, text: `${drives} Your access is to watch, and to stop.` };
  const force = link.role === "admin" ? (["take_control"] as const) : [];
  if (!wants_control) return { ...card, text: drives, actions: ["ask_control", ...force] };
  const text = `You asked ${clientName(state, lease!.holder)}, and get it when it is handed over or given up.`;
  return { ...card, title: "You asked for control", text, actions: ["cancel_ask", ...force] };
}

function unfocused({ drive }: Readonly<State>): Trouble | null {
  if (drive.block !== "focus") return null;
  const cut = drive.cut_by === "focus" ? "The robot was sent a zero and nothing since. " : "";
  return { ...kBelow, id: "focus", title: "Click to drive", text: `${cut}Another window has the keyboard.` };
}

function heldOver({ video, drive }: Readonly<State>): Trouble | null {
  if ((!video.needs_neutral && !drive.held_over) || drive.block !== null) return null;
  return { ...kBelow, id: "held_over", title: "Let go of the stick", text: "It was held while the robot could not be driven." };
}
