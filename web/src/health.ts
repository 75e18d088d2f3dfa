// SPDX-License-Identifier: Apache-2.0
//
// Asks GET /health, which alone tells a stalled simulator from a lost bus: once a second while something is wrong, every
// five seconds otherwise.

import type { Session } from "./session.ts";
import { authorization } from "./location.ts";
import type { Health } from "./store/state.ts";

const kTroubledMs = 1000;
const kCalmMs = 5000;
const kAnswerMs = 2000;

export function watchHealth(session: Session): void {
  const { store } = session;
  let asked_ms = Number.NEGATIVE_INFINITY;
  let asking = false;
  setInterval(async () => {
    const { link, video, robot_silent, health } = store.get();
    const troubled = link.phase !== "open" || !video.fresh || robot_silent || health === null || health.status !== "ok";
    const now_ms = performance.now();
    if (asking || document.hidden || now_ms - asked_ms < (troubled ? kTroubledMs : kCalmMs)) return;
    asked_ms = now_ms;
    asking = true;
    store.set({ health: await askHealth(session.token()) });
    asking = false;
  }, kTroubledMs / 4);
}

/** Null where nobody answers, or not as stream.md says. */
async function askHealth(token: string): Promise<Health | null> {
  try {
    const headers = authorization(token);
    const answer = await fetch("health", { headers, signal: AbortSignal.timeout(kAnswerMs), cache: "no-store" });
    const body = (await answer.json()) as Partial<Health>;
    return typeof body.status === "string" ? { status: body.status, clients: body.clients ?? null } : null;
  } catch {
    return null;
  }
}
