// SPDX-License-Identifier: Apache-2.0
//
// `window.sdr`: the store, read-only, for tests, benchmarks and the curious. It shows and never changes anything.

import type { Session } from "./session.ts";
import type { GlassSample } from "./worker/protocol.ts";
import { pathName } from "./words.ts";

export interface SdrWindow {
  readonly frames_drawn: number;
  readonly newest_seq: number;
  readonly age_ms: number | null;
  readonly rtt_ms: number | null;
  readonly fps: number;
  readonly drops: number;
  readonly fresh: boolean;
  readonly link: string;
  readonly mode: string | null;
  readonly reason: string | null;
  readonly odometry: { x: number; y: number; z: number; vx: number; vy: number; wz: number } | null;
  readonly path: string;
  /** With ?timecode=1: how the last 1000 pictures came from the simulated instant to the drawn pixel. */
  readonly glass: readonly GlassSample[];
  /** Everything, as the views see it. */
  readonly state: unknown;
}

declare global {
  interface Window {
    sdr: SdrWindow;
  }
}

export function exposeForTests(session: Session): void {
  const state = () => session.store.get();
  const sdr: SdrWindow = {
    get frames_drawn() { return state().video.drawn; },
    get newest_seq() { return state().video.seq; },
    get age_ms() { return state().video.age_ms; },
    get rtt_ms() { return state().video.rtt_ms; },
    get fps() { return state().video.fps; },
    get drops() { return state().video.drops; },
    get fresh() { return state().video.fresh; },
    get link() { return state().link.phase; },
    get mode() { return state().safety?.mode ?? null; },
    get reason() { return state().safety?.reason ?? null; },
    get odometry() { return odometryOf(session); },
    get path() { return pathName(state()); },
    get glass() { return [...session.glass]; },
    get state() { return structuredClone(state()); },
  };
  Object.defineProperty(window, "sdr", { value: Object.freeze(sdr), writable: false });
}

function odometryOf(session: Session): SdrWindow["odometry"] {
  const odometry = session.store.get().odometry;
  if (odometry === null) return null;
  const { position } = odometry.pose.pose;
  const { linear, angular } = odometry.twist.twist;
  return { ...position, vx: linear.x, vy: linear.y, wz: angular.z };
}
