// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "robot/controller.h"

// Velocity of the tool by damped least squares: dq = J^T (J J^T + d^2 I)^-1 v, which stays calm near singular poses
// where the plain inverse would throw the joints about (Wampler 1986; Nakamura and Hanafusa 1986). The targets may run
// ahead of the joints only a little, so that an arm that pushes against something does not store up motion.

namespace sdr::robot {
namespace {

constexpr double kLead = 0.12;        // rad that a target may be ahead of its joint
constexpr double kFingerRate = 0.12;  // m/s

using Matrix6 = std::array<std::array<double, 7>, 6>;  // with the right-hand side as the last column

/// Solves by elimination; the matrix is symmetric and positive definite, so it needs no pivots.
std::array<double, 6> solve(Matrix6& m) {
  for (size_t k = 0; k < 6; ++k) {
    for (size_t row = k + 1; row < 6; ++row) {
      const double factor = m[row][k] / m[k][k];
      for (size_t column = k; column < 7; ++column) m[row][column] -= factor * m[k][column];
    }
  }
  std::array<double, 6> x{};
  for (size_t k = 6; k-- > 0;) {
    double sum = m[k][6];
    for (size_t column = k + 1; column < 6; ++column) sum -= m[k][column] * x[column];
    x[k] = sum / m[k][k];
  }
  return x;
}

class ArmController final : public Controller {
 public:
  explicit ArmController(const Description& description) : description_(description), arm_(*description.arm) {
    for (size_t i = 0; i < description.joints.size(); ++i) {
      const std::string& name = description.joints[i].name;
      const bool finger = std::find(arm_.fingers.begin(), arm_.fingers.end(), name) != arm_.fingers.end();
      (finger ? fingers_ : moving_).push_back(i);
    }
    targets_.resize(description.joints.size());
    rates_.resize(description.joints.size());
    reset();
  }

  void reset() override {
    for (size_t i = 0; i < targets_.size(); ++i) targets_[i] = description_.joints[i].home;
  }

  void update(const ControlInput& input, std::span<JointTarget> targets) override {
    std::fill(rates_.begin(), rates_.end(), 0.0);
    move_tool(bounded(input), input);
    move_fingers(input);
    for (size_t i = 0; i < targets.size(); ++i) {
      const Joint& joint = description_.joints[i];
      targets[i] = {.position = targets_[i], .velocity = rates_[i], .kp = joint.kp, .kd = joint.kd};
    }
  }

 private:
  /// Without what would leave the workspace.
  std::array<double, 6> bounded(const ControlInput& input) const {
    const Velocity& v = input.twist;
    std::array<double, 6> out{v.linear[0], v.linear[1], v.linear[2], v.angular[0], v.angular[1], v.angular[2]};
    const Vec3& at = input.state.tool.p_world_m;  // in the base's frame, see RobotState
    if (at[2] < arm_.floor_m) out[2] = std::max(out[2], 0.0);
    const double reach = std::sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]);
    const double outward = (at[0] * out[0] + at[1] * out[1] + at[2] * out[2]) / std::max(reach, 1e-6);
    if (reach > arm_.reach_m && outward > 0.0) {
      for (size_t i = 0; i < 3; ++i) out[i] -= outward * at[i] / reach;
    }
    return out;
  }

  void move_tool(const std::array<double, 6>& twist, const ControlInput& input) {
    const size_t count = moving_.size();
    const auto jacobian = [&](size_t row, size_t column) { return input.tool_jacobian[row * count + column]; };
    Matrix6 m{};
    for (size_t a = 0; a < 6; ++a) {
      for (size_t b = 0; b < 6; ++b) {
        for (size_t k = 0; k < count; ++k) m[a][b] += jacobian(a, k) * jacobian(b, k);
      }
      m[a][a] += arm_.damping * arm_.damping;
      m[a][6] = twist[a];
    }
    const std::array<double, 6> weights = solve(m);
    for (size_t k = 0; k < count; ++k) {
      double rate = 0.0;
      for (size_t row = 0; row < 6; ++row) rate += jacobian(row, k) * weights[row];
      const size_t i = moving_[k];
      const Joint& joint = description_.joints[i];
      const double is = input.state.joint_position[i];
      const double wanted = std::clamp(targets_[i] + rate * input.period_s, is - kLead, is + kLead);
      targets_[i] = std::clamp(wanted, joint.lower, joint.upper);
      rates_[i] = rate;
    }
  }

  void move_fingers(const ControlInput& input) {
    const double wanted = arm_.finger_closed + input.gripper * (arm_.finger_open - arm_.finger_closed);
    for (const size_t i : fingers_) {
      const double most = kFingerRate * input.period_s;
      targets_[i] += std::clamp(wanted - targets_[i], -most, most);
    }
  }

  const Description& description_;
  const ToolArm& arm_;
  std::vector<size_t> moving_, fingers_;
  std::vector<double> targets_, rates_;
};

}  // namespace

std::unique_ptr<Controller> make_arm_controller(const Description& description) {
  return std::make_unique<ArmController>(description);
}

}  // namespace sdr::robot
