// SPDX-License-Identifier: Apache-2.0
//
// WebRTC between the page and our server over a network that loses 5 % of all datagrams, each way, and takes 40 ms there
// and back: how long the picture stands still at most, and how old the newest twist is that the robot has applied. Before
// it, in the same run, the same network without loss. A seeded relay is the network; everything else is real.
//
//     ./sdr bench loss [--seconds 30] [--loss 0.05] [--rtt 40] [--seed 5] [--robot rover]

import { rmSync } from "node:fs";
import { cpus } from "node:os";
import { longestFreezeMs, watchPictures } from "../../tests/browser/freezes.mjs";
import { openBrowser, openPage, sdr, untilLive, untilMode, untilRtc } from "../../tests/browser/page.mjs";
import { Relay } from "../../tests/browser/relay.mjs";
import { missing, Stack } from "../../tests/browser/stack.mjs";
import { readOptions } from "../common/options.mjs";
import { kWorkerStamps, stampPage } from "../control/stamps.mjs";
import { twistAges } from "./twist_age.mjs";

const kFreezeBound_ms = 500;
const kRoundTripsBound = 3;
/** There and back, so that the robot does not meet the wall. */
const kThere_ms = 1000;

const options = readOptions("loss", { seconds: 30, loss: 0.05, rtt: 40, seed: 5, robot: "rover" });
const rtt_ms = options.rtt;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const nowMs = () => performance.timeOrigin + performance.now();

/** Always a key down: between two of them the sticks would rest. */
async function drive(page, seconds) {
  const end_ms = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end_ms; ++i) {
    const [key, other] = i % 2 === 0 ? ["w", "s"] : ["s", "w"];
    await page.keyboard.down(key);
    await page.keyboard.up(other);
    await sleep(kThere_ms);
  }
}

function p99(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  if (sorted.length === 0) throw new Error("the robot applied no twist");
  return Number(sorted[Math.floor(0.99 * (sorted.length - 1))].toFixed(1));
}

async function run(page, relay, loss, trace) {
  for (const way of [relay.to_server, relay.to_browser]) way.conditions.loss = loss;
  await drive(page, 3);
  await untilMode(page, "ARMED");
  await watchPictures(page);
  const [lost_before, drawn_before, from_ms] = [relay.to_browser.lost, await sdr(page, "frames_drawn"), nowMs()];
  await drive(page, options.seconds);
  const to_ms = nowMs();
  const freeze_ms = Number((await longestFreezeMs(page)).toFixed(0));
  const fps = Number(((((await sdr(page, "frames_drawn")) - drawn_before) * 1000) / (to_ms - from_ms)).toFixed(1));
  const age_p99_ms = p99(twistAges(trace, await page.evaluate(() => window.twist_stamps()), from_ms, to_ms));
  const shown = await sdr(page, "path");
  return { freeze_ms, fps, twist_age_p99_ms: age_p99_ms, twist_age_round_trips: Number((age_p99_ms / rtt_ms).toFixed(2)), lost: relay.to_browser.lost - lost_before, shown };
}

async function measure() {
  const relay = await Relay.open(options.seed, { delay_ms: rtt_ms / 2 });
  const trace = `/dev/shm/sdr-bench-loss-${process.pid}`;
  const stack = await Stack.start(["--robot", options.robot, "--trace-commands", trace], { worker_prefix: kWorkerStamps, relay });
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(stampPage);
    const page = await openPage(browser, stack.url, {}, context);
    await untilLive(page);
    await untilRtc(page);
    return { without: await run(page, relay, 0, trace), with_loss: await run(page, relay, options.loss, trace) };
  } finally {
    await browser.close();
    await stack.stop();
    relay.close();
    rmSync(trace, { force: true });
  }
}

function report({ without, with_loss }) {
  const row = (name, r) => console.log(`${name.padEnd(12)} longest freeze ${r.freeze_ms} ms   ${r.fps} pictures/s   age of the newest applied twist p99`
    + ` ${r.twist_age_p99_ms} ms, ${r.twist_age_round_trips} round trips   (${r.lost} datagrams lost, ${r.shown} shown at the end)`);
  row("no loss", without);
  row(`${options.loss * 100} % loss`, with_loss);
  console.log(`with loss the longest freeze is ${(with_loss.freeze_ms / without.freeze_ms).toFixed(2)} times, the twist's age`
    + ` ${(with_loss.twist_age_p99_ms / without.twist_age_p99_ms).toFixed(2)} times that without, on ${cpus().length} cores;`
    + ` asked: no freeze over ${kFreezeBound_ms} ms, age p99 at most ${kRoundTripsBound} round trips of ${rtt_ms} ms`);
  console.log(JSON.stringify({
    bench: "loss", without, with_loss, loss: options.loss, rtt_ms, seed: options.seed,
    bound: { freeze_ms: kFreezeBound_ms, twist_age_round_trips: kRoundTripsBound }, cores: cpus().length, robot: options.robot,
  }));
}

const absent = missing();
if (absent) {
  console.error(`bench loss: ${absent}`);
  process.exit(1);
}
report(await measure());
