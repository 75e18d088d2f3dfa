// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { streamUrl } from "./location.ts";

const page = { protocol: "http:", host: "robot:8080", pathname: "/", search: "" };

test("StreamUrl.FollowsThePage", () => {
  assert.equal(streamUrl(page), "ws://robot:8080/stream/ws");
  assert.equal(streamUrl({ ...page, protocol: "https:", pathname: "/lab/index.html" }), "wss://robot:8080/lab/stream/ws");
});

test("StreamUrl.PassesACameraNameAndNothingElse", () => {
  assert.equal(streamUrl({ ...page, search: "?camera=front_2" }), "ws://robot:8080/stream/ws?camera=front_2");
  assert.equal(streamUrl({ ...page, search: "?camera=../x&timecode=1" }), "ws://robot:8080/stream/ws");
});
