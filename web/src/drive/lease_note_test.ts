// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseNote, type OwnStep } from "./lease_note.ts";

const lease = (holder: string | null, you = "me") => ({ holder, you, since_ms: 0, epoch: 1 });
const note = (before: string | null, after: string | null, own: OwnStep = null) =>
  leaseNote(lease(before), { lease: lease(after), people: [] }, own);

test("LeaseNote.SaysWhatHappenedToTheOneWhoDrove", () => {
  assert.match(note("me", null)!, /free again/);
  assert.equal(note("me", "anna"), "anna took control");
  assert.equal(note("me", "anna", "hand"), "anna drives now");
  assert.equal(note("me", null, "release"), null);
});

test("LeaseNote.SaysWhoHandedControlOver", () => {
  assert.equal(note("anna", "me"), "anna handed control to you");
  assert.equal(note("anna", "me", "take"), null);
  assert.equal(note(null, "me"), null);
});

test("LeaseNote.SaysNothingOfWhatIsNotOurs", () => {
  assert.equal(note("anna", "ben"), null);
  assert.equal(note("anna", null), null);
  assert.equal(note("me", "me"), null);
});

test("LeaseNote.SaysNothingBetweenConnections", () => {
  assert.equal(leaseNote(null, { lease: lease("me"), people: [] }, null), null);
  assert.equal(leaseNote(lease("me", "me"), { lease: lease(null, "other"), people: [] }, null), null);
});
