// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry.h"

#include "schema/codec.h"
#include "schema/subjects.h"

namespace sdr::sim {
namespace {

constexpr unsigned kVelocityEvery = 10;  // of 50 Hz

schema::Time time_of(uint64_t us) {
  return {.sec = static_cast<int32_t>(us / 1'000'000), .nanosec = static_cast<uint32_t>(us % 1'000'000 * 1000)};
}
schema::Vector3 vector_of(const robot::Vec3& v) { return {v[0], v[1], v[2]}; }
schema::Quaternion quaternion_of(const robot::Quat& q) { return {.x = q[1], .y = q[2], .z = q[3], .w = q[0]}; }
schema::Twist twist_of(const robot::Velocity& v) { return {vector_of(v.linear), vector_of(v.angular)}; }

}  // namespace

void Telemetry::publish(const SimSnapshot& snapshot) {
  if (!snapshot.description) return;
  if (snapshot.description != description_) describe(*(description_ = snapshot.description));
  fill_joints(snapshot);
  send(schema::subjects::kTelemetryJoints, joints_);
  fill_imu(snapshot);
  send(schema::subjects::kTelemetryImu, imu_);
  fill_odometry(snapshot);
  send(schema::subjects::kTelemetryOdom, odometry_);
  fill_transforms(snapshot);
  send(schema::subjects::kTelemetryTf, transforms_);
  if (count_++ % kVelocityEvery != 0) return;
  velocity_ = {.commanded = snapshot.commanded, .measured = twist_of(snapshot.state.measured)};
  send(schema::subjects::kTelemetryVelocity, velocity_);
}

void Telemetry::describe(const robot::Description& description) {
  joints_.name.clear();
  for (const robot::Joint& joint : description.joints) joints_.name.push_back(joint.name);
  joints_.header.frame_id = "base_link";
  imu_.header.frame_id = "imu";
  odometry_.header.frame_id = "odom";
  odometry_.child_frame_id = "base_link";
  transforms_.transforms.resize(description.arm ? 2 : 1);
  transforms_.transforms[0].header.frame_id = "odom";
  transforms_.transforms[0].child_frame_id = "base_link";
  if (!description.arm) return;
  transforms_.transforms[1].header.frame_id = "base_link";
  transforms_.transforms[1].child_frame_id = "tool";
}

void Telemetry::fill_joints(const SimSnapshot& snapshot) {
  joints_.header.stamp = time_of(snapshot.realtime_us);
  joints_.position = snapshot.state.joint_position;
  joints_.velocity = snapshot.state.joint_velocity;
  joints_.effort = snapshot.state.joint_effort;
}

void Telemetry::fill_imu(const SimSnapshot& snapshot) {
  imu_.header.stamp = time_of(snapshot.realtime_us);
  imu_.orientation = quaternion_of(snapshot.state.imu_orientation);
  imu_.angular_velocity = vector_of(snapshot.state.imu_angular_velocity);
  imu_.linear_acceleration = vector_of(snapshot.state.imu_linear_acceleration);
}

void Telemetry::fill_odometry(const SimSnapshot& snapshot) {
  odometry_.header.stamp = time_of(snapshot.realtime_us);
  odometry_.pose.pose.position = vector_of(snapshot.state.base.p_world_m);
  odometry_.pose.pose.orientation = quaternion_of(snapshot.state.base.q_world);
  odometry_.twist.twist = twist_of(snapshot.state.base_velocity);
}

void Telemetry::fill_transforms(const SimSnapshot& snapshot) {
  const schema::Time stamp = time_of(snapshot.realtime_us);
  const auto fill = [&](schema::TransformStamped& transform, const robot::Pose& pose) {
    transform.header.stamp = stamp;
    transform.transform.translation = vector_of(pose.p_world_m);
    transform.transform.rotation = quaternion_of(pose.q_world);
  };
  fill(transforms_.transforms[0], snapshot.state.base);
  if (transforms_.transforms.size() > 1) fill(transforms_.transforms[1], snapshot.state.tool);
}

}  // namespace sdr::sim
