// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "robot/controller.h"
#include "robot/leg_kinematics.h"

// A trot without learning: two diagonal pairs of legs swing in turn. A standing foot moves back under the hip as fast
// as the body is to go; a swinging one lands where it will be under the hip in the middle of its stand, shifted by the
// error of the velocity, which is what keeps the body from running away (Raibert, "Legged Robots That Balance", 1986).
// The tilt of the body lengthens the legs on its low side.

namespace sdr::robot {
namespace {

constexpr double kStartSpeed = 0.02;                     // of a twist that is worth a step: m/s, rad/s
constexpr double kPlacement = 0.12;                      // s: shift of a landing foot per error of velocity
constexpr double kPlacementMost = 0.10;                  // m
constexpr double kTiltGain = 0.6;                        // of the tilt that a leg's length corrects
constexpr double kTiltDamping = 0.05;                    // s
constexpr double kTrim = 0.8;                            // 1/s: how fast a lasting error of the velocity is learnt
constexpr double kTrimMost[3] = {0.2, 0.2, 0.3};         // m/s, m/s, rad/s
constexpr double kSettle = 3.0;                          // 1/s: how fast a foot goes home while standing
constexpr double kTrotOffset[4] = {0.0, 0.5, 0.5, 0.0};  // FR with RL, FL with RR

class TrotController final : public Controller {
 public:
  explicit TrotController(const Description& description) : description_(description), gait_(*description.gait) {
    for (size_t leg = 0; leg < 4; ++leg) {
      const auto& joints = description.joints;
      home_[leg] =
          foot_of(gait_, side(leg), {joints[3 * leg].home, joints[3 * leg + 1].home, joints[3 * leg + 2].home});
    }
    reset();
  }

  void reset() override {
    feet_ = home_;
    lift_ = home_;
    trim_ = {};
    phase_ = 0.0;
    walking_ = false;
    walked_ = 0.0;
  }

  void update(const ControlInput& input, std::span<JointTarget> targets) override {
    choose(input);
    learn_trim(input);
    walked_ = std::clamp(walked_ + (walking_ ? 1.0 : -1.0) * input.period_s / 0.3, 0.0, 1.0);
    for (size_t leg = 0; leg < 4; ++leg) {
      const Vec3 before = feet_[leg];
      if (walking_) {
        step(leg, input);
      } else {
        settle(leg, input);
      }
      write(leg, before, input, targets);
    }
    if (walking_) phase_ = std::fmod(phase_ + input.period_s / gait_.period_s, 1.0);
  }

 private:
  static double side(size_t leg) { return leg % 2 == 0 ? -1.0 : 1.0; }  // FR, FL, RR, RL

  /// Walks while there is something to do, and stops only where all feet are down.
  void choose(const ControlInput& input) {
    const Velocity& twist = input.twist;
    const bool wanted =
        std::hypot(twist.linear[0], twist.linear[1]) > kStartSpeed || std::abs(twist.angular[2]) > kStartSpeed;
    if (wanted && !walking_) phase_ = gait_.duty - 0.5;  // a moment before the first pair lifts
    if (wanted) {
      walking_ = true;
    } else if (walking_ && all_stand() && slow(input)) {
      walking_ = false;
    }
  }

  /// Feet slip and legs yield, always the same way: what the velocity lacks over many steps is added to the wish.
  void learn_trim(const ControlInput& input) {
    if (!walking_) trim_ = {};
    const Velocity& is = input.state.base_velocity;
    const double error[3] = {input.twist.linear[0] - is.linear[0], input.twist.linear[1] - is.linear[1],
                             input.twist.angular[2] - is.angular[2]};
    for (size_t i = 0; i < 3 && walking_; ++i) {
      trim_[i] = std::clamp(trim_[i] + kTrim * error[i] * input.period_s, -kTrimMost[i], kTrimMost[i]);
    }
  }

  Velocity trimmed(const Velocity& twist) const {
    return {{twist.linear[0] + trim_[0], twist.linear[1] + trim_[1], 0.0}, {0.0, 0.0, twist.angular[2] + trim_[2]}};
  }

  bool all_stand() const {
    return std::all_of(std::begin(kTrotOffset), std::end(kTrotOffset),
                       [&](double offset) { return std::fmod(phase_ + offset, 1.0) < gait_.duty; });
  }

  static bool slow(const ControlInput& input) {
    const Velocity& v = input.state.base_velocity;
    return std::hypot(v.linear[0], v.linear[1]) < 0.12 && std::abs(v.angular[2]) < 0.3;
  }

  /// The velocity of the ground under a hip, as the body would see it.
  Vec3 ground_velocity(size_t leg, const Velocity& body) const {
    const Vec3& hip = gait_.hips[leg];
    const double x = hip[0], y = hip[1] + side(leg) * gait_.hip_length_m;
    return {-(body.linear[0] - body.angular[2] * y), -(body.linear[1] + body.angular[2] * x), 0.0};
  }

  void step(size_t leg, const ControlInput& input) {
    const double at = std::fmod(phase_ + kTrotOffset[leg], 1.0);
    const Vec3 ground = ground_velocity(leg, trimmed(input.twist));
    Vec3& foot = feet_[leg];
    if (at < gait_.duty) {
      for (size_t i = 0; i < 2; ++i) foot[i] += ground[i] * input.period_s;
      foot[2] = -gait_.height_m + gait_.foot_radius_m - gait_.hips[leg][2];
      lift_[leg] = foot;
      return;
    }
    const double swing = (at - gait_.duty) / (1.0 - gait_.duty);
    const Vec3 land = landing(leg, input, ground);
    const double s = swing * swing * (3.0 - 2.0 * swing);
    for (size_t i = 0; i < 2; ++i) foot[i] = lift_[leg][i] + s * (land[i] - lift_[leg][i]);
    const double ground_z = -gait_.height_m + gait_.foot_radius_m - gait_.hips[leg][2];
    foot[2] = ground_z + gait_.clearance_m * std::sin(M_PI * swing);
  }

  Vec3 landing(size_t leg, const ControlInput& input, const Vec3& ground) const {
    const double stand = gait_.duty * gait_.period_s;
    const Velocity& is = input.state.base_velocity;
    Vec3 land = neutral(leg);
    for (size_t i = 0; i < 2; ++i) {
      const double error = is.linear[i] - input.twist.linear[i];
      land[i] += -ground[i] * stand / 2.0 + std::clamp(kPlacement * error, -kPlacementMost, kPlacementMost);
    }
    return land;
  }

  Vec3 neutral(size_t leg) const {
    return {home_[leg][0], side(leg) * gait_.hip_length_m, -gait_.height_m + gait_.foot_radius_m - gait_.hips[leg][2]};
  }

  void settle(size_t leg, const ControlInput& input) {
    const double part = std::min(1.0, kSettle * input.period_s);
    for (size_t i = 0; i < 3; ++i) feet_[leg][i] += part * (home_[leg][i] - feet_[leg][i]);
  }

  void write(size_t leg, const Vec3& before, const ControlInput& input, std::span<JointTarget> targets) const {
    const LegAngles then = solve_leg(gait_, side(leg), before);
    const LegAngles now = solve_leg(gait_, side(leg), levelled(leg, input));
    const LegAngles plain = solve_leg(gait_, side(leg), feet_[leg]);
    const double at[3] = {now.hip, now.thigh, now.calf};
    const double rate[3] = {plain.hip - then.hip, plain.thigh - then.thigh, plain.calf - then.calf};
    for (size_t i = 0; i < 3; ++i) {
      const Joint& joint = description_.joints[3 * leg + i];
      targets[3 * leg + i] = {.position = std::clamp(at[i], joint.lower, joint.upper),
                              .velocity = rate[i] / input.period_s,
                              .kp = joint.kp + walked_ * (gait_.kp - joint.kp),
                              .kd = joint.kd + walked_ * (gait_.kd - joint.kd)};
    }
  }

  /// The foot, lower where the body hangs low.
  Vec3 levelled(size_t leg, const ControlInput& input) const {
    const Quat& q = input.state.base.q_world;
    const Vec3& rate = input.state.imu_angular_velocity;
    const double roll = kTiltGain * roll_of(q) + kTiltDamping * rate[0];
    const double pitch = kTiltGain * pitch_of(q) + kTiltDamping * rate[1];
    Vec3 foot = feet_[leg];
    const double x = gait_.hips[leg][0] + foot[0], y = gait_.hips[leg][1] + foot[1];
    const double at = std::fmod(phase_ + kTrotOffset[leg], 1.0);
    if (!walking_ || at < gait_.duty) foot[2] += std::clamp(y * roll - x * pitch, -0.06, 0.06);
    return foot;
  }

  const Description& description_;
  const TrotGait& gait_;
  Vec3 trim_{};                                   // of x, y and yaw
  std::array<Vec3, 4> home_{}, feet_{}, lift_{};  // from each hip's axis, in the base's frame
  double phase_ = 0.0;
  double walked_ = 0.0;  // 0 standing, 1 walking: mixes the gains
  bool walking_ = false;
};

}  // namespace

std::unique_ptr<Controller> make_trot_controller(const Description& description) {
  return std::make_unique<TrotController>(description);
}

}  // namespace sdr::robot
