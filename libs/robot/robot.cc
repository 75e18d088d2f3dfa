// SPDX-License-Identifier: Apache-2.0
#include "robot/robot.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "robot/controller.h"
#include "robot/errc.h"
#include "robot/mujoco_model.h"

namespace sdr::robot {
namespace {

constexpr double kRiseS = 1.0;      // how long motors take from holding nothing to holding their targets
constexpr double kScatterM = 0.04;  // how far a reset moves a scattered object, at most

/// What stands in the model for a described joint.
struct JointPlace {
  int qpos = 0, dof = 0, actuator = 0;
};

/// Uniform in [-1, 1), the same on every machine: the standard's distributions are not.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-52 - 1.0; }

double toward(double from, double to, double most) { return from + std::clamp(to - from, -most, most); }

}  // namespace

class Robot::Impl {
 public:
  Impl(std::shared_ptr<const Description> about, ModelPtr model, uint64_t seed)
      : description(std::move(about)),
        scene(std::make_shared<SceneModel>(std::move(model), description)),
        m(scene->model.get()),
        d(mj_makeData(m)),
        random(seed) {}

  Status bind();
  void reset();
  void control();
  void engage();
  void drive_motors();
  void step();
  void read(RobotState& state) const;
  void read_tool(RobotState& state) const;
  void update_jacobian();
  void check();

  const std::shared_ptr<const Description> description;
  const std::shared_ptr<const SceneModel> scene;
  const mjModel* const m;
  const DataPtr d;
  std::mt19937_64 random;
  std::unique_ptr<Controller> controller;
  std::vector<JointPlace> joints;
  std::vector<JointTarget> targets;
  std::vector<double> rise_from;
  double risen = 1.0;          // 0: the motors begin to hold again, 1: they hold their targets
  std::vector<int> scattered;  // addresses in qpos
  std::vector<size_t> tool_joints;
  std::vector<mjtNum> jacobian_world;
  std::vector<double> jacobian;
  RobotState sensed;  // as the controller saw it last
  Motion motion;
  Velocity smoothed;
  Fault fault = Fault::none;
  const char* faulty_joint = nullptr;
  int base = 0, imu_site = 0, tool_site = -1, gyro = 0, accelerometer = 0;
  int steps_per_control = 1, until_control = 0;

 private:
  int find(mjtObj kind, const std::string& name, const char* what, Status& status) const;
  Status bind_joints();
  Status bind_sensors();
  Status bind_rest();
};

int Robot::Impl::find(mjtObj kind, const std::string& name, const char* what, Status& status) const {
  const int id = mj_name2id(m, kind, name.c_str());
  if (id < 0 && status) {
    status = Error(Errc::bad_model, description->model.string() + ": no " + what + " named \"" + name + "\"");
  }
  return id;
}

Status Robot::Impl::bind_joints() {
  Status status;
  for (const Joint& joint : description->joints) {
    const int id = find(mjOBJ_JOINT, joint.name, "joint", status);
    const int actuator = find(mjOBJ_ACTUATOR, joint.name, "motor", status);
    if (!status) return status;
    if (m->jnt_type[id] != mjJNT_HINGE && m->jnt_type[id] != mjJNT_SLIDE) {
      return Error(Errc::bad_model,
                   description->model.string() + ": joint \"" + joint.name + "\" is no hinge or slide");
    }
    joints.push_back({m->jnt_qposadr[id], m->jnt_dofadr[id], actuator});
  }
  return status;
}

Status Robot::Impl::bind_sensors() {
  Status status;
  base = find(mjOBJ_BODY, description->base_body, "body", status);
  imu_site = find(mjOBJ_SITE, description->imu_site, "site", status);
  const int gyro_id = find(mjOBJ_SENSOR, "gyro", "sensor", status);
  const int accelerometer_id = find(mjOBJ_SENSOR, "accelerometer", "sensor", status);
  if (!status) return status;
  if (m->sensor_type[gyro_id] != mjSENS_GYRO || m->sensor_type[accelerometer_id] != mjSENS_ACCELEROMETER) {
    return Error(Errc::bad_model,
                 description->model.string() + ": sensors \"gyro\" and \"accelerometer\" are not these");
  }
  gyro = m->sensor_adr[gyro_id];
  accelerometer = m->sensor_adr[accelerometer_id];
  return status;
}

Status Robot::Impl::bind_rest() {
  Status status;
  for (const Camera& camera : description->cameras) {
    if (camera.kind == CameraKind::fixed) find(mjOBJ_CAMERA, camera.mjcf, "camera", status);
  }
  for (const std::string& name : description->scattered) {
    const int body = find(mjOBJ_BODY, name, "body", status);
    if (body < 0) break;
    const int joint = m->body_jntadr[body];
    if (joint < 0 || m->jnt_type[joint] != mjJNT_FREE) {
      return Error(Errc::bad_model, description->model.string() + ": body \"" + name + "\" has no free joint");
    }
    scattered.push_back(m->jnt_qposadr[joint]);
  }
  if (description->arm) tool_site = find(mjOBJ_SITE, description->arm->site, "site", status);
  const double ratio = kControlPeriodS / m->opt.timestep;
  steps_per_control = static_cast<int>(std::lround(ratio));
  if (steps_per_control < 1 || std::abs(ratio - steps_per_control) > 1e-6) {
    return Error(Errc::bad_model, description->model.string() + ": the time step does not divide 0.02 s");
  }
  return status;
}

Status Robot::Impl::bind() {
  SDR_TRY(bind_joints());
  SDR_TRY(bind_sensors());
  SDR_TRY(bind_rest());
  targets.resize(joints.size());
  rise_from.resize(joints.size());
  for (std::vector<double>* v : {&sensed.joint_position, &sensed.joint_velocity, &sensed.joint_effort}) {
    v->resize(joints.size());
  }
  if (description->arm) {
    const auto& fingers = description->arm->fingers;
    for (size_t i = 0; i < joints.size(); ++i) {
      const std::string& name = description->joints[i].name;
      if (std::find(fingers.begin(), fingers.end(), name) == fingers.end()) tool_joints.push_back(i);
    }
    jacobian_world.resize(6 * static_cast<size_t>(m->nv));
    jacobian.resize(6 * tool_joints.size());
  }
  controller = make_controller(*description);
  reset();
  return {};
}

void Robot::Impl::reset() {
  mj_resetData(m, d.get());
  for (size_t i = 0; i < joints.size(); ++i) d->qpos[joints[i].qpos] = description->joints[i].home;
  for (const int address : scattered) {
    for (int axis = 0; axis < 2; ++axis) d->qpos[address + axis] += kScatterM * uniform(random);
    const double half = 0.5 * uniform(random);
    d->qpos[address + 3] = std::cos(half);
    d->qpos[address + 4] = d->qpos[address + 5] = 0.0;
    d->qpos[address + 6] = std::sin(half);
  }
  controller->reset();
  risen = 1.0;
  smoothed = {};
  motion = {};
  fault = Fault::none;
  faulty_joint = nullptr;
  until_control = 0;
  mj_forward(m, d.get());
  read(sensed);
}

void Robot::Impl::control() {
  read(sensed);
  const TwistLimits& limits = description->twist;
  for (size_t axis = 0; axis < 3; ++axis) {
    smoothed.linear[axis] =
        toward(smoothed.linear[axis], motion.twist.linear[axis], limits.linear_rate * kControlPeriodS);
    smoothed.angular[axis] =
        toward(smoothed.angular[axis], motion.twist.angular[axis], limits.angular_rate * kControlPeriodS);
  }
  if (description->arm) update_jacobian();
  controller->update({.state = sensed,
                      .twist = smoothed,
                      .gripper = motion.gripper,
                      .period_s = kControlPeriodS,
                      .tool_jacobian = jacobian},
                     targets);
}

/// The tool's Jacobian in the base's frame, of the joints that move it.
void Robot::Impl::update_jacobian() {
  const size_t nv = static_cast<size_t>(m->nv);
  mj_jacSite(m, d.get(), jacobian_world.data(), jacobian_world.data() + 3 * nv, tool_site);
  for (size_t k = 0; k < tool_joints.size(); ++k) {
    const size_t dof = static_cast<size_t>(joints[tool_joints[k]].dof);
    for (size_t block = 0; block < 2; ++block) {
      const mjtNum* rows = jacobian_world.data() + 3 * block * nv;
      const Vec3 column = rotate_back(sensed.base.q_world, {rows[dof], rows[nv + dof], rows[2 * nv + dof]});
      for (size_t row = 0; row < 3; ++row) jacobian[(3 * block + row) * tool_joints.size() + k] = column[row];
    }
  }
}

/// Motors that held nothing take their joints to the targets slowly: a robot that lies on the floor gets up, not leaps.
void Robot::Impl::engage() {
  if (motion.damped) {
    risen = 0.0;
    for (size_t i = 0; i < joints.size(); ++i) rise_from[i] = d->qpos[joints[i].qpos];
  } else {
    risen = std::min(1.0, risen + m->opt.timestep / kRiseS);
  }
}

void Robot::Impl::drive_motors() {
  engage();
  const double part = risen * risen * (3.0 - 2.0 * risen);
  for (size_t i = 0; i < joints.size(); ++i) {
    const Joint& joint = description->joints[i];
    const double q = d->qpos[joints[i].qpos], dq = d->qvel[joints[i].dof];
    const JointTarget& t = targets[i];
    const double position = rise_from[i] + part * (t.position - rise_from[i]);
    const double wanted = motion.damped ? -joint.kd * dq : t.kp * (position - q) + t.kd * (t.velocity - dq);
    d->ctrl[joints[i].actuator] = std::clamp(wanted, -joint.effort, joint.effort);
  }
}

void Robot::Impl::step() {
  if (fault == Fault::non_finite) return;
  if (until_control == 0) {
    until_control = steps_per_control;
    control();
  }
  --until_control;
  drive_motors();
  mj_step(m, d.get());
  check();
}

void Robot::Impl::check() {
  fault = Fault::none;
  faulty_joint = nullptr;
  const auto bad = [&](mjtWarning kind) { return d->warning[kind].number > 0; };
  if (bad(mjWARN_BADQPOS) || bad(mjWARN_BADQVEL) || bad(mjWARN_BADQACC)) {
    fault = Fault::non_finite;
    return;
  }
  const SafetyLimits& safety = description->safety;
  for (size_t i = 0; i < joints.size(); ++i) {
    const Joint& joint = description->joints[i];
    if (joint.mode != JointMode::position) continue;
    const double q = d->qpos[joints[i].qpos];
    if (q < joint.lower - safety.joint_tolerance || q > joint.upper + safety.joint_tolerance) {
      fault = Fault::joint_limit;
      faulty_joint = joint.name.c_str();
    }
  }
  const mjtNum* q = d->xquat + 4 * base;
  const bool tilted = safety.fall_tilt && tilt_of({q[0], q[1], q[2], q[3]}) > *safety.fall_tilt;
  const bool low = safety.fall_height_m && d->xpos[3 * base + 2] < *safety.fall_height_m;
  if (tilted || low) fault = Fault::fall;
}

void Robot::Impl::read(RobotState& state) const {
  state.time_s = d->time;
  const mjtNum* p = d->xpos + 3 * base;
  const mjtNum* q = d->xquat + 4 * base;
  state.base = {{p[0], p[1], p[2]}, {q[0], q[1], q[2], q[3]}};
  mjtNum velocity[6];  // angular, then linear, in the body's frame
  mj_objectVelocity(m, d.get(), mjOBJ_XBODY, base, velocity, 1);
  state.base_velocity = {{velocity[3], velocity[4], velocity[5]}, {velocity[0], velocity[1], velocity[2]}};
  mjtNum imu[4];
  mju_mat2Quat(imu, d->site_xmat + 9 * imu_site);
  state.imu_orientation = {imu[0], imu[1], imu[2], imu[3]};
  for (size_t i = 0; i < 3; ++i) {
    state.imu_angular_velocity[i] = d->sensordata[static_cast<size_t>(gyro) + i];
    state.imu_linear_acceleration[i] = d->sensordata[static_cast<size_t>(accelerometer) + i];
  }
  state.joint_position.resize(joints.size());
  state.joint_velocity.resize(joints.size());
  state.joint_effort.resize(joints.size());
  for (size_t i = 0; i < joints.size(); ++i) {
    state.joint_position[i] = d->qpos[joints[i].qpos];
    state.joint_velocity[i] = d->qvel[joints[i].dof];
    state.joint_effort[i] = d->actuator_force[joints[i].actuator];
  }
  state.contacts = d->ncon;
  state.measured = state.base_velocity;
  if (tool_site >= 0) read_tool(state);
}

void Robot::Impl::read_tool(RobotState& state) const {
  const mjtNum* at = d->site_xpos + 3 * tool_site;
  const Vec3& origin = state.base.p_world_m;
  state.tool.p_world_m = rotate_back(state.base.q_world, {at[0] - origin[0], at[1] - origin[1], at[2] - origin[2]});
  mjtNum q[4];
  mju_mat2Quat(q, d->site_xmat + 9 * tool_site);
  state.tool.q_world = {q[0], q[1], q[2], q[3]};
  mjtNum velocity[6];
  mj_objectVelocity(m, d.get(), mjOBJ_SITE, tool_site, velocity, 0);  // in the world's axes
  state.measured.linear = rotate_back(state.base.q_world, {velocity[3], velocity[4], velocity[5]});
  state.measured.angular = rotate_back(state.base.q_world, {velocity[0], velocity[1], velocity[2]});
}

Robot::Robot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Robot::~Robot() = default;

Result<std::unique_ptr<Robot>> Robot::load(const std::filesystem::path& folder, uint64_t seed) {
  Result<Description> description = read_description(folder);
  if (!description) return description.error();
  Result<ModelPtr> model = load_mjcf(description->model);
  if (!model) return model.error();
  (*model)->opt.disableflags |= mjDSBL_AUTORESET;  // a broken state is a fault to be seen, not to be hidden
  auto impl =
      std::make_unique<Impl>(std::make_shared<const Description>(std::move(*description)), std::move(*model), seed);
  SDR_TRY(impl->bind());
  return std::unique_ptr<Robot>(new Robot(std::move(impl)));
}

void Robot::reset() { impl_->reset(); }
void Robot::set_motion(const Motion& motion) { impl_->motion = motion; }
void Robot::set_damped(bool damped) { impl_->motion.damped = damped; }
void Robot::step() { impl_->step(); }

void Robot::nudge(const Vec3& velocity) {
  const int dof = impl_->m->body_dofadr[impl_->base];
  const int count = impl_->m->body_dofnum[impl_->base];
  for (int i = 0; i < 3 && count == 6; ++i) impl_->d->qvel[dof + i] += velocity[static_cast<size_t>(i)];
}

const Description& Robot::description() const { return *impl_->description; }
int Robot::steps_per_control() const { return impl_->steps_per_control; }
double Robot::time_step_s() const { return impl_->m->opt.timestep; }
void Robot::read(RobotState& state) const { impl_->read(state); }
Fault Robot::fault() const { return impl_->fault; }
const char* Robot::faulty_joint() const { return impl_->faulty_joint; }

void Robot::snapshot(SceneState& scene) const {
  if (scene.model != impl_->scene) scene.model = impl_->scene;
  scene.qpos.assign(impl_->d->qpos, impl_->d->qpos + impl_->m->nq);
  const mjtNum* p = impl_->d->xpos + 3 * impl_->base;
  const mjtNum* q = impl_->d->xquat + 4 * impl_->base;
  scene.base = {{p[0], p[1], p[2]}, {q[0], q[1], q[2], q[3]}};
}

const Description& description_of(const SceneModel& model) { return *model.description; }

}  // namespace sdr::robot
