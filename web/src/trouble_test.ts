// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SafetyState } from "./generated/schema.ts";
import { kInitialState, type State } from "./store/state.ts";
import { troubleOf, type Surroundings } from "./trouble.ts";

const around: Surroundings = { focused: true, secure: true, wants_control: false };
const open = { phase: "open", tries: 0, retry_ms: 0, reason: "" } as const;
const video = { ...kInitialState.video, fresh: true, drawn: 100 };
const live: State = { ...kInitialState, link: open, video };
const old: State = { ...live, video: { ...video, fresh: false } };
const health = (status: "waiting" | "stalled" | "bus_lost" | "stuck") => ({ health: { status, clients: 1 } });
const estop: SafetyState = { state_id: 1, mode: "ESTOP", reason: "estop_command", since_ms: 0 };
const said = (state: State, more: Partial<Surroundings> = {}) => troubleOf(state, { ...around, ...more });

test("Trouble.IsNoneWhenAllIsWell", () => assert.equal(said(live), null));

test("Trouble.TellsConnectingFromLost", () => {
  assert.equal(said(kInitialState)?.id, "connecting");
  assert.equal(said({ ...live, link: { phase: "lost", tries: 1, retry_ms: 300, reason: "" } })?.id, "lost");
  assert.equal(said({ ...live, link: { phase: "denied", tries: 1, retry_ms: 0, reason: "" } })?.id, "denied");
});

test("Trouble.SaysWhyThereIsNoPicture", () => {
  assert.equal(said(old)?.id, "late");
  assert.equal(said({ ...old, ...health("stalled") })?.id, "stalled");
  assert.equal(said({ ...old, ...health("waiting") })?.id, "waiting");
  assert.equal(said({ ...old, ...health("stuck") })?.id, "stuck");
  assert.equal(said({ ...old, robot_silent: true })?.id, "stalled");
  assert.equal(said({ ...old, video: kInitialState.video })?.id, "first_picture");
});

test("Trouble.SaysWhyTheBrowserCannotDecode", () => {
  const missing = { ...live, decoder: { phase: "unsupported", codec: null } } as const;
  assert.match(said(missing, { secure: false })!.text, /https/);
  assert.match(said(missing)!.text, /WebCodecs/);
  assert.match(said({ ...live, decoder: { phase: "unsupported", codec: "hev1.1.6.L93.B0" } })!.text, /hev1/);
});

test("Trouble.SaysWhoStoppedTheRobotAndHowToGoOn", () => {
  assert.equal(said({ ...live, safety: estop })?.title, "The robot was stopped");
  assert.match(said({ ...live, safety: estop })!.text, /for a second/);
  assert.equal(said({ ...live, safety: { ...estop, reason: "fall" } })?.title, "The robot stopped itself");
  const lease = { holder: "anna", you: "me", since_ms: 0, epoch: 1 };
  assert.match(said({ ...live, safety: estop, lease })!.text, /anna drives and can re-arm/);
});

test("Trouble.OfferControlToThoseWhoWatch", () => {
  const watching = { ...live, lease: { holder: "anna", you: "me", since_ms: 0, epoch: 1 } };
  assert.deepEqual(said(watching)?.actions, ["ask_control"]);
  assert.deepEqual(said(watching, { wants_control: true })?.actions, ["cancel_ask"]);
});

test("Trouble.SaysALostBusOverALivePicture", () => {
  assert.equal(said({ ...live, ...health("bus_lost"), robot_silent: true })?.id, "bus_lost");
  assert.equal(said({ ...live, robot_silent: true })?.id, "silent");
});
