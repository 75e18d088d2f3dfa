// SPDX-License-Identifier: Apache-2.0
//
// Asks GET /api/status who else may drive, for names and for handing control over: every two seconds while the panel
// that lists them is open, and whenever someone appears in the lease who is not known yet. A server that does not tell
// leaves the list empty.

import type { LeaseView } from "./generated/schema.ts";
import { authorization } from "./location.ts";
import type { Session } from "./session.ts";
import type { Person, State } from "./store/state.ts";

const kListedMs = 2000;
const kStrangerMs = 5000;
const kAnswerMs = 2000;
const kMostPeople = 64;

export function watchPeople(session: Session, listed: () => boolean): void {
  let asked_ms = Number.NEGATIVE_INFINITY;
  let asking = false;
  setInterval(async () => {
    const { link, lease, people } = session.store.get();
    const period_ms = listed() ? kListedMs : kStrangerMs;
    const wanted = listed() || strangers(lease, people);
    const now_ms = performance.now();
    if (asking || !wanted || link.phase !== "open" || link.role === "viewer" || document.hidden || now_ms - asked_ms < period_ms) return;
    asked_ms = now_ms;
    asking = true;
    const answer = await askPeople(session.token());
    asking = false;
    if (session.store.get().link.phase === "open") session.store.set({ people: answer });
  }, 500);
}

function strangers(lease: LeaseView | null, people: State["people"]): boolean {
  if (lease === null) return false;
  const seen = [lease.holder, ...(lease.asking ?? [])].filter((id) => id !== null && id !== lease.you);
  return seen.some((id) => !people.some(({ client }) => client === id));
}

async function askPeople(token: string): Promise<Person[]> {
  try {
    const headers = authorization(token);
    const answer = await fetch("api/status", { headers, signal: AbortSignal.timeout(kAnswerMs), cache: "no-store" });
    return answer.ok ? readPeople(await answer.json()) : [];
  } catch {
    return [];
  }
}

/** What is not as the server's README says is left out. */
export function readPeople(status: unknown): Person[] {
  const list = (status as { operators?: unknown } | null)?.operators;
  if (!Array.isArray(list)) return [];
  return list.slice(0, kMostPeople).flatMap((entry: Record<string, unknown> | null) => {
    const { client, role, name } = entry ?? {};
    if (typeof client !== "string" || (role !== "operator" && role !== "admin")) return [];
    return [{ client, role, name: typeof name === "string" ? name : "" }];
  });
}
