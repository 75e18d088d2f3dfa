// SPDX-License-Identifier: Apache-2.0
//
// The page in the distribution's Firefox: pictures and control over the WebSocket; it offers no H.264 over WebRTC, which
// the page finds out and says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Firefox, noFirefox } from "./firefox.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing() || noFirefox();
if (skip) console.error(`SKIPPED: Firefox was not tried: ${skip}`);

let stack;
let firefox;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover);
  firefox = await Firefox.open(stack.url);
});

after(async () => {
  await firefox?.close();
  await stack?.stop();
});

const sdr = (name) => firefox.evaluate(`window.sdr?.${name}`);

test("Firefox.ShowsTheRobotOverTheWebSocket", { skip }, async (t) => {
  await until("pictures are drawn", async () => (await sdr("fresh")) && (await sdr("frames_drawn")) > 60);
  assert.equal(await sdr("path"), "WebSocket");
  t.diagnostic(`${await firefox.evaluate("navigator.userAgent")}: ${await sdr("state.video.codec")}, ${await sdr("fps")} pictures/s`);
});

test("Firefox.SaysWhyThereIsNoWebRtc", { skip }, async () => {
  const offers = await firefox.evaluate(`RTCRtpReceiver.getCapabilities("video").codecs.some(({ mimeType }) => /h264/i.test(mimeType))`);
  if (offers) return; // another Firefox than the distribution's of now: whichever path it takes is right
  assert.equal(await sdr("state.rtc.why"), "this browser takes no H.264 over WebRTC");
});

test("Firefox.DrivesTheRobot", { skip }, async () => {
  const from = await until("the robot tells where it is", () => sdr("odometry"));
  await firefox.keys({ type: "keyDown", value: "w" });
  await until("the robot moved", async () => {
    const at = await sdr("odometry");
    return at !== null && Math.hypot(at.x - from.x, at.y - from.y) > 0.2;
  });
  await firefox.keys({ type: "keyUp", value: "w" });
  assert.equal(await sdr("mode"), "ARMED");
});

test("Firefox.StopsIt", { skip }, async () => {
  await firefox.keys({ type: "keyDown", value: " " }, { type: "keyUp", value: " " });
  await until("it is stopped", async () => (await sdr("mode")) === "ESTOP");
});
