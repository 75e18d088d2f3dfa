// SPDX-License-Identifier: Apache-2.0
//
// What is said to people: refusals, names, numbers. One place, so that the same thing has the same words everywhere.

import type { Outcome } from "./session.ts";
import type { State } from "./store/state.ts";

/** What to tell of an outcome; null where nothing needs saying. */
export function outcomeWords(what: string, { status, detail }: Outcome): string | null {
  if (status === "ok") return null;
  const because = detail === "" ? "" : `: ${detail}`;
  if (status === "refused") return `${what} was refused${because}`;
  if (status === "unsupported") return `${what} is not something this robot can do${because}`;
  if (status === "no_answer") return `${what}: no answer from the robot`;
  if (status === "no_link") return `${what}: not connected`;
  return `${what} failed${because}`;
}

/** A client as people know it: by its token's name where it has one, else by the number that ends the server's ids. */
export function clientName({ lease, people }: Pick<State, "lease" | "people">, id: string | null): string {
  if (id === null) return "Nobody";
  return id === lease?.you ? "You" : nameOf(people, id);
}

/** What others see of this client. */
export function ownName({ lease, people }: Pick<State, "lease" | "people">): string {
  return lease?.you ? nameOf(people, lease.you) : kNoValue;
}

function nameOf(people: State["people"], id: string): string {
  const number = /^[a-z0-9]{2,}-(\d+)$/.exec(id)?.[1];
  const plain = number === undefined ? id : `Client ${number}`;
  const name = people.find((person) => person.client === id)?.name ?? "";
  if (name === "") return plain;
  const namesakes = people.filter((person) => person.name === name).length;
  return namesakes > 1 ? `${name}, ${plain.toLowerCase()}` : name;
}

/** A client at the beginning of what it does: "You drive", "Anna drives". */
export function clientDoes(state: Pick<State, "lease" | "people">, id: string | null, verb: string): string {
  const name = clientName(state, id);
  return name === "You" ? `You ${verb}` : `${name} ${verb}s`;
}

const kNoValue = "–";

export function fixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNoValue;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

/** "999", "2.4k", "12k": at most four places, however long it counts. */
export function count(value: number): string {
  return value < 1000 ? fixed(value, 0) : `${fixed(value / 1000, value < 9950 ? 1 : 0)}k`;
}

/** Bits per second as "3.2" and "Mbit/s". */
export function bitrate(bps: number): [string, string] {
  if (bps >= 1e6) return [fixed(bps / 1e6, 1), "Mbit/s"];
  return [fixed(bps / 1e3, 0), "kbit/s"];
}

/** Which way the pictures come. */
export function pathName({ video, link, rtc }: Readonly<State>): string {
  if (link.phase !== "open") return "Offline";
  if (rtc.shown === "webrtc") return "WebRTC";
  return video.codec === "JPEG" ? "JPEG" : "WebSocket";
}
