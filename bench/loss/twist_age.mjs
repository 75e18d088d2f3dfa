// SPDX-License-Identifier: Apache-2.0
//
// How old the newest twist is that the robot has applied, at every millisecond: from the stick in the page (stamps.mjs of
// bench/control) to the simulator's own trace of what it accepted. Page and simulator run on one machine, so that their
// clocks differ by a constant.

import { readFileSync } from "node:fs";

/** The trace is on CLOCK_MONOTONIC, microseconds; the page's stamps are milliseconds since the epoch. */
function epochMs(t_us) {
  const offset_ms = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  return t_us / 1000 + offset_ms;
}

/** Twists that the simulator accepted: when, and from which stick. */
function appliedTwists(trace_path, stamps) {
  const sticks = new Map(stamps.filter(({ sent }) => sent !== undefined).map(({ sent, stick_ms }) => [sent, stick_ms]));
  const lines = readFileSync(trace_path, "utf8").split("\n").filter((line) => line.includes('"cmd_vel"'));
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ status, cmd_seq }) => status === "ok" && sticks.has(cmd_seq))
    .map(({ t_us, cmd_seq }) => ({ at_ms: epochMs(t_us), stick_ms: sticks.get(cmd_seq) }));
}

/** The ages, in milliseconds, at every millisecond from `from_ms` to `to_ms` in which somebody drove. */
export function twistAges(trace_path, stamps, from_ms, to_ms) {
  const applied = appliedTwists(trace_path, stamps);
  const ages_ms = [];
  let next = 0;
  let newest_ms = -Infinity;
  for (let now_ms = from_ms; now_ms < to_ms; ++now_ms) {
    for (; next < applied.length && applied[next].at_ms <= now_ms; ++next) newest_ms = Math.max(newest_ms, applied[next].stick_ms);
    if (newest_ms > from_ms) ages_ms.push(now_ms - newest_ms);
  }
  return ages_ms;
}
