// SPDX-License-Identifier: Apache-2.0
//
// Where each subject goes: into the store as the server said it, and into the traces that are plotted. A subject nobody
// here knows is left alone.

import type { Imu, JointState, Odometry, Velocity } from "../generated/schema.ts";
import type { Telemetry } from "../protocol/messages.ts";
import { Trace } from "./history.ts";
import type { State } from "./state.ts";

export class Traces {
  readonly stream = new Trace(["Frames", "Age", "Round trip", "Bitrate", "Drops"]);
  readonly velocity = new Trace(["Forward", "Left", "Turn"]);
  readonly commanded = new Trace(["Forward", "Left", "Turn"]);
  readonly joints = new Trace([]);
  readonly rotation = new Trace(["x", "y", "z"]);
  readonly acceleration = new Trace(["x", "y", "z"]);
}

export function ingestTelemetry(item: Telemetry, patch: Partial<State>, traces: Traces, now_ms: number): void {
  switch (item.subject) {
    case "telemetry.safety.state":
      patch.safety = item.payload;
      break;
    case "telemetry.safety.video_gate":
      patch.gate = item.payload;
      break;
    case "telemetry.control.lease":
      patch.lease = item.payload;
      break;
    case "telemetry.command.ack":
      patch.ack = item.payload;
      break;
    case "telemetry.frame.stats":
      patch.frame_stats = item.payload;
      break;
    case "telemetry.robot.list":
      patch.robots = item.payload;
      break;
    case "sim.metrics.physics":
      patch.physics = item.payload;
      break;
    case "telemetry.clock":
      patch.robot_heard_ms = now_ms;
      break;
    case "telemetry.velocity":
      patch.velocity = onVelocity(item.payload, traces, now_ms);
      break;
    case "telemetry.odom":
      patch.odometry = onOdometry(item.payload, traces, now_ms);
      break;
    case "telemetry.joints":
      patch.joints = onJoints(item.payload, traces, now_ms);
      break;
    case "telemetry.imu":
      patch.imu = onImu(item.payload, traces, now_ms);
      break;
  }
}

function onVelocity(velocity: Velocity, traces: Traces, now_ms: number): Velocity {
  const { linear, angular } = velocity.commanded;
  traces.commanded.add(now_ms / 1000, [linear.x, linear.y, angular.z]);
  return velocity;
}

function onOdometry(odometry: Odometry, traces: Traces, now_ms: number): Odometry {
  const { linear, angular } = odometry.twist.twist;
  traces.velocity.add(now_ms / 1000, [linear.x, linear.y, angular.z]);
  return odometry;
}

function onJoints(joints: JointState, traces: Traces, now_ms: number): JointState {
  traces.joints.relabel(joints.name);
  traces.joints.add(now_ms / 1000, joints.position);
  return joints;
}

function onImu(imu: Imu, traces: Traces, now_ms: number): Imu {
  const { angular_velocity: w, linear_acceleration: a } = imu;
  traces.rotation.add(now_ms / 1000, [w.x, w.y, w.z]);
  traces.acceleration.add(now_ms / 1000, [a.x, a.y, a.z]);
  return imu;
}
