// SPDX-License-Identifier: Apache-2.0
//
// What the address bar says: where the server is, which camera, which token. A token arrives in the fragment, which no
// server sees, and is kept for this tab only.

import type { SessionOptions } from "./session.ts";

const kTokenKey = "sdr.token";
const kCameraForm = /^[a-z0-9_-]{1,32}$/;

export function streamUrl(page: Pick<Location, "protocol" | "host" | "pathname" | "search">): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  const folder = page.pathname.replace(/[^/]*$/, "");
  const camera = new URLSearchParams(page.search).get("camera") ?? "";
  const query = kCameraForm.test(camera) ? `?camera=${camera}` : "";
  return `${scheme}//${page.host}${folder}stream/ws${query}`;
}

export function sessionOptions(page: Location): SessionOptions {
  const given = new URLSearchParams(page.hash.slice(1)).get("token");
  if (given !== null) {
    keepToken(given);
    history.replaceState(null, "", page.pathname + page.search);
  }
  const timecode = new URLSearchParams(page.search).get("timecode") === "1";
  return { url: streamUrl(page), token: given ?? keptToken(), timecode };
}

/** Null where this browser keeps nothing. */
export function keptStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(kTokenKey, token);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

function keptToken(): string {
  try {
    return sessionStorage.getItem(kTokenKey) ?? "";
  } catch {
    return "";
  }
}
