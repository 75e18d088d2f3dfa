// SPDX-License-Identifier: Apache-2.0
//
// A page whose network lets no UDP out: the server's UDP candidates are cut out of its answer, and WebRTC goes over TCP.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { driveUntilMoved, framesFromNow, openBrowser, openPage, sdr, untilLive } from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();

const kNoUdp = `{
  const parse = JSON.parse;
  const isUdp = (line) => line.startsWith("a=candidate:") && / udp /i.test(line);
  JSON.parse = function (text, ...rest) {
    const value = parse.call(JSON, text, ...rest);
    if (value?.type === "answer") value.sdp = value.sdp.split("\\r\\n").filter((line) => !isUdp(line)).join("\\r\\n");
    return value;
  };
}
`;

let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover, { worker_prefix: kNoUdp });
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

test("RtcTcp.ShowsAndDrivesTheRobot", { skip }, async () => {
  await untilLive(page);
  await until("both paths are there", async () => (await sdr(page, "state"))?.rtc.both);
  if ((await sdr(page, "path")) !== "WebRTC") await page.keyboard.press("v");
  await until("its pictures are drawn", framesFromNow(page, 20));
  await driveUntilMoved(page, 0.2);
  const metrics = await (await fetch(`${stack.url}metrics`)).text();
  assert.match(metrics, /^rtc_tcp_connections [1-9]/m);
});

test("RtcTcp.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));
