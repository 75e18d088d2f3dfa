// SPDX-License-Identifier: Apache-2.0
//
// What became of the control lease, where it came or went without its new or old holder seeing why. Pure.

import type { LeaseView } from "../generated/schema.ts";
import type { State } from "../store/state.ts";
import { clientDoes, clientName } from "../words.ts";

/** What this page asked for last, and has not seen happen. */
export type OwnStep = "hand" | "release" | "take" | null;

/** Null where nothing needs saying: between connections, and where we did it ourselves and see it. */
export function leaseNote(before: LeaseView | null, state: Pick<State, "lease" | "people">, own: OwnStep): string | null {
  const after = state.lease;
  if (before === null || after === null || before.you !== after.you || before.holder === after.holder) return null;
  if (before.holder === after.you) return lost(state, own);
  if (after.holder === after.you && before.holder !== null && own !== "take") {
    return `${clientName(state, before.holder)} handed control to you`;
  }
  return null;
}

function lost(state: Pick<State, "lease" | "people">, own: OwnStep): string | null {
  const { holder } = state.lease!;
  if (own === "hand" && holder !== null) return clientDoes(state, holder, "drive") + " now";
  if (own !== null) return null;
  if (holder !== null) return `${clientName(state, holder)} took control`;
  return "You have not driven for a while: control is free again";
}
