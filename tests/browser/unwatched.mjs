// SPDX-License-Identifier: Apache-2.0
//
// Headless Chromium that nobody watches while something is measured in it: a debugger that is attached hears of each
// message of each WebSocket, through the browser's process and a pipe, which costs more than the page itself. So one
// attaches to prepare the page, lets go, and comes back for the result.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { kChromium, kFlags } from "./page.mjs";
import { until } from "./until.mjs";

export class UnwatchedBrowser {
  folder_ = mkdtempSync(join(tmpdir(), "sdr-chromium-"));

  static async start() {
    const browser = new UnwatchedBrowser();
    const flags = [...kFlags, "--remote-debugging-port=0", `--user-data-dir=${browser.folder_}`, "--window-size=1280,887"];
    browser.process_ = spawn(kChromium, [...flags, "about:blank"], { stdio: "ignore", detached: true });
    process.once("exit", () => browser.kill());
    browser.port_ = await until("the browser has a port", () => browser.debuggingPort());
    return browser;
  }

  debuggingPort() {
    try {
      return Number(readFileSync(join(this.folder_, "DevToolsActivePort"), "utf8").split("\n")[0]);
    } catch {
      return 0; // not there yet
    }
  }

  /** Attaches for as long as `work` takes, which gets the browser's one context; its pages stay. */
  async attached(work) {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${this.port_}`);
    try {
      return await work(browser.contexts()[0]);
    } finally {
      await browser.close(); // of a browser that was attached to: lets go of it
    }
  }

  /** With all its processes, which are a group of their own. */
  kill() {
    try {
      process.kill(-this.process_.pid, "SIGKILL");
    } catch {
      // it is gone
    }
  }

  async stop() {
    const ended = new Promise((resolve) => this.process_.once("exit", resolve));
    this.kill();
    await ended;
    rmSync(this.folder_, { recursive: true, force: true, maxRetries: 20 }); // its last process may just be at it
  }
}
