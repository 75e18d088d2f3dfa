// SPDX-License-Identifier: Apache-2.0
//
// The page and our server over WebRTC: pictures, twists over the data channel alone, what happens when the server's end
// goes away, and a server without it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  driveUntilMoved,
  framesFromNow,
  kChannelOnly,
  openBrowser,
  openPage,
  rearmByKey,
  sdr,
  untilLive,
  untilMode,
  untilRtc,
  untilStill,
  untilTrouble,
} from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

/** From the moment that a browser says it shows a picture to the one that it calls back. */
const kAgeWithin_ms = 35;

const skip = missing();

let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  stack = await Stack.start([...kRover, "--timecode"], { worker_prefix: kChannelOnly });
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const rtc = async () => (await sdr(page, "state"))?.rtc;

async function metric(name) {
  const text = await (await fetch(`${stack.url}metrics`)).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1] ?? NaN);
}

test("RtcServer.ShowsTheRobot", { skip }, async () => {
  await untilLive(page);
  await untilRtc(page);
  await until("its pictures are drawn", framesFromNow(page, 20));
  assert.ok(await page.getByTestId("video").isVisible());
  assert.equal(await metric("rtc_sessions"), 1);
});

test("RtcServer.SendsThePictureOneWayAtATime", { skip }, async () => {
  const sent = () => metric("frames_sent_total");
  let before = 0;
  // Again where this machine held WebRTC up for so long that the page asked the WebSocket.
  await until("nothing comes over the WebSocket while WebRTC's pictures are drawn", async () => {
    before = await sent();
    await until("its pictures are drawn", framesFromNow(page, 20));
    return (await sent()) - before <= 1;
  });
  await page.keyboard.press("v");
  await until("the WebSocket's pictures come", async () => (await sent()) > before + 10);
  await until("they are drawn", framesFromNow(page, 20));
  await page.keyboard.press("v");
  await untilRtc(page);
});

test("RtcServer.DrivesOverTheDataChannelAlone", { skip }, async () => {
  await driveUntilMoved(page, 0.3);
  await untilMode(page, "ARMED");
  await untilStill(page);
});

test("RtcServer.IsStoppedAndReArmed", { skip }, async () => {
  await page.keyboard.press("Space");
  await untilMode(page, "ESTOP");
  await untilTrouble(page, "estop");
  await rearmByKey(page);
});

test("RtcServer.ComesBackAfterTheServerWasKilled", { skip }, async () => {
  await stack.kill("transport");
  await untilTrouble(page, "lost");
  stack.start("transport");
  await stack.healthy();
  await untilLive(page);
  await untilRtc(page);
  await until("its pictures are drawn", framesFromNow(page, 20));
});

test("RtcServer.SaysHowOldThePictureIs", { skip }, async () => {
  const second = await openPage(browser, `${stack.url}?timecode=1`);
  await untilLive(second);
  await untilRtc(second);
  await until("the age that is shown is that of what the pictures themselves say", async () => {
    const drawn = (await sdr(second, "glass")).filter(({ path }) => path === "webrtc").slice(-30).map(({ age_ms }) => age_ms);
    const { age_ms } = (await sdr(second, "state")).video;
    const median_ms = drawn.sort((a, b) => a - b)[drawn.length >> 1];
    return drawn.length === 30 && age_ms > 0 && Math.abs(age_ms - median_ms) < kAgeWithin_ms;
  });
  await second.context().close();
  await until("one session is there", async () => (await metric("rtc_sessions")) === 1);
});

test("RtcServer.EndsItsSessionsWithThePage", { skip }, async () => {
  const second = await openPage(browser, stack.url);
  await untilLive(second);
  await until("a second session is there", async () => (await metric("rtc_sessions")) === 2);
  await second.context().close();
  await until("it is gone", async () => (await metric("rtc_sessions")) === 1);
});

test("RtcServer.IsDoneWithoutWhereItIsSwitchedOff", { skip }, async () => {
  await stack.kill("transport");
  stack.transport_args_.push("--webrtc=false");
  stack.start("transport");
  await stack.healthy();
  await untilLive(page);
  await until("the page has found out", async () => (await rtc())?.why === "this server has no WebRTC");
  assert.equal(await sdr(page, "path"), "WebSocket");
});

test("RtcServer.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));
