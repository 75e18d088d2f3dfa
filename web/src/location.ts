// SPDX-License-Identifier: Apache-2.0
//
// What the address bar says: where the server is, which camera, which token. A token arrives in the fragment, which no
// server sees, leaves the address bar at once, and is kept for this tab only, unless the person wants it remembered.

const kTokenKey = "sdr.token";
const kCameraForm = /^[a-z0-9_-]{1,32}$/;

export interface SessionOptions {
  url: string;
  token: string;
  /** Which camera; "" for the first. */
  camera: string;
  timecode: boolean;
}

/** The camera that the address names; "" where it names none that could be. */
export function cameraOf(page: Pick<Location, "search">): string {
  const camera = new URLSearchParams(page.search).get("camera") ?? "";
  return kCameraForm.test(camera) ? camera : "";
}

export function streamUrl(page: Pick<Location, "protocol" | "host" | "pathname" | "search">): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  const folder = page.pathname.replace(/[^/]*$/, "");
  const camera = cameraOf(page);
  const query = camera === "" ? "" : `?camera=${camera}`;
  return `${scheme}//${page.host}${folder}stream/ws${query}`;
}

/** The token in the address bar, which holds it no longer afterwards; null where there is none. */
export function takeToken(page: Location): string | null {
  const given = new URLSearchParams(page.hash.slice(1)).get("token");
  if (given !== null) history.replaceState(history.state, "", page.pathname + page.search);
  return given;
}

export function sessionOptions(page: Location): SessionOptions {
  const given = takeToken(page);
  if (given !== null) keepToken(given, false);
  const timecode = new URLSearchParams(page.search).get("timecode") === "1";
  return { url: streamUrl(page), token: given ?? keptToken(), camera: cameraOf(page), timecode };
}

/** Null where this browser keeps nothing. */
export function keptStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** What an HTTP request says of who asks. */
export function authorization(token: string): Record<string, string> {
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}

/** `remember`: beyond this tab, on this device. */
export function keepToken(token: string, remember: boolean): void {
  forgetToken();
  withStorages((tab, device) => (remember ? device : tab).setItem(kTokenKey, token));
}

export function forgetToken(): void {
  withStorages((tab, device) => [tab, device].forEach((storage) => storage.removeItem(kTokenKey)));
}

function keptToken(): string {
  return withStorages((tab, device) => tab.getItem(kTokenKey) ?? device.getItem(kTokenKey)) ?? "";
}

/** A browser that keeps nothing asks again after a reload. */
function withStorages<R>(use: (tab: Storage, device: Storage) => R): R | null {
  try {
    return use(sessionStorage, localStorage);
  } catch {
    return null;
  }
}
