// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { enumWords, type SafetyReason, type SafetyState } from "./generated/schema.ts";
import { kReasonWords, reasonWords, rearmWords, stoppedBy } from "./safety_words.ts";

const kReasons = enumWords.SafetyReason as readonly SafetyReason[];
/** Those that lead to ESTOP, as the table of causes in safety.md has them. */
const kStops: readonly SafetyReason[] = [
  "estop_command", "commands_broke_off", "video_gate_repeated", "emergency_stop", "fall", "joint_limit", "non_finite_state",
];

test("SafetyWords.HaveEveryReasonOfTheSchemaAndNoOther", () => {
  assert.deepEqual(Object.keys(kReasonWords).sort(), [...kReasons].sort());
  for (const reason of kReasons) {
    const { badge, why } = kReasonWords[reason];
    assert.ok(badge.length > 5 && badge.length < 40, reason);
    assert.match(why, /^[A-Z].*\.$/, reason);
    assert.doesNotMatch(badge + why, /_/, reason);
  }
});

test("SafetyWords.TellNoTwoReasonsInTheSameWords", () => {
  assert.equal(new Set(kReasons.map((reason) => kReasonWords[reason].badge)).size, kReasons.length);
});

test("SafetyWords.SayHowToReArmAfterEveryStop", () => {
  for (const reason of kStops) {
    assert.match(rearmWords(reason, false), /^[A-Z].*hold the button below right, or Enter, for a second\.$/, reason);
    assert.match(rearmWords(reason, true), /Menu/, reason);
  }
});

test("SafetyWords.SayWhatEndsAHoldThatDoesNotEndByItself", () => {
  for (const reason of ["release_stick", "twist_expired", "video_gate", "bus_lost"] as const) {
    assert.match(kReasonWords[reason].how, /^[A-Z].*\.$/, reason);
  }
});

test("SafetyWords.ReadAReasonThatIsNewerThanThePage", () => {
  assert.equal(reasonWords("too_hot" as SafetyReason).badge, "too hot");
});

test("SafetyWords.KnowWhoStoppedTheRobot", () => {
  const state = (more: Partial<SafetyState>): SafetyState => ({ state_id: 1, mode: "ESTOP", reason: "estop_command", since_ms: 0, ...more });
  assert.equal(stoppedBy(state({ detail: "stopped by c2l3zgy1-3" })), "c2l3zgy1-3");
  assert.equal(stoppedBy(state({ detail: "no video frame for 5 s" })), null);
  assert.equal(stoppedBy(state({})), null);
  assert.equal(stoppedBy(state({ reason: "fall", detail: "stopped by anna" })), null);
});
