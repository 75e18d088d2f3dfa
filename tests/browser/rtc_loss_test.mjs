// SPDX-License-Identifier: Apache-2.0
//
// The page and our server over a network that loses 5 % of the datagrams each way and takes 40 ms there and back, decided
// by a seed: pictures keep coming by WebRTC, and twists by its data channel alone move the robot. How long the picture
// stood still is only told: it depends on the machine. bench/loss measures it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { driveUntilMoved, framesFromNow, kChannelOnly, openBrowser, openPage, rearmByKey, sdr, untilLive, untilMode, untilRtc, untilStill } from "./page.mjs";
import { longestFreezeMs, watchPictures } from "./freezes.mjs";
import { Relay } from "./relay.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
const kSeed = 5;
const kConditions = { loss: 0.05, delay_ms: 20, jitter_ms: 5, overtaken: 0.01 };
/** Enough that dozens of them had a packet lost. */
const kPictures = 300;

let relay;
let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  relay = await Relay.open(kSeed, kConditions);
  stack = await Stack.start(kRover, { worker_prefix: kChannelOnly, relay });
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
  relay?.close();
});

const shown = async () => (await sdr(page, "path")) === "WebRTC";

test("RtcLoss.ShowsTheRobot", { skip }, async (t) => {
  await untilLive(page);
  await untilRtc(page);
  await watchPictures(page);
  await until("pictures kept coming", framesFromNow(page, kPictures));
  assert.ok(relay.to_browser.lost > 0, "the relay lost nothing, or was not on the way");
  t.diagnostic(`longest freeze ${(await longestFreezeMs(page)).toFixed(0)} ms; ${relay.to_browser.lost} datagrams to the browser lost, ${relay.to_browser.passed} passed`);
});

test("RtcLoss.DrivesOverTheDataChannelAlone", { skip }, async () => {
  await driveUntilMoved(page, 0.3);
  await untilMode(page, "ARMED");
  await untilStill(page);
});

test("RtcLoss.IsStoppedAndReArmed", { skip }, async () => {
  await page.keyboard.press("Space");
  await untilMode(page, "ESTOP");
  await rearmByKey(page);
});

test("RtcLoss.RecoversWhenNothingCameForAWhile", { skip }, async () => {
  for (const way of [relay.to_server, relay.to_browser]) way.conditions.loss = 1;
  await until("WebRTC is no longer shown", async () => !(await shown()));
  await untilLive(page); // by WebSocket
  for (const way of [relay.to_server, relay.to_browser]) way.conditions.loss = 0;
  await untilRtc(page);
  await until("its pictures are drawn", framesFromNow(page, 20));
});

test("RtcLoss.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));
