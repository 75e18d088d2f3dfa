// SPDX-License-Identifier: Apache-2.0
//
// Two people, one robot: who drives is the same on both pages, and goes from one to the other only as it should.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  driverOf,
  driveUntilMoved,
  framesFromNow,
  openBrowser,
  openPage,
  sdr,
  trouble,
  untilLive,
  untilMode,
  untilStill,
  untilTrouble,
} from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
let stack;
let browser;
let anna;
let ben;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover);
  browser = await openBrowser();
  anna = await openPage(browser, stack.url);
  ben = await openPage(browser, stack.url);
  await untilLive(anna);
  await untilLive(ben);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const untilDrives = (page, words) => until(`the page says that ${words}`, async () => words.test(await driverOf(page)));

async function bothSay(driver, watcher) {
  await untilDrives(driver, /^You drive$/);
  await untilDrives(watcher, /^Client \d+ drives$/);
}

test("Lease.WhoMovesFirstDrivesAndBothPagesSaySo", { skip }, async () => {
  await untilDrives(anna, /^Nobody drives$/);
  await driveUntilMoved(anna, 0.1);
  await bothSay(anna, ben);
  await untilTrouble(ben, "watching");
});

test("Lease.IsHandedToTheOneWhoAsks", { skip }, async () => {
  await ben.getByTestId("do-ask_control").click();
  await untilTrouble(anna, "asked");
  assert.match(await ben.getByTestId("trouble").textContent(), /You asked for control/);
  await bothSay(anna, ben);
  await anna.getByTestId("do-hand_over").click();
  await bothSay(ben, anna);
  await until("it is said who gave it", async () => /handed control to you/.test(await ben.getByTestId("toasts").textContent()));
  await driveUntilMoved(ben, 0.1);
});

test("Lease.AStickThatWasHeldInheritsNothing", { skip }, async () => {
  await untilStill(ben);
  await anna.keyboard.down("w");
  await ben.getByTestId("rail-robot").click();
  await ben.getByTestId("give-up").click();
  await untilDrives(ben, /^Nobody drives$/);
  await until("it is seen", framesFromNow(anna, 15));
  assert.equal(await driverOf(anna), "Nobody drives");
  await anna.keyboard.up("w");
  await driveUntilMoved(anna, 0.1);
  await bothSay(anna, ben);
});

test("Lease.IsRefusedByNotNowAndTakenBackByWhoAsked", { skip }, async () => {
  await ben.getByTestId("do-ask_control").click();
  await untilTrouble(anna, "asked");
  await anna.getByTestId("do-not_now").click();
  await until("the card is gone", async () => (await trouble(anna)) === null);
  await ben.getByTestId("do-cancel_ask").click();
  await until("nobody asks", async () => (await leaseOf(anna)).asking === undefined);
  await bothSay(anna, ben);
});

test("Lease.IsTakenByForceAfterAQuestion", { skip }, async () => {
  await until("the page knows its role", async () => (await sdr(ben, "state")).link.role === "admin");
  await ben.getByTestId("do-take_control").click();
  await ben.getByTestId("confirm").waitFor();
  await bothSay(anna, ben);
  await ben.getByTestId("confirm-yes").click();
  await bothSay(ben, anna);
  await until("anna is told", async () => /took control/.test(await anna.getByTestId("toasts").textContent()));
});

test("Lease.WhoeverWatchesStopsTheRobotAndIsNamed", { skip }, async () => {
  await anna.keyboard.press("Space");
  await untilMode(ben, "ESTOP");
  await until("both say who", async () => /^You stopped/.test(await titleOf(anna)) && /^Client \d+ stopped/.test(await titleOf(ben)));
  assert.ok(await anna.getByTestId("rearm").isDisabled());
  await ben.getByTestId("rearm").hover();
  await ben.mouse.down();
  await until("it is re-armed", async () => (await sdr(ben, "mode")) !== "ESTOP");
  await ben.mouse.up();
});

test("Lease.IsLostBySilenceAndGoesToTheOneWhoAsked", { skip }, async () => {
  await anna.getByTestId("do-ask_control").click();
  // A page that lost the focus sends nothing; ten seconds later its lease is free.
  await ben.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new Event("blur"));
  });
  await bothSay(anna, ben);
});

test("Lease.HadNothingToComplainOf", { skip }, () => assert.deepEqual([...anna.complaints, ...ben.complaints], []));

const leaseOf = async (page) => (await sdr(page, "state")).lease;

async function titleOf(page) {
  const card = page.getByTestId("trouble");
  return (await card.count()) === 0 ? "" : card.locator("h2").textContent();
}
