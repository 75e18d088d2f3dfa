// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>

#include "robot/controller.h"

// Differential drive: the wheels of a side turn alike. The wheels' slip makes a robot turn less than they say, so the
// measured yaw rate corrects them, slowly and within a bound, as an encoder-and-gyro rover does.

namespace sdr::robot {
namespace {

constexpr double kYawGain = 4.0;        // 1/s: how fast a wrong yaw rate is corrected
constexpr double kYawCorrection = 1.0;  // of the asked rate, at most

class WheelController final : public Controller {
 public:
  explicit WheelController(const Description& description) : description_(description), drive_(*description.drive) {
    for (const Joint& joint : description.joints) {
      const auto on = [&](const std::vector<std::string>& side) {
        return std::find(side.begin(), side.end(), joint.name) != side.end();
      };
      sides_.push_back(on(drive_.left) ? -1.0 : on(drive_.right) ? 1.0 : 0.0);
    }
  }

  void reset() override { correction_ = 0.0; }

  void update(const ControlInput& input, std::span<JointTarget> targets) override {
    const double forward = input.twist.linear[0], yaw = input.twist.angular[2];
    const double bound = kYawCorrection * std::max(yaw, -yaw);
    correction_ += kYawGain * input.period_s * (yaw - input.state.measured.angular[2]);
    correction_ = std::clamp(correction_, -bound, bound);
    const double turn = (yaw + correction_) * drive_.track_width_m / 2.0;
    for (size_t i = 0; i < targets.size(); ++i) {
      const Joint& joint = description_.joints[i];
      const bool wheel = sides_[i] != 0.0;
      targets[i] = {.position = joint.home,
                    .velocity = wheel ? (forward + sides_[i] * turn) / drive_.wheel_radius_m : 0.0,
                    .kp = joint.kp,
                    .kd = joint.kd};
    }
  }

 private:
  const Description& description_;
  const DifferentialDrive& drive_;
  std::vector<double> sides_;  // of each joint: left -1, right 1, no wheel 0
  double correction_ = 0.0;
};

}  // namespace

std::unique_ptr<Controller> make_wheel_controller(const Description& description) {
  return std::make_unique<WheelController>(description);
}

std::unique_ptr<Controller> make_controller(const Description& description) {
  if (description.drive) return make_wheel_controller(description);
  if (description.gait) return make_trot_controller(description);
  return make_arm_controller(description);
}

}  // namespace sdr::robot
