// SPDX-License-Identifier: Apache-2.0
//
// Which STUN and TURN servers the robot's operators configured, as GET /api/status tells those who are let in. None is
// the usual case: the server's own address is in its answer. Pure but for the one request.

import { authorization } from "../location.ts";

const kAnswerMs = 1000;
const kMostServers = 8;

/** Empty also where nothing was to be learned: without them a peer in the same network connects all the same. */
export async function askIceServers(token: string): Promise<RTCIceServer[]> {
  try {
    const answer = await fetch("api/status", { headers: authorization(token), signal: AbortSignal.timeout(kAnswerMs), cache: "no-store" });
    return answer.ok ? readIceServers(await answer.json()) : [];
  } catch {
    return [];
  }
}

/** What is not as the server's README says is left out. */
export function readIceServers(status: unknown): RTCIceServer[] {
  const list = (status as { ice_servers?: unknown } | null)?.ice_servers;
  if (!Array.isArray(list)) return [];
  return list.slice(0, kMostServers).flatMap((entry: Record<string, unknown> | null) => {
    const { urls, username, credential } = entry ?? {};
    if (typeof urls !== "string" || !/^(stun|turn)s?:/.test(urls)) return [];
    return [typeof username === "string" && typeof credential === "string" ? { urls, username, credential } : { urls }];
  });
}
