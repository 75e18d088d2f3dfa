// SPDX-License-Identifier: Apache-2.0
//
// What each reason of the robot side means to people: in a few words beside the mode, why in a sentence, and what to do
// about it. One table, complete against the schema; nothing here decides anything.

import type { SafetyReason, SafetyState } from "./generated/schema.ts";

export interface ReasonWords {
  /** After the badge's mode. */
  badge: string;
  why: string;
  /** What ends it; "" where nothing needs to be done. */
  how: string;
}

const kRepair = "When that is put right, ";

export const kReasonWords: Record<SafetyReason, ReasonWords> = {
  commanded: { badge: "following commands", why: "The robot follows commands.", how: "" },
  idle: { badge: "ready, nobody is steering", why: "Nobody steers.", how: "" },
  release_stick: {
    badge: "let go of the stick to go on",
    why: "It was stopped while it was being steered.",
    how: "Let go of stick and keys, then steer again.",
  },
  twist_expired: {
    badge: "commands came too late",
    why: "Commands were held up on their way and are not followed.",
    how: "It goes on by itself when they come in time.",
  },
  video_gate: {
    badge: "the picture is late",
    why: "The server saw no new picture for a second.",
    how: "It goes on when pictures come again: let go of the stick, then steer.",
  },
  bus_lost: {
    badge: "the robot lost its connection",
    why: "The robot's side lost the bus.",
    how: "It goes on when the bus is back: let go of the stick, then steer.",
  },
  estop_cleared: { badge: "re-armed, ready to drive", why: "The robot was re-armed.", how: "Steer when you are ready." },
  estop_command: { badge: "E-STOP was pressed", why: "E-STOP was pressed.", how: "When it is safe, " },
  commands_broke_off: {
    badge: "commands broke off in motion",
    why: "It was moving and no command came for two seconds.",
    how: "When it is safe, ",
  },
  video_gate_repeated: {
    badge: "the picture failed again and again",
    why: "The picture failed three times within ten seconds.",
    how: "When the picture is steady, ",
  },
  emergency_stop: {
    badge: "the robot's own emergency stop",
    why: "The robot's own emergency stop is pressed.",
    how: "When it is released, ",
  },
  fall: { badge: "the robot fell", why: "The robot fell.", how: "Reset stands it up again. Then " },
  joint_limit: { badge: "a joint went past its limit", why: "A joint went past its limit.", how: kRepair },
  non_finite_state: { badge: "the robot's state made no sense", why: "The robot's state made no sense.", how: kRepair },
};

export function reasonWords(reason: SafetyReason): ReasonWords {
  const plain = String(reason).replaceAll("_", " ");
  return kReasonWords[reason] ?? { badge: plain, why: sentence(plain), how: "" };
}

/** How to re-arm, after what has to be done before. */
export function rearmWords(reason: SafetyReason, gamepad: boolean): string {
  const button = gamepad ? "hold the button below right, Enter or the gamepad's Menu for a second." : "hold the button below right, or Enter, for a second.";
  return sentence(`${reasonWords(reason).how}${button}`);
}

/** The client that pressed E-STOP, as the robot side names it; null where it names none. */
export function stoppedBy({ reason, detail }: SafetyState): string | null {
  if (reason !== "estop_command") return null;
  return /^stopped by (\S+)$/.exec(detail ?? "")?.[1] ?? null;
}

/** Begins with a capital and ends with a point; a client's id, which has figures, is left as it is. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  const word = trimmed.split(/\s/, 1)[0]!;
  return `${/^[a-z]+$/.test(word) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed}.`;
}
