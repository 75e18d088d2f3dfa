// SPDX-License-Identifier: Apache-2.0
//
// The page in each of its states and three sizes, each state reached for real. With SDR_SHOTS=FOLDER the pictures stay
// there, to be looked at.

import { after, before, test } from "node:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { driveUntilMoved, holdUntilMoving, openBrowser, openPage, rearmByKey, sdr, untilLive, untilTrouble } from "./page.mjs";
import { missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();
const shots = process.env.SDR_SHOTS;
const kSizes = {
  deck: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  wide: { viewport: { width: 2560, height: 1440 } },
};

let stack;
let browser;

before(async () => {
  if (skip) return;
  if (shots) mkdirSync(shots, { recursive: true });
  stack = await Stack.start(["--robot", "rover"]);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

async function keep(page, size, state) {
  if (shots) await page.screenshot({ path: join(shots, `${size}-${state}.png`) });
}

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

  test(`States.WatchingSomeoneElse: ${size}`, { skip }, async () => {
    const driver = await openPage(browser, stack.url);
    await untilLive(driver);
    await driveUntilMoved(driver, 0.1);
    const watcher = await openPage(browser, stack.url, context);
    await untilTrouble(watcher, "watching");
    await keep(watcher, size, "watching");
    await watcher.context().close();
    await driver.context().close();
  });

  test(`States.StalledAndConnecting: ${size}`, { skip }, async () => {
    const page = await openPage(browser, stack.url, context);
    await untilLive(page);
    stack.signal("sim", "SIGSTOP");
    await untilTrouble(page, "stalled");
    await keep(page, size, "stalled");
    stack.signal("sim", "SIGCONT");
    await untilLive(page);
    await stack.kill("transport");
    await untilTrouble(page, "lost");
    await keep(page, size, "lost");
    stack.start("transport");
    await stack.healthy();
    await untilLive(page);
    await page.context().close();
  });
}

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
