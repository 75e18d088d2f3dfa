// SPDX-License-Identifier: Apache-2.0
//
// The page in headless Chromium, seen as a person sees it (test ids, pixels, keys) and through `window.sdr`.

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { until } from "./until.mjs";

export const kChromium = process.env.SDR_CHROMIUM ?? "/usr/bin/chromium";
export const kFlags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

export function openBrowser(more_flags = []) {
  return chromium.launch({ executablePath: kChromium, args: [...kFlags, ...more_flags] });
}

const shots = process.env.SDR_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

export const kSizes = {
  deck: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  wide: { viewport: { width: 2560, height: 1440 } },
};

/** With SDR_SHOTS=FOLDER a picture of the page stays there, to be looked at. */
export async function keep(page, size, state) {
  if (shots) await page.screenshot({ path: join(shots, `${size}-${state}.png`) });
}

/** Opens the page, in a context of its own where none is given, in front, and collects what it complains of. */
export async function openPage(browser, url, options = {}, context = null) {
  context ??= await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  await page.goto(url);
  await page.bringToFront();
  return page;
}

/** Begins the worker so that it tells a BroadcastChannel each command that it sends, as it sends it. */
export const kTellCommands = `{
  const told = new BroadcastChannel("sent-commands");
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (bytes) {
    if (bytes[0] === 4) told.postMessage(JSON.parse(new TextDecoder().decode(bytes.subarray(1))));
    return send.call(this, bytes);
  };
}
`;

/** Begins the worker so that no twist leaves by the WebSocket: what moves the robot came over the data channel. */
export const kChannelOnly = `{
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (bytes) {
    const twist = bytes[0] === 4 && new TextDecoder().decode(bytes.subarray(1)).includes('"cmd_vel"');
    return twist ? undefined : send.call(this, bytes);
  };
}
`;

/** Collects what such a worker tells: twists as forward speeds, in the order in which they left. */
export async function listenToTwists(page) {
  await page.evaluate(() => {
    window.sent_twists = [];
    const told = new BroadcastChannel("sent-commands");
    told.onmessage = ({ data }) => data.action === "cmd_vel" && window.sent_twists.push(data.data.linear.x);
  });
}

export const sentTwists = (page) => page.evaluate(() => window.sent_twists);

export const sdr = (page, name) => page.evaluate((key) => window.sdr?.[key], name);

/** Of the middle of the window, where the picture is whichever way it comes, and nothing else. */
export async function pictureHash(page) {
  const { width, height } = page.viewportSize();
  const clip = { x: width / 4, y: height / 4, width: width / 2, height: height / 2 };
  return createHash("sha256").update(await page.screenshot({ clip })).digest("hex");
}

export async function untilLive(page) {
  await until("the picture is live", () => sdr(page, "fresh"));
  await until("nothing is wrong any more", async () => (await page.getByTestId("trouble").count()) === 0);
}

/** Which trouble the page speaks of, or null. */
export async function trouble(page) {
  const card = page.getByTestId("trouble");
  return (await card.count()) === 0 ? null : card.getAttribute("data-trouble", { timeout: 1000 }).catch(() => null);
}

export const untilMode = (page, mode) => until(`the robot is in ${mode}`, async () => (await sdr(page, "mode")) === mode);

/** Holds what `down` presses until the robot may move again; who holds the lease is armed at once. */
export async function holdToRearm(page, down, up) {
  await down();
  try {
    await until("the robot is re-armed", async () => ["HOLD", "ARMED"].includes(await sdr(page, "mode")));
  } finally {
    await up();
  }
}

export const rearmByKey = (page) => holdToRearm(page, () => page.keyboard.down("Enter"), () => page.keyboard.up("Enter"));

export async function odometry(page) {
  return until("the robot tells where it is", () => sdr(page, "odometry"));
}

/** 1 forward, -1 back: whichever leads home, since there are things in the way further out. */
export async function wayHome(page) {
  return (await odometry(page)).x > 0 ? -1 : 1;
}

export async function untilMoved(page, from, metres) {
  await until(`the robot moved ${metres} m`, async () => {
    const at = await sdr(page, "odometry");
    return at !== null && Math.hypot(at.x - from.x, at.y - from.y) > metres;
  });
}

const kPressMs = 2000;

/**
 * Holds W or S, whichever leads home, until `holds`; the result is the key, which stays down. On a slow machine pictures
 * stall, and then the page rightly wants the key let go: so a key that leads nowhere is pressed anew.
 */
export async function pressUntil(page, what, holds) {
  let key = null;
  let pressed_ms = 0;
  await until(what, async () => {
    if (key !== null && (await holds())) return true;
    if (key !== null && performance.now() - pressed_ms < kPressMs) return false;
    if (key !== null) await page.keyboard.up(key);
    if ((await sdr(page, "mode")) === "ESTOP") await rearmByKey(page);
    key = (await wayHome(page)) > 0 ? "w" : "s";
    await page.keyboard.down(key);
    pressed_ms = performance.now();
    return false;
  });
  return key;
}

/** Drives until the robot has gone `metres` from where it was. */
export async function driveUntilMoved(page, metres) {
  const from = await odometry(page);
  const key = await pressUntil(page, `the robot moved ${metres} m`, async () => {
    const at = await sdr(page, "odometry");
    return at !== null && Math.hypot(at.x - from.x, at.y - from.y) > metres;
  });
  await page.keyboard.up(key);
}

/** Drives until the robot moves; the result is the key, which stays down. */
export const holdUntilMoving = (page) =>
  pressUntil(page, "the robot moves", async () => Math.abs((await sdr(page, "odometry"))?.vx ?? 0) > 0.1);

/** WebRTC is shown, and takes twists; where it came late, as on a slow machine, by the person's key. */
export async function untilRtc(page) {
  const state = () => sdr(page, "state");
  await until("both paths are there", async () => {
    const { rtc } = (await state()) ?? {};
    return rtc?.both && rtc.control;
  });
  if ((await sdr(page, "path")) !== "WebRTC") await page.keyboard.press("v");
  await until("WebRTC is shown", async () => (await sdr(page, "path")) === "WebRTC");
}

export const untilTrouble = (page, id) => until(`the page says ${id}`, async () => (await trouble(page)) === id);

export const driverOf = (page) => page.getByTestId("driver").textContent();

/** For until(): true when `count` more frames were drawn. */
export function framesFromNow(page, count) {
  let from = null;
  return async () => {
    const drawn = await sdr(page, "frames_drawn");
    from ??= drawn;
    return drawn >= from + count;
  };
}

export const untilStill = (page) =>
  until("the robot stands still", async () => {
    const at = await sdr(page, "odometry");
    return at !== null && Math.hypot(at.vx, at.vy) < 0.02 && Math.abs(at.wz) < 0.02;
  });
