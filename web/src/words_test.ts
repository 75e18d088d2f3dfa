// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { enumWords } from "./generated/schema.ts";
import { bitrate, clientName, fixed, kReasonWords, outcomeWords } from "./words.ts";

test("Words.EveryReasonOfTheSchemaHasSome", () => {
  assert.deepEqual(Object.keys(kReasonWords).sort(), [...enumWords.SafetyReason!].sort());
});

test("Words.NumbersKeepTheirWidthAndHaveNoNegativeZero", () => {
  assert.equal(fixed(-0.001, 2), "0.00");
  assert.equal(fixed(-1.5, 2), "\u22121.50");
  assert.equal(fixed(null, 2), "–");
  assert.deepEqual(bitrate(3_240_000), ["3.2", "Mbit/s"]);
  assert.deepEqual(bitrate(640_000), ["640", "kbit/s"]);
});

test("Words.AnOutcomeThatIsFineNeedsNone", () => {
  assert.equal(outcomeWords("Pause", { status: "ok", detail: "" }), null);
  assert.equal(outcomeWords("Pause", { status: "refused", detail: "anna drives" }), "Pause was refused: anna drives");
});

test("Words.ClientsHaveNamesThatPeopleCanSay", () => {
  assert.equal(clientName("c2l3zgy1-3", "c2l3zgy1-1"), "Viewer 3");
  assert.equal(clientName("c2l3zgy1-3", "c2l3zgy1-3"), "You");
  assert.equal(clientName("anna", "c2l3zgy1-3"), "anna");
  assert.equal(clientName(null, null), "Nobody");
});
