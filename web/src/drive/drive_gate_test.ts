// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { kInitialState, type State } from "../store/state.ts";
import { driveBlock, leadsIn, shouldSend } from "./drive_gate.ts";

const open: State = {
  ...kInitialState,
  link: { ...kInitialState.link, phase: "open" },
  video: { ...kInitialState.video, fresh: true },
};
const here = { visible: true, focused: true };
const lease = (holder: string | null) => ({ holder, you: "me", since_ms: 0, epoch: 1 });

test("DriveGate.LetsDriveWhatIsOpenFreshAndInFront", () => {
  assert.equal(driveBlock(open, here), null);
  assert.equal(driveBlock({ ...open, lease: lease("me") }, here), null);
  assert.equal(driveBlock({ ...open, lease: lease(null) }, here), null);
});

test("DriveGate.NamesWhatStandsInTheWay", () => {
  assert.equal(driveBlock(kInitialState, here), "link");
  assert.equal(driveBlock(open, { visible: false, focused: true }), "hidden");
  assert.equal(driveBlock(open, { visible: true, focused: false }), "focus");
  assert.equal(driveBlock({ ...open, video: kInitialState.video }, here), "video");
  assert.equal(driveBlock({ ...open, lease: lease("anna") }, here), "watching");
  assert.equal(driveBlock({ ...open, link: { ...open.link, role: "viewer" } }, here), "viewer");
  const safety = { state_id: 1, mode: "ESTOP", reason: "fall", since_ms: 0 } as const;
  assert.equal(driveBlock({ ...open, safety }, here), "stopped");
});

test("DriveGate.APageThatIsOnlyOpenTakesNoLease", () => {
  assert.ok(!shouldSend(false, false, 0));
  assert.ok(shouldSend(true, false, 0));
  assert.ok(shouldSend(false, true, 1000));
  assert.ok(!shouldSend(false, true, 40_000));
});

test("DriveGate.LeadsInWithAZeroWhereTheRobotWaitsForOne", () => {
  const safety = { state_id: 1, mode: "HOLD", reason: "release_stick", since_ms: 0 } as const;
  assert.ok(leadsIn({ ...open, safety }, 0));
  assert.ok(!leadsIn({ ...open, safety }, 500));
  assert.ok(!leadsIn({ ...open, safety: { ...safety, reason: "idle" } }, 0));
});
