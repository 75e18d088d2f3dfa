// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readPeople } from "./people.ts";

test("People.AreReadFromTheServersStatus", () => {
  const operators = [{ client: "c1", role: "operator", name: "Anna" }, { client: "c2", role: "admin" }];
  assert.deepEqual(readPeople({ operators }), [operators[0], { client: "c2", role: "admin", name: "" }]);
});

test("People.AreNobodyWhereTheServerDoesNotTellOrTellsNonsense", () => {
  assert.deepEqual(readPeople({}), []);
  assert.deepEqual(readPeople(null), []);
  assert.deepEqual(readPeople({ operators: [null, 1, { client: 2, role: "admin" }, { client: "c", role: "viewer" }] }), []);
  assert.equal(readPeople({ operators: Array(1000).fill({ client: "c", role: "admin" }) }).length, 64);
});
