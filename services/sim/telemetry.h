// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "schema/types.h"
#include "sim/simulation.h"

// What the sensors read, as ROS's messages in JSON: joints, IMU, odometry, transforms, velocity.
//
// Thread: one (the event loop). Values and text are kept and filled again, so that steady state allocates nothing.
// Frames: `odom` is the world, `base_link` the robot's base, `tool` an arm's tool.

namespace sdr::sim {

class Telemetry {
 public:
  using Publish = std::function<void(std::string_view subject, std::string_view payload)>;

  explicit Telemetry(Publish publish) : publish_(std::move(publish)) {}

  /// All of one moment; velocity every tenth time (5 Hz).
  void publish(const SimSnapshot& snapshot);

  /// Any payload of the schema, through the same text.
  template <typename Payload>
  void send(std::string_view subject, const Payload& payload) {
    text_.clear();
    JsonWriter json(text_);
    write(json, payload);
    publish_(subject, text_);
  }

 private:
  void describe(const robot::Description& description);
  void fill_joints(const SimSnapshot& snapshot);
  void fill_imu(const SimSnapshot& snapshot);
  void fill_odometry(const SimSnapshot& snapshot);
  void fill_transforms(const SimSnapshot& snapshot);

  const Publish publish_;
  std::string text_;
  std::shared_ptr<const robot::Description> description_;
  schema::JointState joints_;
  schema::Imu imu_;
  schema::Odometry odometry_;
  schema::TFMessage transforms_;
  schema::Velocity velocity_;
  unsigned count_ = 0;
};

}  // namespace sdr::sim
