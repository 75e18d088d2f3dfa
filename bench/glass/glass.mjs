// SPDX-License-Identifier: Apache-2.0
//
// Glass to glass, by each of the two ways that a page can show the robot, in one run: from the simulated instant to the
// pixel drawn for it. The simulator draws the time of the state it renders into the picture itself and the page reads it
// back, so encoder, ring, transport, socket, decoder and drawing are all inside, and no header is trusted. Over the
// WebSocket it is read from the canvas, when that was drawn; over WebRTC from the video element, and the instant is that
// at which the browser gave the picture to its compositor, a step that the canvas still has before it. Beside it, from
// the same pictures, what the browser alone takes: the part that no server can shorten. The two take turns, so that what
// else the machine does meets both alike; the WebSocket's pages have no WebRTC, as where a network lets no UDP through.
// And how long pages wait for WebRTC's first picture, from asking for it: tabs of one window, as a person opens them. Each
// of --windows is in one of its own instead, for which Chromium loads pages of its own meanwhile (the address bar's: some
// 400 modules, near a second of a core). Nobody asks a page for anything before it has its picture.
//
//     ./sdr bench glass [--seconds 15] [--turns 2] [--pages 40] [--windows] [--robot rover] [--moving]

import { cpus } from "node:os";
import { openBrowser, openPage, sdr, untilLive } from "../../tests/browser/page.mjs";
import { missing, Stack } from "../../tests/browser/stack.mjs";
import { until } from "../../tests/browser/until.mjs";
import { readOptions } from "../common/options.mjs";

const kBounds_ms = { websocket: { p50: 33, p95: 50 }, webrtc: { p50: 50, p50_aim: 35 }, first_picture: { p95: 300 } };
const kNames = { websocket: "WebSocket", webrtc: "WebRTC" };
const kWarmUp_ms = 5000;
/** The page keeps its last thousand pictures, so a turn is no longer than that many take. */
const kMostSeconds = 16;

const options = readOptions("glass", { seconds: 15, turns: 2, pages: 40, windows: false, robot: "rover", moving: false });

function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (q) => Number(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: sorted.length };
}

const ratio = (a, b) => Number((a / b).toFixed(2));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const untilShown = (page, path) => until(`${path} is shown`, async () => (await sdr(page, "path")) === kNames[path]);

/** A page that shows the picture by `path`; where WebRTC came late, as on a busy machine, by the person's key. */
async function openBy(browser, url, path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  if (path === "websocket") await context.addInitScript(() => delete window.RTCPeerConnection);
  const page = await openPage(browser, url, {}, context);
  await untilLive(page);
  if (path === "webrtc") {
    await until("both paths are there", async () => (await sdr(page, "state")).rtc.both);
    if ((await sdr(page, "path")) !== kNames.webrtc) await page.keyboard.press("v");
  }
  await untilShown(page, path);
  return page;
}

async function collect(page, path, seconds) {
  const drawn_before = await sdr(page, "frames_drawn");
  const started = performance.now();
  await sleep(seconds * 1000);
  const elapsed_s = (performance.now() - started) / 1000;
  const drawn = (await sdr(page, "frames_drawn")) - drawn_before;
  const samples = (await sdr(page, "glass")).filter((sample) => sample.path === path).slice(-drawn);
  return { samples, fps: drawn / elapsed_s };
}

async function takeTurn(browser, url, path) {
  const page = await openBy(browser, `${url}?timecode=1`, path);
  try {
    if (options.moving) await page.keyboard.down("w");
    await sleep(kWarmUp_ms);
    return await collect(page, path, Math.min(options.seconds, kMostSeconds));
  } finally {
    await page.context().close();
  }
}

/** Runs in the page: how long it waited, once that is known. */
function firstPicture() {
  const kLook_ms = 100, kGiveUp_ms = 60_000;
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const { first_picture_ms } = window.sdr?.state.rtc ?? {};
      if (first_picture_ms) resolve(first_picture_ms);
      else if (performance.now() > kGiveUp_ms) reject(new Error("waited in vain for WebRTC's first picture"));
      else return;
      clearInterval(timer);
    }, kLook_ms);
  });
}

/** How long each of so many pages, one after the other, waited for WebRTC's first picture. */
async function firstPictures(browser, url, pages) {
  const size = { viewport: { width: 1280, height: 800 } };
  const window = await browser.newContext(size);
  await window.newPage(); // so that the window stays
  const waits_ms = [];
  for (let i = 0; i < pages; ++i) {
    const context = options.windows ? await browser.newContext(size) : window;
    const page = await openPage(browser, url, {}, context);
    waits_ms.push(await page.evaluate(firstPicture));
    await (options.windows ? context : page).close();
  }
  await window.close();
  return waits_ms;
}

async function measure() {
  const stack = await Stack.start(["--robot", options.robot, "--timecode"]);
  const browser = await openBrowser();
  const turns = { websocket: [], webrtc: [] };
  try {
    for (let i = 0; i < options.turns; ++i) {
      for (const path of ["websocket", "webrtc"]) turns[path].push(await takeTurn(browser, stack.url, path));
    }
    return { ...turns, first_ms: await firstPictures(browser, stack.url, options.pages) };
  } finally {
    await browser.close();
    await stack.stop();
  }
}

function figuresOf(turns) {
  const samples = turns.flatMap((turn) => turn.samples);
  if (samples.length === 0) throw new Error("the page read no time code");
  const glass_ms = summary(samples.map((sample) => sample.age_ms));
  const browser_alone_ms = summary(samples.map((sample) => sample.browser_ms));
  const fps = Number((turns.reduce((sum, turn) => sum + turn.fps, 0) / turns.length).toFixed(1));
  return { glass_ms, browser_alone_ms, ratio_to_browser_p50: ratio(glass_ms.p50, browser_alone_ms.p50), fps };
}

function report({ websocket, webrtc, first_ms }) {
  const figures = { websocket: figuresOf(websocket), webrtc: figuresOf(webrtc) };
  const row = (name, s, of) => console.log(`${name.padEnd(34)} p50 ${s.p50} ms   p95 ${s.p95} ms   p99 ${s.p99} ms   (${s.count} ${of})`);
  for (const [path, { glass_ms, browser_alone_ms, ratio_to_browser_p50, fps }] of Object.entries(figures)) {
    row(`${kNames[path]}: glass to glass`, glass_ms, "frames");
    row("  the browser alone", browser_alone_ms, `frames; ${ratio_to_browser_p50} times that; ${fps} frames/s`);
  }
  const of_websocket = ratio(figures.webrtc.glass_ms.p50, figures.websocket.glass_ms.p50);
  const first_picture_ms = first_ms.length > 0 ? summary(first_ms) : null;
  if (first_picture_ms) row("WebRTC: first picture after asking", first_picture_ms, options.windows ? "pages, each in a window" : "pages");
  const { websocket: ws, webrtc: rtc, first_picture: first } = kBounds_ms;
  console.log(`WebRTC's p50 is ${of_websocket} times the WebSocket's, on ${cpus().length} cores; asked: WebRTC p50 at most ${rtc.p50} ms (aim`
    + ` ${rtc.p50_aim}), first picture p95 at most ${first.p95} ms; WebSocket p50 at most ${ws.p50}, p95 ${ws.p95} ms`);
  console.log(JSON.stringify({
    bench: "glass", ...figures, ratio_webrtc_to_websocket_p50: of_websocket, first_picture_ms, bound_ms: kBounds_ms, cores: cpus().length,
    robot: options.robot, windows: options.windows,
  }));
}

const absent = options.turns < 1 ? "--turns: at least 1" : missing();
if (absent) {
  console.error(`bench glass: ${absent}`);
  process.exit(1);
}
report(await measure());
