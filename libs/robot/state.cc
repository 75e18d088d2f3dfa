// SPDX-License-Identifier: Apache-2.0
#include "robot/state.h"

#include <algorithm>
#include <cmath>

namespace sdr::robot {
namespace {

Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

}  // namespace

Vec3 rotate(const Quat& q, const Vec3& v) {
  const Vec3 u{q[1], q[2], q[3]};
  const Vec3 t = cross(u, v);
  const Vec3 tt = cross(u, t);
  Vec3 out;
  for (size_t i = 0; i < 3; ++i) out[i] = v[i] + 2.0 * (q[0] * t[i] + tt[i]);
  return out;
}

Vec3 rotate_back(const Quat& q, const Vec3& v) { return rotate({q[0], -q[1], -q[2], -q[3]}, v); }

double yaw_of(const Quat& q) {
  return std::atan2(2.0 * (q[0] * q[3] + q[1] * q[2]), 1.0 - 2.0 * (q[2] * q[2] + q[3] * q[3]));
}

double tilt_of(const Quat& q) { return std::acos(std::clamp(1.0 - 2.0 * (q[1] * q[1] + q[2] * q[2]), -1.0, 1.0)); }

double roll_of(const Quat& q) {
  return std::atan2(2.0 * (q[0] * q[1] + q[2] * q[3]), 1.0 - 2.0 * (q[1] * q[1] + q[2] * q[2]));
}

double pitch_of(const Quat& q) { return std::asin(std::clamp(2.0 * (q[0] * q[2] - q[3] * q[1]), -1.0, 1.0)); }

}  // namespace sdr::robot
