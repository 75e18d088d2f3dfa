// SPDX-License-Identifier: Apache-2.0
//
// Glass to glass: from the simulated instant to the pixel drawn for it. The simulator draws the time of the state it
// renders into the picture itself, the page reads it back from its canvas after drawing, so encoder, ring, transport,
// socket, decoder and drawing are all inside, and no header is trusted. Beside it, from the same run, what the browser
// alone takes from the socket to the canvas: the part that no server can shorten.
//
//     ./sdr bench glass [--seconds 15] [--robot rover] [--moving]

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openBrowser, openPage, sdr, untilLive } from "../../tests/browser/page.mjs";
import { missing, Stack } from "../../tests/browser/stack.mjs";

const kBounds_ms = { p50: 33, p95: 50 };
const kWarmUp_ms = 5000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "15" },
    robot: { type: "string", default: "rover" },
    moving: { type: "boolean", default: false },
  },
});

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const rounded = (q) => Number(quantile(sorted, q).toFixed(1));
  return { p50: rounded(0.5), p95: rounded(0.95), p99: rounded(0.99), count: sorted.length };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The page keeps its last thousand pictures, so a measurement is at most that long. */
async function collect(page, seconds) {
  const drawn_before = await sdr(page, "frames_drawn");
  const started = performance.now();
  await sleep(seconds * 1000);
  const elapsed_s = (performance.now() - started) / 1000;
  const drawn = (await sdr(page, "frames_drawn")) - drawn_before;
  const samples = (await sdr(page, "glass")).slice(-drawn);
  return {
    glass: samples.map((sample) => sample.age_ms),
    browser: samples.map((sample) => sample.browser_ms),
    fps: drawn / elapsed_s,
  };
}

async function measure() {
  const stack = await Stack.start(["--robot", options.robot, "--timecode"]);
  const browser = await openBrowser();
  try {
    const page = await openPage(browser, `${stack.url}?timecode=1`);
    await untilLive(page);
    if (options.moving) await page.keyboard.down("w");
    await sleep(kWarmUp_ms);
    return await collect(page, Number(options.seconds));
  } finally {
    await browser.close();
    await stack.stop();
  }
}

function report({ glass, browser, fps }) {
  const whole = summary(glass);
  const alone = summary(browser);
  const ratio = Number((whole.p50 / alone.p50).toFixed(2));
  const row = (name, s) => `${name.padEnd(34)} p50 ${s.p50} ms   p95 ${s.p95} ms   p99 ${s.p99} ms   (${s.count} frames)`;
  console.log(row("glass to glass", whole));
  console.log(row("the browser alone, socket to canvas", alone));
  console.log(`${fps.toFixed(1)} frames/s drawn on ${cpus().length} cores; ${ratio} times the browser alone;`
    + ` asked: p50 at most ${kBounds_ms.p50} ms, p95 at most ${kBounds_ms.p95} ms`);
  console.log(JSON.stringify({
    bench: "glass", glass_ms: whole, browser_alone_ms: alone, ratio_to_browser_p50: ratio, fps: Number(fps.toFixed(1)),
    bound_ms: kBounds_ms, cores: cpus().length, robot: options.robot,
  }));
}

const absent = missing();
if (absent) {
  console.error(`bench glass: ${absent}`);
  process.exit(1);
}
const samples = await measure();
if (samples.glass.length === 0) {
  console.error("bench glass: the page read no time code");
  process.exit(1);
}
report(samples);
