// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readIceServers } from "./ice_servers.ts";

test("IceServers.AreReadFromTheStatus", () => {
  const turn = { urls: "turn:t.example:3478", username: "u", credential: "c" };
  assert.deepEqual(readIceServers({ ice_servers: [{ urls: "stun:s.example:3478" }, turn] }), [{ urls: "stun:s.example:3478" }, turn]);
});

test("IceServers.LeaveOutWhatIsNone", () => {
  for (const status of [null, 7, {}, { ice_servers: 3 }, { ice_servers: [null, 5, { urls: "https://x" }, { urls: 1 }] }]) {
    assert.deepEqual(readIceServers(status), []);
  }
});
