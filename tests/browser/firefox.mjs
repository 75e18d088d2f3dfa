// SPDX-License-Identifier: Apache-2.0
//
// The distribution's Firefox, headless, by Marionette: the protocol that it speaks itself, JSON with its length in front
// over TCP, so that no driver is needed. Opens one page; asks it things; presses keys as a person does.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.mjs";

const program = process.env.SDR_FIREFOX ?? "/usr/bin/firefox-esr";

/** Why it cannot be had on this machine, or false. */
export const noFirefox = () => !existsSync(program) && `missing: ${program}`;

const kPreferences = {
  "marionette.port": 0, // any; told in MarionetteActivePort
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.enabled": false,
  "toolkit.telemetry.enabled": false,
};

export class Firefox {
  folder_ = mkdtempSync(join(tmpdir(), "sdr-firefox-"));
  waiting_ = new Map();
  next_id_ = 1;
  received_ = Buffer.alloc(0);

  static async open(url) {
    const firefox = new Firefox();
    try {
      await firefox.start();
      await firefox.ask("WebDriver:NewSession", { capabilities: { alwaysMatch: { acceptInsecureCerts: false } } });
      await firefox.ask("WebDriver:Navigate", { url });
      return firefox;
    } catch (error) {
      await firefox.close();
      throw error;
    }
  }

  async start() {
    const lines = Object.entries(kPreferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
    writeFileSync(join(this.folder_, "user.js"), lines.join(""));
    const args = ["--headless", "--marionette", "--no-remote", "--profile", this.folder_, "--width", "1280", "--height", "800"];
    this.child_ = spawn(program, args, { stdio: "ignore", env: { ...process.env, HOME: this.folder_ } });
    process.once("exit", () => this.child_.kill("SIGKILL"));
    const port_file = join(this.folder_, "MarionetteActivePort");
    const port = await until("Firefox listens", () => existsSync(port_file) && Number(readFileSync(port_file, "utf8")));
    this.socket_ = connect(port, "127.0.0.1");
    this.socket_.on("data", (bytes) => this.onData(bytes));
    this.socket_.on("error", (error) => this.failAll(error));
    this.socket_.on("close", () => this.failAll(new Error("Firefox hung up")));
  }

  onData(bytes) {
    this.received_ = Buffer.concat([this.received_, bytes]);
    for (;;) {
      const colon = this.received_.indexOf(":");
      const end = colon + 1 + Number(this.received_.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.received_.length < end) return;
      const message = JSON.parse(this.received_.subarray(colon + 1, end).toString());
      this.received_ = this.received_.subarray(end);
      if (Array.isArray(message)) this.onAnswer(message); // the first message only introduces itself
    }
  }

  onAnswer([, id, error, result]) {
    const { resolve, reject } = this.waiting_.get(id) ?? {};
    this.waiting_.delete(id);
    if (error) reject?.(new Error(`${error.error}: ${error.message}`));
    else resolve?.(result);
  }

  failAll(error) {
    for (const { reject } of this.waiting_.values()) reject(error);
    this.waiting_.clear();
  }

  ask(command, parameters = {}) {
    const id = this.next_id_++;
    const json = JSON.stringify([0, id, command, parameters]);
    this.socket_.write(`${Buffer.byteLength(json)}:${json}`);
    return new Promise((resolve, reject) => this.waiting_.set(id, { resolve, reject }));
  }

  /** What the expression is in the page. */
  async evaluate(expression) {
    return (await this.ask("WebDriver:ExecuteScript", { script: `return (${expression});`, args: [] })).value;
  }

  keys(...actions) {
    return this.ask("WebDriver:PerformActions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  async close() {
    this.socket_?.destroy();
    const gone = new Promise((resolve) => this.child_?.once("exit", resolve) ?? resolve());
    this.child_?.kill("SIGKILL");
    await gone;
    rmSync(this.folder_, { recursive: true, force: true, maxRetries: 5 });
  }
}
