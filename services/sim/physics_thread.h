// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "sim/simulation.h"
#include "sim/wake.h"

// The physics thread: keeps the simulation in step with the monotonic clock, in slices of a few milliseconds, so that
// the renderer always finds a fresh state and a stop is heard at once. Where the machine is too slow it lets simulated
// time fall behind, which the real-time factor says, instead of chasing it.
//
// Thread: everything on the one that owns the object, save what runs inside. What a message asks is decided on the
// owner's thread while physics sleeps between two slices: its sender waits for the answer. Bounds: 256 inputs and
// outputs; where the outputs are full the newest is dropped and counted (safety's state is published again twice a
// second).

namespace sdr::sim {

class PhysicsThread {
 public:
  static constexpr Duration kSlice = std::chrono::milliseconds(4);

  struct Stats {
    Histogram* step_us = nullptr;  // one control period's physics
    Counter* late = nullptr;       // slices that began more than a control period late
    Counter* dropped = nullptr;    // outputs that nobody took
    Gauge* real_time_factor = nullptr;
    Gauge* sim_time_s = nullptr;
  };

  /// `notify` is called, on the physics thread or within send() and estop(), after outputs or a snapshot were left.
  PhysicsThread(std::unique_ptr<robot::Robot> robot, safety::RobotSide side, Stats stats, std::function<void()> notify);
  ~PhysicsThread();
  /// Before start(): whether every change of what the motors are told is put out (Applied).
  void set_traced(bool traced) { simulation_.set_traced(traced); }
  void start();
  void stop();

  /// False when it is full, or half of the outputs is: to be answered `refused`. Decided when it returns, unless
  /// physics is at work just then.
  [[nodiscard]] bool send(SimInput&& input);
  /// Stops the robot even where send() is refused.
  void estop();

  std::optional<SimOutput> receive() { return outputs_.try_pop(); }
  /// The newest state, once per control period; false where there is no newer one.
  bool take_snapshot() { return snapshots_.take(); }
  const SimSnapshot& snapshot() { return snapshots_.front(); }

  /// For the render thread alone.
  LatestSlot<robot::SceneState>& scenes() { return scenes_; }
  /// Counts the times that the robot was put elsewhere: cameras jump then. Any thread.
  uint64_t jumps() const { return jumps_.load(); }

 private:
  void run();
  void work(const Clock& clock);
  void attend();
  void attend_until(Time when, const Clock& clock);
  void tell();
  void take_inputs(Time now);
  void advance(Time now);
  void publish_scene();
  void publish_snapshot();
  void measure(Time now);
  void output(SimOutput&& value);

  SpscQueue<SimInput> inputs_{256};
  SpscQueue<SimOutput> outputs_{256};
  LatestSlot<SimSnapshot> snapshots_;
  LatestSlot<robot::SceneState> scenes_;
  const Stats stats_;
  const std::function<void()> notify_;
  Simulation simulation_;
  Wake wake_;
  std::atomic<bool> estop_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> jumps_{0};
  std::thread thread_;

  // Of the simulation and of what follows. Held for a slice; nobody but the physics thread ever waits for it.
  std::mutex mutex_;
  bool has_output_ = false;
  uint64_t tick_ = 0;
  double owed_s_ = 0.0;  // simulated time that the slices so far are ahead of the steps
  double period_us_ = 0.0;
  Time measured_{};
  double measured_sim_s_ = 0.0;
  double simulated_s_ = 0.0;
};

}  // namespace sdr::sim
