// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { gamepadBytes, parseControlMessage, twistBytes } from "./control_channel.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("ControlChannel.WritesATwistAsStreamMdSays", () => {
  const twist = { linear: { x: 0.5, y: -1, z: 0 }, angular: { x: 0, y: 0, z: 2 } };
  const written = "01 07000000 2c01 4030201000000000 0000003f 000080bf 00000000 00000000 00000000 00000040";
  assert.equal(hex(twistBytes(twist, 7, 0x10203040)), written.replaceAll(" ", ""));
});

test("ControlChannel.WritesAGamepadAsStreamMdSays", () => {
  const joy = { axes: [-1, 0.5], buttons: [1, 0, 0, 1] };
  assert.equal(hex(gamepadBytes(joy, 258)), "02 02010000 02 000080bf 0000003f 09000000".replaceAll(" ", ""));
  const all = gamepadBytes({ axes: Array(40).fill(0), buttons: Array(40).fill(1) }, 1);
  assert.equal(all.length, 1 + 4 + 1 + 32 * 4 + 4);
  assert.equal(hex(all.subarray(-4)), "ffffffff");
});

test("ControlChannel.ReadsAcknowledgementsAndTheRobotsClock", () => {
  assert.deepEqual(parseControlMessage(bytes("81 07000000 01")), { kind: "ack", sequence: 7, status: "refused" });
  assert.deepEqual(parseControlMessage(bytes("82 4030201000000000")), { kind: "clock", robot_us: 0x10203040 });
});

test("ControlChannel.PassesOverWhatIsNone", () => {
  for (const text of ["", "81", "81 07000000 04", "81 07000000 00 00", "82 40302010", "01 07000000", "ff"]) {
    assert.equal(parseControlMessage(bytes(text)), null, text);
  }
  assert.equal(parseControlMessage(new Uint8Array(300)), null);
});
