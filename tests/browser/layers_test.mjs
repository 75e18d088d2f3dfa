// SPDX-License-Identifier: Apache-2.0
//
// The browser's layer of safety (safety.md), each cause for real: what leaves the page is one zero twist and then
// nothing, the page says so, and a stick that was held over moves nothing until it was let go.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  driveUntilMoved,
  framesFromNow,
  holdUntilMoving,
  kTellCommands,
  listenToTwists,
  odometry,
  openBrowser,
  openPage,
  rearmByKey,
  sdr,
  sentTwists,
  trouble,
  untilLive,
  untilStill,
  untilTrouble,
  wayHome,
} from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
let stack;
let browser;
let page;
let other;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover, { worker_prefix: kTellCommands, webrtc: false });
  browser = await openBrowser();
  page = await openPage(browser, stack.url);
  other = await page.context().newPage();
  // A page under test has the focus for good unless this is said.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  await setFocused(true);
  await untilLive(page);
  await listenToTwists(page);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Each test begins with a robot that can be driven. */
afterEach(async () => {
  if (skip) return;
  await until("the page is live", () => sdr(page, "fresh"));
  if ((await sdr(page, "mode")) === "ESTOP") await rearmByKey(page);
  await untilStill(page);
});

/** After `end` has happened a zero leaves and then nothing, however long the stick is held. */
async function cutsOff(end) {
  await end();
  await until("the page is silent", async () => (await sdr(page, "state")).drive.block !== null);
  await until("a zero left", async () => (await sentTwists(page)).at(-1) === 0);
  await page.waitForTimeout(200);
  const before = (await sentTwists(page)).length;
  await page.waitForTimeout(700);
  const sent = await sentTwists(page);
  assert.equal(sent.length, before, "something left after the zero");
  assert.equal(sent.at(-1), 0);
}

/** What is held moves nothing, and the page says what to do about it. */
async function heldStickMovesNothing() {
  const from = (await sentTwists(page)).length;
  await untilTrouble(page, "held_over");
  await until("frames are drawn", framesFromNow(page, 10));
  assert.deepEqual((await sentTwists(page)).slice(from).filter((x) => x !== 0), []);
}

test("Layers.StaleVideoCutsOff", { skip }, async () => {
  const key = await holdUntilMoving(page);
  await cutsOff(async () => {
    stack.signal("sim", "SIGSTOP");
    await until("the page says so", async () => ["late", "stalled"].includes(await trouble(page)));
  });
  assert.match(await page.getByTestId("trouble").textContent(), /sent a zero/);
  stack.signal("sim", "SIGCONT");
  await until("the page is live", () => sdr(page, "fresh"));
  if ((await sdr(page, "mode")) !== "ESTOP") await heldStickMovesNothing();
  await page.keyboard.up(key);
  if ((await sdr(page, "mode")) === "ESTOP") await rearmByKey(page);
  await driveUntilMoved(page, 0.1);
});

test("Layers.AHiddenPageCutsOff", { skip }, async () => {
  const key = await holdUntilMoving(page);
  await cutsOff(() => setHidden(true));
  await untilStill(page);
  await setHidden(false);
  await until("the page says so", async () => /not in front/.test(await page.getByTestId("toasts").textContent()));
  await page.keyboard.down(key); // repeats, since it never came up
  await until("frames are drawn", framesFromNow(page, 10));
  assert.equal((await sentTwists(page)).at(-1), 0);
  await page.keyboard.up(key);
  await driveUntilMoved(page, 0.1);
});

test("Layers.LostFocusCutsOff", { skip }, async () => {
  const key = await holdUntilMoving(page);
  await cutsOff(() => setFocused(false));
  await untilTrouble(page, "focus");
  assert.match(await page.getByTestId("trouble").textContent(), /sent a zero/);
  await untilStill(page);
  await setFocused(true);
  await page.keyboard.down(key);
  await until("frames are drawn", framesFromNow(page, 10));
  assert.equal((await sentTwists(page)).at(-1), 0);
  await page.keyboard.up(key);
  await driveUntilMoved(page, 0.1);
});

test("Layers.ALostGamepadCutsOff", { skip }, async () => {
  await plugIn();
  await until("it is announced", async () => /Test pad connected/.test(await page.getByTestId("toasts").textContent()));
  await pushUntilMoving();
  await cutsOff(() => page.evaluate(() => (window.fake_pad = null)));
  await untilTrouble(page, "gamepad_lost");
  await untilStill(page);

  // It comes back with its stick still pushed.
  const from = await odometry(page);
  await plugIn(await wayHome(page));
  await until("frames are drawn", framesFromNow(page, 20));
  const at = await odometry(page);
  assert.ok(Math.hypot(at.x - from.x, at.y - from.y) < 0.1);
  await pushStick(0);
  await until("the page has nothing to say", async () => (await trouble(page)) === null);
  await pushUntilMoving();
  await pushStick(0);
  await page.evaluate(() => (window.fake_pad = null));
});

test("Layers.TheKeyboardTakesOverFromALostGamepad", { skip }, async () => {
  await plugIn();
  await pushUntilMoving();
  await page.evaluate(() => (window.fake_pad = null));
  await untilTrouble(page, "gamepad_lost");
  await driveUntilMoved(page, 0.1);
  assert.notEqual(await trouble(page), "gamepad_lost");
});

test("Layers.AGamepadStopsTheRobotThoughAnotherWindowHasTheFocus", { skip }, async () => {
  await plugIn();
  await setFocused(false);
  await page.evaluate(() => (window.fake_pad.buttons[1] = { pressed: true, touched: true, value: 1 }));
  await until("the robot stopped", async () => (await sdr(page, "mode")) === "ESTOP");
  await page.evaluate(() => (window.fake_pad = null));
  await setFocused(true);
});

test("Layers.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));

/** Gives the focus to another page of the browser, or takes it back. */
async function setFocused(focused) {
  await (focused ? page : other).bringToFront();
  await until("it is noticed", () => page.evaluate((has) => document.hasFocus() === has, focused));
}

/** A headless browser has no page that is not seen. */
function setHidden(hidden) {
  return page.evaluate((is) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => is });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

/** Puts a gamepad in whose stick stands at `forward`, and waits until the page has read it. */
async function plugIn(forward = 0) {
  await page.evaluate((push) => {
    const buttons = Array.from({ length: 17 }, () => ({ pressed: false, touched: false, value: 0 }));
    window.fake_pad = { id: "Test pad (STANDARD GAMEPAD)", mapping: "standard", connected: true, axes: [0, -push, 0, 0], buttons };
    navigator.getGamepads = () => [window.fake_pad];
  }, forward);
  await until("the page has it", async () => (await sdr(page, "state")).drive.gamepad !== null);
}

async function pushStick(forward) {
  await page.evaluate((push) => (window.fake_pad.axes = [0, -push, 0, 0]), forward);
  await page.waitForTimeout(100);
}

/** As with a key, the stick is let go and pushed anew where a stall made the page want that. */
async function pushUntilMoving() {
  let pushed_ms = Number.NEGATIVE_INFINITY;
  await until("the robot moves", async () => {
    if (Math.abs((await sdr(page, "odometry"))?.vx ?? 0) > 0.1) return true;
    if (performance.now() - pushed_ms < 2000) return false;
    await pushStick(0);
    if ((await sdr(page, "mode")) === "ESTOP") await rearmByKey(page);
    await pushStick(await wayHome(page));
    pushed_ms = performance.now();
    return false;
  });
}
