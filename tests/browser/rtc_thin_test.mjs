// SPDX-License-Identifier: Apache-2.0
//
// A link that becomes too thin for the picture, and wide again: the viewer is moved to the lower layer, which the
// simulator begins to encode for it, pictures keep coming, and the better one comes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { framesFromNow, openBrowser, openPage, sdr, untilLive, untilRtc } from "./page.mjs";
import { Relay } from "./relay.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
const kWide = { delay_ms: 10 };
/** More than the lower layer takes, and less than the first one does while something moves. */
const kThin = { delay_ms: 10, rate_bps: 200_000 };

let relay;
let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  relay = await Relay.open(7, kWide);
  stack = await Stack.start(kRover, { relay });
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
  relay?.close();
});

async function metric(name) {
  const text = await (await fetch(`${stack.url}metrics`)).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1] ?? NaN);
}

test("RtcThin.MovesToTheLowerLayerAndBack", { skip }, async () => {
  await untilLive(page);
  await untilRtc(page);
  assert.equal(await metric("rtc_sessions_low"), 0);
  Object.assign(relay.to_browser.conditions, kThin);
  await page.keyboard.press("c");
  await until("the viewer is on the lower layer", async () => (await metric("rtc_sessions_low")) === 1);
  await until("pictures keep coming", framesFromNow(page, 60));
  relay.to_browser.conditions.rate_bps = Infinity;
  await until("the viewer has all of it again", async () => (await metric("rtc_sessions_low")) === 0);
  await until("pictures keep coming", framesFromNow(page, 30));
  assert.equal(await sdr(page, "path"), "WebRTC");
});
