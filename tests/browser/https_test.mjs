// SPDX-License-Identifier: Apache-2.0
//
// The page under a name that is not this machine's, as others see it: over HTTPS by the transport's own certificate,
// since the browser gives WebCodecs and gamepads to nothing less.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { driveUntilMoved, openBrowser, openPage, sdr, untilLive } from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing("openssl");
const kName = "robot.test";
/** Nobody vouches for the certificate, and no name server knows the name. */
const kTrustAndFind = ["--ignore-certificate-errors", `--host-resolver-rules=MAP ${kName} 127.0.0.1`];
/** Keeps where the worker's WebSockets went. */
const kTellUrls = `{
  const Real = WebSocket;
  self.opened = [];
  self.WebSocket = class extends Real {
    constructor(...rest) {
      super(...rest);
      self.opened.push(this.url);
    }
  };
}
`;

let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover, { https_name: kName, worker_prefix: kTellUrls });
  browser = await openBrowser(kTrustAndFind);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

test("Https.ShowsTheRobotInASecureContext", { skip }, async () => {
  page = await openPage(browser, stack.url, { ignoreHTTPSErrors: true });
  await untilLive(page);
  assert.equal(new URL(page.url()).protocol, "https:");
  assert.equal(await page.evaluate(() => isSecureContext), true);
  assert.equal(await page.evaluate(() => typeof VideoDecoder), "function");
});

test("Https.CarriesTheStreamEncryptedToo", { skip }, async () => {
  const [worker] = page.workers();
  const opened = await worker.evaluate(() => self.opened);
  assert.ok(opened.length > 0);
  for (const url of opened) assert.ok(url.startsWith(`wss://${new URL(stack.url).host}/stream/ws`), url);
});

test("Https.IsDrivenBy", { skip }, async () => {
  await driveUntilMoved(page, 0.1);
  assert.equal((await sdr(page, "state")).link.phase, "open");
});

test("Https.ComesBackWhenTheTransportDoes", { skip }, async () => {
  await stack.kill("transport");
  await until("the page has lost it", async () => (await sdr(page, "state")).link.phase !== "open");
  stack.start("transport");
  await untilLive(page);
  await driveUntilMoved(page, 0.1);
});

test("Https.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));
