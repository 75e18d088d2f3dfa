// SPDX-License-Identifier: Apache-2.0
#include "sim/physics_thread.h"

#include "base/service.h"

namespace sdr::sim {
namespace {

constexpr Duration kLate = std::chrono::milliseconds(20);     // a slice that begins later counts as late
constexpr Duration kGiveUp = std::chrono::milliseconds(100);  // beyond this, simulated time falls behind
constexpr Duration kMeasure = std::chrono::seconds(1);

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

PhysicsThread::PhysicsThread(std::unique_ptr<robot::Robot> robot, safety::RobotSide side, Stats stats,
                             std::function<void()> notify)
    : stats_(stats),
      notify_(std::move(notify)),
      simulation_(std::move(robot), std::move(side), [this](SimOutput&& value) { output(std::move(value)); }) {}

PhysicsThread::~PhysicsThread() { stop(); }

void PhysicsThread::start() {
  thread_ = std::thread([this] { run(); });
}

void PhysicsThread::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

bool PhysicsThread::send(SimInput&& input) {
  // What is decided has to be told: the outputs keep room for it, and for a stop.
  if (outputs_.size() > outputs_.capacity() / 2 || !inputs_.try_push(std::move(input))) return false;
  attend();
  return true;
}

void PhysicsThread::estop() {
  estop_.store(true);
  attend();
}

// Who brings something has it decided on his own thread where physics sleeps, which is nearly always; else physics
// takes it as soon as it has done its slice.
void PhysicsThread::attend() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return wake_.notify();
  take_inputs(SystemClock().now());
  tell();
}

void PhysicsThread::output(SimOutput&& value) {
  has_output_ = true;
  if (!outputs_.try_push(std::move(value))) stats_.dropped->add();
}

void PhysicsThread::run() {
  name_thread("sim-physics");
  SystemClock clock;
  Time next = clock.now();
  measured_ = next;
  while (!stopping_.load()) {
    const Time now = clock.now();
    if (now - next > kLate) stats_.late->add();
    if (now - next > kGiveUp) next = now;
    work(clock);
    next += kSlice;
    attend_until(next, clock);
  }
}

void PhysicsThread::work(const Clock& clock) {
  const std::lock_guard lock(mutex_);
  const Time now = clock.now();  // not before what the loop has just decided
  take_inputs(now);
  tell();
  advance(now);
  measure(now);
  tell();
}

// What comes between two slices is decided at once, since who sent it waits for the answer; it moves the robot with the
// next slice.
void PhysicsThread::attend_until(Time when, const Clock& clock) {
  for (Time now = clock.now(); now < when && !stopping_.load(); now = clock.now()) {
    wake_.wait_for(when - now);
    const std::lock_guard lock(mutex_);
    take_inputs(clock.now());
    tell();
  }
}

void PhysicsThread::tell() {
  if (std::exchange(has_output_, false)) notify_();
}

void PhysicsThread::take_inputs(Time now) {
  if (estop_.exchange(false)) simulation_.estop("stopped", now);
  while (std::optional<SimInput> input = inputs_.try_pop()) simulation_.apply(std::move(*input), now);
  if (simulation_.take_jumped()) jumps_.fetch_add(1);
}

void PhysicsThread::advance(Time now) {
  simulation_.look_after(now);
  const double step_s = simulation_.robot().time_step_s();
  owed_s_ += seconds(kSlice);
  const Time begin = std::chrono::steady_clock::now();
  while (owed_s_ > 0.5 * step_s) {
    simulation_.step(now);
    owed_s_ -= step_s;
    if (!simulation_.paused()) simulated_s_ += step_s;
    if (!simulation_.take_control_tick()) continue;
    ++tick_;
    publish_snapshot();
    stats_.step_us->observe_us(period_us_);
    period_us_ = 0.0;
  }
  period_us_ += 1e6 * seconds(std::chrono::steady_clock::now() - begin);
  publish_scene();
}

void PhysicsThread::publish_scene() {
  robot::SceneState& scene = scenes_.back();
  simulation_.robot().snapshot(scene);
  scene.capture_realtime_us = realtime_us();
  scene.tick = tick_;
  scenes_.publish();
}

void PhysicsThread::publish_snapshot() {
  SimSnapshot& snapshot = snapshots_.back();
  simulation_.fill(snapshot);
  snapshot.realtime_us = realtime_us();
  snapshots_.publish();
  has_output_ = true;
}

void PhysicsThread::measure(Time now) {
  if (now - measured_ < kMeasure) return;
  // A paused simulation keeps time by standing still.
  const double factor = (simulated_s_ - measured_sim_s_) / seconds(now - measured_);
  stats_.real_time_factor->set(simulation_.paused() ? 1.0 : factor);
  stats_.sim_time_s->set(simulated_s_);
  measured_ = now;
  measured_sim_s_ = simulated_s_;
}

}  // namespace sdr::sim
