// SPDX-License-Identifier: Apache-2.0
//
// The page in each of its states and three sizes, each state reached for real. With SDR_SHOTS=FOLDER the pictures stay
// there, to be looked at.

import { after, before, test } from "node:test";
import {
  driveUntilMoved,
  holdUntilMoving,
  keep,
  kSizes,
  openBrowser,
  openPage,
  rearmByKey,
  sdr,
  untilLive,
  untilTrouble,
} from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
let stack;
let browser;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

for (const [size, context] of Object.entries(kSizes)) {
  test(`States.LiveHoldArmedAndEstop: ${size}`, { skip }, async () => {
    const page = await openPage(browser, stack.url, context);
    await untilLive(page);
    await keep(page, size, "hold");
    const key = await holdUntilMoving(page);
    await keep(page, size, "armed");
    await page.keyboard.up(key);
    await page.keyboard.press("Space");
    await untilTrouble(page, "estop");
    await keep(page, size, "estop");
    await rearmByKey(page);
    await page.context().close();
  });

  test(`States.PanelsAndHelp: ${size}`, { skip }, async () => {
    const page = await openPage(browser, stack.url, context);
    await untilLive(page);
    await driveUntilMoved(page, 0.1);
    for (const panel of ["robot", "camera", "stream", "plots"]) {
      await page.getByTestId(`rail-${panel}`).click();
      await page.getByTestId(`drawer-${panel}`).waitFor();
      await keep(page, size, `panel-${panel}`);
    }
    await page.getByTestId("rail-plots").click();
    await page.getByTestId("stat-age").click();
    await page.getByTestId("metric-graph").waitFor();
    await keep(page, size, "graph");
    await page.getByTestId("stat-age").click();
    await page.keyboard.press("h");
    await page.getByTestId("help").waitFor();
    await keep(page, size, "help");
    await page.context().close();
  });
}

/** One page of each size at the same time. */
async function openAllSizes() {
  const pages = [];
  for (const [size, context] of Object.entries(kSizes)) pages.push([size, await openPage(browser, stack.url, context)]);
  return pages;
}

async function eachSays(pages, id) {
  for (const [, page] of pages) await untilTrouble(page, id);
  for (const [size, page] of pages) await keep(page, size, id);
}

test("States.WatchingStalledAndLost", { skip }, async () => {
  const driver = await openPage(browser, stack.url);
  await untilLive(driver);
  await driveUntilMoved(driver, 0.1);
  const pages = await openAllSizes();
  await eachSays(pages, "watching");
  await driver.context().close();
  for (const [, page] of pages) await untilLive(page);

  stack.signal("sim", "SIGSTOP");
  await eachSays(pages, "stalled");
  stack.signal("sim", "SIGCONT");
  for (const [, page] of pages) await untilLive(page);

  await stack.kill("transport");
  await eachSays(pages, "lost");
  stack.start("transport");
  await stack.healthy();
  for (const [, page] of pages) {
    await untilLive(page);
    await page.context().close();
  }
});

test("States.ABrowserWithoutWebCodecsIsOfferedJpeg", { skip }, async () => {
  await stack.kill("transport");
  stack.prefixWorker("delete globalThis.VideoDecoder;\n");
  stack.start("transport");
  await stack.healthy();
  const page = await openPage(browser, stack.url);
  await untilTrouble(page, "no_decoder");
  await keep(page, "deck", "no-decoder");
  await page.getByTestId("do-use_jpeg").click();
  await until("JPEG pictures are drawn", async () => (await sdr(page, "path")) === "JPEG" && (await sdr(page, "fresh")));
  await keep(page, "deck", "jpeg");
  await page.context().close();
});
