// SPDX-License-Identifier: Apache-2.0
//
// A server that asks for tokens: the page asks the person, says what is wrong, shows what the token allows, and
// keeps it where the person said.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  driverOf,
  driveUntilMoved,
  keep,
  kSizes,
  openBrowser,
  openPage,
  sdr,
  untilLive,
  untilMode,
  untilTrouble,
} from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
const kTokens = { viewer: "vera-0123456789abcdef", operator: "otto-0123456789abcdef", admin: "ada-00123456789abcdef" };
const kNames = { viewer: "Vera", operator: "Otto", admin: "Ada" };

let stack;
let browser;
/** Otto's page, from the first test that lets him in. */
let otto;

before(async () => {
  if (skip) return;
  const tokens = Object.entries(kTokens).map(([role, token]) => `${role} ${token} ${kNames[role]}\n`);
  stack = await Stack.start(kRover, { tokens: tokens.join("") });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

async function signIn(page, token) {
  await page.getByTestId("token").fill(token);
  await page.getByTestId("sign-in").click();
}

test("Access.AsksForATokenAndLetsIn", { skip }, async () => {
  otto = await openPage(browser, stack.url);
  await untilTrouble(otto, "token_needed");
  await keep(otto, "deck", "sign-in");
  assert.equal(await sdr(otto, "frames_drawn"), 0);
  assert.ok(await otto.getByTestId("estop").isVisible());
  await signIn(otto, "no-such-token-0123456789");
  await untilTrouble(otto, "token_unknown");
  await keep(otto, "deck", "sign-in-wrong");
  await signIn(otto, kTokens.operator);
  await untilLive(otto);
  assert.equal((await sdr(otto, "state")).link.role, "operator");
  await driveUntilMoved(otto, 0.1);
});

test("Access.IsKeptForThisTabAndNotForTheNext", { skip }, async () => {
  await otto.reload();
  await untilLive(otto);
  const next = await otto.context().newPage();
  await next.goto(stack.url);
  await untilTrouble(next, "token_needed");
  await next.close();
  await otto.bringToFront();
});

test("Access.IsRememberedWhereThePersonSaysSoAndForgottenBySigningOut", { skip }, async () => {
  const page = await openPage(browser, stack.url);
  await untilTrouble(page, "token_needed");
  await page.getByRole("switch", { name: /Remember/ }).click();
  await signIn(page, kTokens.operator);
  await untilLive(page);
  const next = await page.context().newPage();
  await next.goto(stack.url);
  await untilLive(next);
  await next.getByTestId("rail-robot").click();
  await next.getByTestId("sign-out").click();
  await untilTrouble(next, "token_needed");
  await next.reload();
  await untilTrouble(next, "token_needed");
  await page.context().close();
});

test("Access.TakesATokenFromTheAddressAndRemovesItThere", { skip }, async () => {
  const page = await openPage(browser, `${stack.url}#token=${kTokens.admin}`);
  await untilLive(page);
  assert.equal(page.url(), stack.url);
  assert.equal((await sdr(page, "state")).link.role, "admin");
  await page.context().close();
});

test("Access.AViewerWatchesAndStopsAndNoMore", { skip }, async () => {
  await driveUntilMoved(otto, 0.1);
  const vera = await openPage(browser, `${stack.url}#token=${kTokens.viewer}`, kSizes.phone);
  await untilTrouble(vera, "watching");
  await keep(vera, "phone", "viewer");
  assert.equal(await vera.getByTestId("pad-move").count(), 0);
  assert.equal(await vera.getByTestId("do-ask_control").count(), 0);
  assert.match(await driverOf(vera), /drives, you watch$/);
  await vera.keyboard.press("w");
  await vera.getByTestId("estop").click();
  await untilMode(otto, "ESTOP");
  await until("the viewer cannot re-arm", () => vera.getByTestId("rearm").isDisabled());
  await otto.bringToFront();
  await otto.keyboard.down("Enter");
  await until("it is re-armed", async () => (await sdr(otto, "mode")) !== "ESTOP");
  await otto.keyboard.up("Enter");
  await vera.context().close();
});

test("Access.PeopleAreCalledByTheNamesOfTheirTokens", { skip }, async () => {
  await driveUntilMoved(otto, 0.1);
  const ada = await openPage(browser, `${stack.url}#token=${kTokens.admin}`);
  await until("Ada sees Otto's name", async () => (await driverOf(ada)) === "Otto drives");
  await ada.getByTestId("do-ask_control").click();
  await until("Otto sees Ada's", async () => /Ada asks for control/.test(await otto.getByTestId("trouble").textContent()));
  await otto.getByTestId("rail-robot").click();
  await until("the panel lists Ada", async () => /Ada/.test(await otto.getByTestId("person").textContent()));
  await keep(otto, "deck", "asked");
  await otto.getByTestId("do-hand_over").click();
  await until("Otto sees who drives", async () => (await driverOf(otto)) === "Ada drives");
  await ada.context().close();
});

test("Access.HadNothingToComplainOf", { skip }, () => assert.deepEqual(otto.complaints, []));
