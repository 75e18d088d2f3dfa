// SPDX-License-Identifier: Apache-2.0
//
// Each process is killed in turn; the page says so in words, and is whole again by itself when the process is back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { driveUntilMoved, openBrowser, openPage, rearmByKey, sdr, trouble, untilLive } from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
let stack;
let browser;
let page;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover);
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
  await untilLive(page);
  await driveUntilMoved(page, 0.1);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const kFaults = [
  { name: "sim", says: ["stalled"] },
  { name: "transport", says: ["lost", "connecting"] },
  { name: "nats", says: ["bus_lost"] },
];

for (const { name, says } of kFaults) {
  test(`Page.SaysThatTheProcessDiedAndRecovers: ${name}`, { skip }, async () => {
    await stack.kill(name);
    await until(`the page says ${says.join(" or ")}`, async () => says.includes(await trouble(page)));
    stack.start(name);
    await stack.healthy();
    await untilBack();
    const drawn = await sdr(page, "frames_drawn");
    await until("frames are drawn", async () => (await sdr(page, "frames_drawn")) > drawn + 10);
    await until("the robot's mode is known", () => sdr(page, "mode"));
    await driveAgain(page);
  });
}

test("Page.SaysThatTheSimulatorIsFrozenAndRecovers", { skip }, async () => {
  stack.signal("sim", "SIGSTOP");
  await until("the page says so", async () => ["stalled", "late"].includes(await trouble(page)));
  stack.signal("sim", "SIGCONT");
  await untilBack();
  await driveAgain(page);
});

test("Page.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));

/** Live, and either nothing is wrong or only what the robot side rightly makes of commands that broke off in motion. */
async function untilBack() {
  await until("the page is live again", async () => (await sdr(page, "fresh")) && [null, "estop"].includes(await trouble(page)));
}

/** Drives as a person would, re-arming first where the break ended in an emergency stop. */
async function driveAgain(of) {
  if ((await sdr(of, "mode")) === "ESTOP") await rearmByKey(of);
  await driveUntilMoved(of, 0.1);
}
