// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { enumWords, type FrameStats, type SafetyReason, type SafetyState } from "./generated/schema.ts";
import { kInitialState, type DriveState, type State } from "./store/state.ts";
import { troubleOf } from "./trouble.ts";
import type { Surroundings } from "./trouble_rule.ts";
import type { Denial } from "./worker/connection.ts";

const around: Surroundings = { secure: true, wants_control: false, put_off: [] };
const open = { ...kInitialState.link, phase: "open" } as const;
const video = { ...kInitialState.video, fresh: true, drawn: 100 };
const live: State = { ...kInitialState, link: open, video };
const old: State = { ...live, video: { ...video, fresh: false } };
const health = (status: "waiting" | "stalled" | "bus_lost" | "stuck") => ({ health: { status, clients: 1 } });
const estop: SafetyState = { state_id: 1, mode: "ESTOP", reason: "estop_command", since_ms: 0 };
const lease = { holder: "anna", you: "me", since_ms: 0, epoch: 1 };
const said = (state: State, more: Partial<Surroundings> = {}) => troubleOf(state, { ...around, ...more });

test("Trouble.IsNoneWhenAllIsWell", () => assert.equal(said(live), null));

test("Trouble.TellsConnectingFromLost", () => {
  assert.equal(said(kInitialState)?.id, "connecting");
  assert.equal(said({ ...live, link: { ...open, phase: "lost", tries: 1 } })?.id, "lost");
  assert.equal(said({ ...live, link: { ...open, phase: "denied", denial: "policy" } })?.id, "denied");
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

test("Trouble.OffersWhatBrowserAndServerBothHave", () => {
  const stats = { codec: "hevc", codecs: ["h264", "hevc"] } as unknown as FrameStats;
  const missing = { ...live, decoder: { phase: "unsupported", codec: "hev1.1.6.L93.B0" }, frame_stats: stats } as const;
  assert.deepEqual(said({ ...missing, decodable: ["h264", "jpeg"] })?.actions, ["use_h264"]);
  assert.deepEqual(said({ ...missing, decodable: ["jpeg"] })?.actions, []);
  const viewer = { ...missing, decodable: ["h264"], link: { ...open, role: "viewer" } } as const;
  assert.deepEqual(said(viewer)?.actions, []);
});

test("Trouble.AsksForATokenAndSaysWhatIsWrongWithIt", () => {
  const denied = (denial: Denial) => said({ ...kInitialState, link: { ...open, phase: "denied", denial } });
  assert.equal(denied("token_needed")?.id, "token_needed");
  assert.equal(denied("token_unknown")?.id, "token_unknown");
  assert.equal(denied("too_many")?.id, "token_wait");
  for (const denial of ["token_needed", "token_unknown", "too_many"] as const) assert.deepEqual(denied(denial)?.actions, ["sign_in"]);
});

test("Trouble.SaysWhoStoppedTheRobotAndHowToGoOn", () => {
  assert.equal(said({ ...live, safety: estop })?.title, "The robot was stopped");
  assert.match(said({ ...live, safety: estop })!.text, /for a second/);
  assert.equal(said({ ...live, safety: { ...estop, reason: "fall" } })?.title, "The robot stopped itself");
  assert.match(said({ ...live, safety: { ...estop, reason: "joint_limit", detail: "knee_left" } })!.text, /knee_left/);
  assert.match(said({ ...live, safety: { ...estop, detail: "no video frame for 5 s" } })!.text, /^No video frame for 5 s\. /);
  assert.match(said({ ...live, safety: estop, lease })!.text, /anna drives and can re-arm/);
  assert.match(said({ ...live, safety: estop, link: { ...open, role: "viewer" } })!.text, /Someone who may drive/);
});

test("Trouble.NamesWhoPressedEstop", () => {
  const by = (client: string) => said({ ...live, safety: { ...estop, detail: `stopped by ${client}` }, lease: { ...lease, holder: null } });
  assert.equal(by("me")?.title, "You stopped the robot");
  assert.equal(by("c2l3zgy1-3")?.title, "Client 3 stopped the robot");
  assert.match(by("me")!.text, /^When it is safe, hold/);
});

test("Trouble.SaysEveryStopInWordsOfItsOwn", () => {
  const stops = enumWords.SafetyReason!.map((reason) => said({ ...live, safety: { ...estop, reason: reason as SafetyReason } })!);
  for (const { id, text } of stops) assert.ok(id === "estop" && /hold the button/i.test(text));
  assert.equal(new Set(stops.map(({ text }) => text)).size, stops.length);
});

test("Trouble.OffersControlToThoseWhoWatch", () => {
  assert.deepEqual(said({ ...live, lease })?.actions, ["ask_control"]);
  assert.deepEqual(said({ ...live, lease }, { wants_control: true })?.actions, ["cancel_ask"]);
  assert.deepEqual(said({ ...live, lease, link: { ...open, role: "admin" } })?.actions, ["ask_control", "take_control"]);
  assert.deepEqual(said({ ...live, lease, link: { ...open, role: "viewer" } })?.actions, []);
});

test("Trouble.TellsTheOneWhoDrivesWhoAsks", () => {
  const ours = { ...live, lease: { ...lease, holder: "me", asking: ["anna", "ben"] } };
  assert.equal(said(ours)?.client, "anna");
  assert.equal(said(ours, { put_off: ["anna"] })?.client, "ben");
  assert.equal(said(ours, { put_off: ["anna", "ben"] }), null);
  assert.equal(said({ ...ours, lease: { ...lease, asking: ["ben"] } })?.id, "watching");
});

test("Trouble.SaysALostBusOverALivePicture", () => {
  assert.equal(said({ ...live, ...health("bus_lost"), robot_silent: true })?.id, "bus_lost");
  assert.equal(said({ ...live, robot_silent: true })?.id, "silent");
});

test("Trouble.SaysThatTheServerHoldsTheRobotThoughThePictureSeemsFine", () => {
  assert.equal(said({ ...live, gate: { gate: "closed", frame_age_ms: 1500, since_ms: 5 } })?.id, "hold_video_gate");
  const safety: SafetyState = { ...estop, mode: "HOLD", reason: "bus_lost" };
  assert.equal(said({ ...live, safety })?.id, "hold_bus_lost");
  assert.equal(said({ ...live, safety: { ...safety, reason: "idle" } }), null);
});

test("Trouble.SaysWhyThisPageSendsNothing", () => {
  const drive = (more: Partial<DriveState>) => said({ ...live, drive: { ...kInitialState.drive, block: null, ...more } });
  assert.equal(drive({}), null);
  assert.equal(drive({ block: "gamepad_lost" })?.id, "gamepad_lost");
  assert.equal(drive({ block: "focus" })?.id, "focus");
  assert.match(drive({ block: "focus", cut_by: "focus" })!.text, /sent a zero/);
  assert.equal(drive({ held_over: true })?.id, "held_over");
  assert.match(said({ ...old, drive: { ...kInitialState.drive, cut_by: "video" } })!.text, /sent a zero/);
});
