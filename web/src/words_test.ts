// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { bitrate, clientDoes, clientName, count, fixed, outcomeWords, ownName } from "./words.ts";

test("Words.NumbersKeepTheirWidthAndHaveNoNegativeZero", () => {
  assert.equal(fixed(-0.001, 2), "0.00");
  assert.equal(fixed(-1.5, 2), "\u22121.50");
  assert.equal(fixed(null, 2), "–");
  assert.deepEqual([0, 999, 2351, 9940, 12_400].map(count), ["0", "999", "2.4k", "9.9k", "12k"]);
  assert.deepEqual(bitrate(3_240_000), ["3.2", "Mbit/s"]);
  assert.deepEqual(bitrate(640_000), ["640", "kbit/s"]);
});

test("Words.AnOutcomeThatIsFineNeedsNone", () => {
  assert.equal(outcomeWords("Pause", { status: "ok", detail: "" }), null);
  assert.equal(outcomeWords("Pause", { status: "refused", detail: "anna drives" }), "Pause was refused: anna drives");
});

const lease = { holder: null, you: "c2l3zgy1-1", since_ms: 0, epoch: 1 };
const person = (client: string, name: string) => ({ client, role: "operator", name }) as const;

test("Words.ClientsHaveNamesThatPeopleCanSay", () => {
  const seen = { lease, people: [] };
  assert.equal(clientName(seen, "c2l3zgy1-3"), "Client 3");
  assert.equal(clientName(seen, "c2l3zgy1-1"), "You");
  assert.equal(clientName(seen, "anna"), "anna");
  assert.equal(clientName(seen, null), "Nobody");
  assert.equal(ownName(seen), "Client 1");
  assert.equal(clientDoes(seen, "c2l3zgy1-1", "drive"), "You drive");
  assert.equal(clientDoes(seen, "c2l3zgy1-3", "drive"), "Client 3 drives");
});

test("Words.PeopleAreCalledByTheNamesOfTheirTokens", () => {
  const people = [person("c2l3zgy1-3", "Anna"), person("c2l3zgy1-4", "Ben"), person("c2l3zgy1-5", "Ben"), person("c2l3zgy1-6", "")];
  const name = (id: string) => clientName({ lease, people }, id);
  assert.deepEqual([3, 4, 5, 6, 7].map((n) => name(`c2l3zgy1-${n}`)), ["Anna", "Ben, client 4", "Ben, client 5", "Client 6", "Client 7"]);
});
