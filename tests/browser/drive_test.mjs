// SPDX-License-Identifier: Apache-2.0
//
// One person, one robot: sees it, drives it, stops it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  driveUntilMoved,
  framesFromNow,
  holdToRearm,
  odometry,
  openBrowser,
  openPage,
  pictureHash,
  rearmByKey,
  sdr,
  trouble,
  untilLive,
  untilMode,
  untilMoved,
  untilStill,
  wayHome,
} from "./page.mjs";
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
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

test("Page.ShowsPicturesThatChange", { skip }, async () => {
  const first = await pictureHash(page);
  const drawn = await sdr(page, "frames_drawn");
  await driveUntilMoved(page, 0.1);
  await until("frames are drawn", async () => (await sdr(page, "frames_drawn")) > drawn + 10);
  assert.notEqual(await pictureHash(page), first);
});

test("Page.NamesTheRobotAndItsPath", { skip }, async () => {
  assert.equal(await page.getByTestId("robot-name").textContent(), "Rover");
  assert.match(await page.getByTestId("stat-path").textContent(), /WebSocket|WebRTC/);
});

test("Page.DrivesTheRobotAndStopsWhenTheKeyComesUp", { skip }, async () => {
  await driveUntilMoved(page, 0.3);
  await untilMode(page, "ARMED");
  await untilStill(page);
});

test("Page.StopsTheRobotWithSpaceAndReArmsWithAHold", { skip }, async () => {
  await page.keyboard.press("Space");
  await untilMode(page, "ESTOP");
  assert.equal(await trouble(page), "estop");
  const stopped = await odometry(page);
  await page.keyboard.down("w");
  await until("a second of frames is drawn", framesFromNow(page, 30));
  await page.keyboard.up("w");
  const still = await odometry(page);
  assert.ok(Math.hypot(still.x - stopped.x, still.y - stopped.y) < 0.2);

  await rearmByKey(page);
  await driveUntilMoved(page, 0.2);
});

test("Page.AShortTapDoesNotReArm", { skip }, async () => {
  await page.getByTestId("estop").click();
  await untilMode(page, "ESTOP");
  await page.getByTestId("rearm").click();
  await until("half a second of frames is drawn", framesFromNow(page, 15));
  assert.equal(await sdr(page, "mode"), "ESTOP");
  await page.getByTestId("rearm").hover();
  await holdToRearm(page, () => page.mouse.down(), () => page.mouse.up());
});

test("Page.TellsAWatcherWhoDrives", { skip }, async () => {
  await driveUntilMoved(page, 0.1);
  const watcher = await openPage(browser, stack.url);
  await until("the watcher is told", async () => (await trouble(watcher)) === "watching");
  const from = await odometry(watcher);
  await page.bringToFront();
  await untilStill(page);
  await watcher.keyboard.down("w");
  await until("frames are drawn", framesFromNow(watcher, 15));
  await watcher.keyboard.up("w");
  const at = await odometry(watcher);
  assert.ok(Math.hypot(at.x - from.x, at.y - from.y) < 0.3);
  await watcher.context().close();
});

test("Page.DrivesByThePadsOfATouchScreen", { skip }, async () => {
  await untilControlIsFree(page);
  const phone = await openPage(browser, stack.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await untilLive(phone);
  const box = await phone.getByTestId("pad-move").boundingBox();
  const from = await odometry(phone);
  const edge = (await wayHome(phone)) > 0 ? 4 : box.height - 4;
  await phone.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await phone.mouse.down();
  await phone.mouse.move(box.x + box.width / 2, box.y + edge, { steps: 4 });
  await untilMoved(phone, from, 0.1);
  await phone.mouse.up();
  await untilStill(phone);
  await phone.context().close();
});

test("Page.LoadsAnotherRobotWhileItIsWatched", { skip }, async () => {
  await page.bringToFront();
  await page.getByTestId("rail-robot").click();
  await page.getByTestId("robot-quadruped").click();
  await until("the quadruped is there", async () => (await page.getByTestId("robot-name").textContent()) === "Quadruped");
  await until("it is seen", framesFromNow(page, 10));
  await page.getByTestId("robot-rover").click();
  await until("the rover is back", async () => (await page.getByTestId("robot-name").textContent()) === "Rover");
});

test("Page.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));

/** Gives up the control that `of` has, as a person does. */
async function untilControlIsFree(of) {
  await of.getByTestId("rail-robot").click();
  await of.getByTestId("drawer-robot").waitFor();
  const give_up = of.getByTestId("give-up");
  if ((await give_up.count()) > 0) await give_up.click();
  await of.getByTestId("rail-robot").click();
  await until("nobody drives", async () => (await of.getByTestId("driver").textContent()) === "Nobody drives");
}
