// SPDX-License-Identifier: Apache-2.0
//
// Makes the README's picture: node picture.mjs FILE.png [FPS]. The rover drives past its scene and turns towards the
// camera. On a machine with nothing else to do, so that the figures in it are those that people will see.

import { openBrowser, openPage, untilLive } from "./page.mjs";
import { Stack } from "./stack.mjs";

const [file, fps = "60"] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node picture.mjs FILE.png [FPS]");

/** Until the age graph has nothing of the start in it any more. */
const kSettleMs = 21_000;
const kDrive = [["w", 1300], ["we", 1100], ["w", 700]];

const stack = await Stack.start(["--robot", "rover", "--width", "1280", "--height", "720", "--fps", fps]);
const browser = await openBrowser();
try {
  const page = await openPage(browser, stack.url);
  await untilLive(page);
  await page.getByTestId("stat-age").click();
  await page.mouse.move(640, 120);
  await page.waitForTimeout(kSettleMs);
  for (const [keys, ms] of kDrive) {
    for (const key of keys) await page.keyboard.down(key);
    await page.waitForTimeout(ms);
    if (ms === kDrive.at(-1)[1]) await page.screenshot({ path: file });
    for (const key of keys) await page.keyboard.up(key);
  }
} finally {
  await browser.close();
  await stack.stop();
}
