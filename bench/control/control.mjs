// SPDX-License-Identifier: Apache-2.0
//
// From the stick to the acknowledgement: the page reads its keys, the worker decides that the twist may go, it goes over
// the data channel (or the WebSocket) to the transport, over the bus to the simulator, which accepts it, and the
// acknowledgement comes back the same way into the page. Real page, transport, NATS and simulator, all on this machine.
// The two ways take turns in one run; the WebSocket's pages have no WebRTC. No debugger is attached while they drive.
// With two sizes of picture: one that leaves the machine time, as it has where a GPU draws and encodes, and one that is
// drawn, encoded and shown in software on the same cores, which on a small machine are busy with little else.
//
//     ./sdr bench control [--seconds 10] [--turns 2] [--robot rover] [--pictures 320x180@30,640x360@60]

import { cpus } from "node:os";
import { sdr, untilLive, untilMode } from "../../tests/browser/page.mjs";
import { missing, Stack } from "../../tests/browser/stack.mjs";
import { UnwatchedBrowser } from "../../tests/browser/unwatched.mjs";
import { until } from "../../tests/browser/until.mjs";
import { readOptions } from "../common/options.mjs";
import { kWarmUp_s, pilotPage } from "./pilot.mjs";
import { kWorkerStamps, stampPage } from "./stamps.mjs";

const kBound_ms = { p50: 2, p99: 10 };
const kNames = { webrtc: "data channel", websocket: "WebSocket" };
/** There and back, so that the robot does not meet the wall. */
const kThere_ms = 1000;
const kSettle_ms = 500;

const options = readOptions("control", { seconds: 10, turns: 2, robot: "rover", pictures: "320x180@30,640x360@60" });

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A page that sends its twists by `path`, and drives itself: nobody watches it meanwhile. */
async function begin(context, url, path) {
  const page = await context.newPage();
  if (path === "websocket") await page.addInitScript(() => delete window.RTCPeerConnection);
  await page.addInitScript(stampPage);
  await page.addInitScript(pilotPage);
  await page.goto(url);
  await untilLive(page);
  if (path === "webrtc") await until("twists may go over the data channel", async () => (await sdr(page, "state")).rtc.control);
  const times = [kWarmUp_s, options.seconds, kThere_ms];
  await page.evaluate((all) => void window.pilot(...all), times);
}

async function end(context, path) {
  const page = context.pages().find((one) => one.url().startsWith("http"));
  try {
    await until("the drive is over", () => page.evaluate(() => window.driven));
    await untilMode(page, "ARMED");
    return roundTrips(await page.evaluate(() => window.twist_stamps()), path);
  } finally {
    await page.close();
  }
}

/** Round trips of accepted twists, from the stick and from the page's edge, and how many twists were sent that way. */
function roundTrips(stamps, path) {
  const sent = new Map(stamps.filter((stamp) => stamp.sent !== undefined && stamp.by === path).map((stamp) => [stamp.sent, { ...stamp }]));
  const accepted = stamps.filter(({ acknowledged, status, by }) => by === path && status === "ok" && sent.get(acknowledged)?.left_ms !== undefined);
  const since = (moment) => accepted.map(({ acknowledged, at_ms }) => at_ms - sent.get(acknowledged)[moment]);
  return { sent: sent.size, from_stick_ms: since("stick_ms"), outside_ms: since("left_ms") };
}

async function takeTurn(browser, url, path) {
  await browser.attached((context) => begin(context, url, path));
  await sleep((kWarmUp_s + options.seconds) * 1000 + kSettle_ms);
  return browser.attached((context) => end(context, path));
}

async function measure(picture) {
  const [width, height, fps] = picture.split(/[x@]/);
  const stack = await Stack.start(["--robot", options.robot, "--width", width, "--height", height, "--fps", fps], { worker_prefix: kWorkerStamps });
  const browser = await UnwatchedBrowser.start();
  const turns = { webrtc: [], websocket: [] };
  try {
    for (let i = 0; i < options.turns; ++i) {
      for (const path of ["webrtc", "websocket"]) turns[path].push(await takeTurn(browser, stack.url, path));
    }
  } finally {
    await browser.stop();
    await stack.stop();
  }
  return turns;
}

function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (q) => Number(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(2));
  return { p5: at(0.05), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function figuresOf(turns) {
  const from_stick = turns.flatMap(({ from_stick_ms }) => from_stick_ms);
  const sent = turns.reduce((sum, turn) => sum + turn.sent, 0);
  if (from_stick.length === 0) throw new Error(`none of ${sent} twists was acknowledged`);
  const outside_ms = summary(turns.flatMap((turn) => turn.outside_ms));
  return { round_trip_ms: summary(from_stick), outside_ms, accepted: from_stick.length, sent };
}

function report(picture, turns) {
  const figures = { webrtc: figuresOf(turns.webrtc), websocket: figuresOf(turns.websocket) };
  const row = (name, s, note) => console.log(`${name.padEnd(40)} p5 ${s.p5} ms   p50 ${s.p50} ms   p95 ${s.p95} ms   p99 ${s.p99} ms   ${note}`);
  console.log(`beside pictures of ${picture}, in software on ${cpus().length} cores:`);
  for (const [path, { round_trip_ms, outside_ms, accepted, sent }] of Object.entries(figures)) {
    row(`stick to acknowledgement, ${kNames[path]}`, round_trip_ms, `(${accepted} of ${sent} twists accepted)`);
    row("  of it from the page's send on", outside_ms, "");
  }
  const ratio = (key) => Number((figures.webrtc.round_trip_ms[key] / figures.websocket.round_trip_ms[key]).toFixed(2));
  const ratios = { p50: ratio("p50"), p99: ratio("p99") };
  console.log(`the data channel takes ${ratios.p50} of the WebSocket's p50, ${ratios.p99} of its p99; asked: p50 at most ${kBound_ms.p50} ms,`
    + ` p99 at most ${kBound_ms.p99} ms`);
  return { picture, ...figures, ratio_webrtc_to_websocket: ratios };
}

const absent = missing();
if (absent) {
  console.error(`bench control: ${absent}`);
  process.exit(1);
}
const reports = [];
for (const picture of options.pictures.split(",")) reports.push(report(picture, await measure(picture)));
console.log(JSON.stringify({ bench: "control", beside: reports, bound_ms: kBound_ms, cores: cpus().length, robot: options.robot }));
