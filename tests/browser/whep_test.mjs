// SPDX-License-Identifier: Apache-2.0
//
// Our WHEP endpoint, played by somebody else's software: GStreamer, in a process of its own (whep_player.py).

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const player = fileURLToPath(new URL("whep_player.py", import.meta.url));
/** The distribution's own Python, whatever else is in the PATH: only that one has the distribution's GStreamer. */
const python = "/usr/bin/python3";
const kPictures = 60;

function noPlayer() {
  const { status, stdout, error } = spawnSync(python, [player, "--probe"], { encoding: "utf8" });
  if (status === 0) return false;
  return `an independent WHEP player was not tried: ${error?.message ?? stdout.trim()}`;
}

const skip = missing() || noPlayer();
if (skip) console.error(`SKIPPED: ${skip}`);

let stack;

before(async () => {
  if (!skip) stack = await Stack.start(kRover);
});

after(() => stack?.stop());

async function play(query = "") {
  const child = spawn(python, [player, `${stack.url}stream/whep${query}`, String(kPictures)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complained = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (complained += text));
  const status = await new Promise((resolve) => child.once("close", resolve));
  return { status, complained, seen: said === "" ? null : JSON.parse(said) };
}

async function sessions() {
  const text = await (await fetch(`${stack.url}metrics`)).text();
  return Number(/^rtc_sessions (\d+)$/m.exec(text)?.[1]);
}

test("Whep.IsPlayedByGStreamer", { skip, timeout: 120_000 }, async (t) => {
  const { status, complained, seen } = await play();
  assert.equal(status, 0, `${JSON.stringify(seen)} ${complained}`);
  t.diagnostic(JSON.stringify(seen));
  assert.equal(seen.codec, "H264");
  assert.deepEqual(seen.size, [320, 180]);
  assert.ok(seen.pictures >= kPictures);
  assert.ok(seen.access_units >= seen.pictures);
  assert.ok(seen.contrast > 50, "a picture of one grey");
  assert.equal(seen.left, 200);
  await until("the session is gone", async () => (await sessions()) === 0);
});

test("Whep.IsPlayedBySeveralAtOnce", { skip, timeout: 120_000 }, async () => {
  const all = await Promise.all([play(), play()]);
  for (const { status, complained, seen } of all) assert.equal(status, 0, `${JSON.stringify(seen)} ${complained}`);
  await until("the sessions are gone", async () => (await sessions()) === 0);
});
