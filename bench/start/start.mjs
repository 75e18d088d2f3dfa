// SPDX-License-Identifier: Apache-2.0
//
// How long a newcomer waits: what is committed here is cloned into an empty folder, `./sdr up` runs in it as a user would
// type it, and headless Chromium opens the address that it prints. Measured from the command to the address and to the
// first picture that the page has drawn; then both again, for a second start. Packages are part of it only on a machine
// that lacks them (a fresh container); the output says so. A compiler cache is kept out of it.
//
//     ./sdr bench start

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser, openPage, untilLive } from "../../tests/browser/page.mjs";
import { readOptions } from "../common/options.mjs";

readOptions("start", {});
const kBounds_s = { first: 300, second: 3 };
const root = fileURLToPath(new URL("../..", import.meta.url));

function clone(folder) {
  execFileSync("git", ["clone", "--quiet", root, folder]);
}

/** `./sdr up` in the clone: itself, and the address once it has printed it. */
function up(clone_folder, shm_folder) {
  const ports = ["--port", "0", "--nats-port", "0", "--nats-monitor-port", "0"]
    .concat(["--sim-metrics-port", "0", "--transport-metrics-port", "0", "--shm-path", join(shm_folder, "frames")]);
  const child = spawn("./sdr", ["up", ...ports], {
    cwd: clone_folder, env: { ...process.env, CCACHE_DISABLE: "1" }, stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const address = new Promise((resolve, reject) => {
    const read = (data) => {
      said += data;
      const found = /^ {2}open +(http\S+)/m.exec(said);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`./sdr up ended with ${code}:\n${said}`)));
  });
  return { child, address };
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await ended;
}

async function start(browser, clone_folder, shm_folder) {
  const begin = performance.now();
  const seconds = () => Number(((performance.now() - begin) / 1000).toFixed(2));
  const { child, address } = up(clone_folder, shm_folder);
  try {
    const page = await openPage(browser, await address);
    const to_address_s = seconds();
    await untilLive(page);
    const to_picture_s = seconds();
    await page.close();
    return { to_address_s, to_picture_s };
  } finally {
    if (child.exitCode === null) await stop(child);
  }
}

const folder = mkdtempSync(join(tmpdir(), "sdr-start-"));
const shm_folder = mkdtempSync("/dev/shm/sdr-start-");
const browser = await openBrowser();
try {
  clone(join(folder, "clone"));
  const first = await start(browser, join(folder, "clone"), shm_folder);
  const second = await start(browser, join(folder, "clone"), shm_folder);
  for (const [name, got] of Object.entries({ first, second })) {
    const ratio = (got.to_picture_s / kBounds_s[name]).toFixed(2);
    console.log(`${name.padEnd(7)} start: address after ${got.to_address_s} s, picture after ${got.to_picture_s} s;`
      + ` asked: at most ${kBounds_s[name]} s (ratio ${ratio})`);
  }
  console.log(JSON.stringify({ bench: "start", first, second, bound_s: kBounds_s, cores: cpus().length }));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(shm_folder, { recursive: true, force: true });
}
