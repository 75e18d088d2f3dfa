// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "safety/lease.h"
#include "safety/video_gate.h"
#include "schema/command.h"
#include "transport/askers.h"
#include "transport/bus_port.h"

// The transport's layer of safety at work: who holds the lease, whether the picture is fresh enough to drive by, and
// the zero twists and stops that follow when either is gone. The rules are libs/safety's; here they meet bus and time.
//
// Thread: the loop's. Time is passed in. Bounds: what it sends is one message per change and a few per second.

namespace sdr::transport {

class Supervision {
 public:
  struct Hooks {
    std::function<void()> on_lease;  // holder, epoch, age or who asks are to be told to the clients
    std::function<void(std::string_view payload)> on_gate;
  };

  /// `first_epoch`: the wall clock in ms; where that went back since the last start, the robot side's state, which
  /// comes twice a second, puts it right. `start_name` is this start's own, so that the robot side takes no zero twist
  /// for one of an earlier start.
  Supervision(BusPort& bus, Registry& registry, Time now, uint64_t first_epoch, std::string_view start_name,
              Hooks hooks);

  /// FrameSource::frames_seen() of the first camera, whenever it was looked at.
  void on_frames_seen(uint64_t frames_seen, Time now);
  /// Every 50 ms.
  void tick(Time now);
  /// telemetry.safety.state and telemetry.clock, from the bus.
  void on_safety_state(const schema::SafetyState& state, Time now);
  void on_robot_clock(uint64_t robot_us, Time now);
  void on_bus_connected(Time now);
  void on_disconnect(std::string_view client, Time now);
  /// The service stops: the robot is told to stand still.
  void on_shutdown(Time now);

  /// After anything that may have changed the lease: tells everybody, and stops the robot of an operator who is gone.
  void settle_lease(Time now);

  safety::Lease& lease() { return lease_; }
  const safety::VideoGate& gate() const { return gate_; }
  /// Who wants the lease that another holds; a change is told with the next quarter of a second.
  Askers& askers() { return askers_; }
  /// The newest clock of the robot side, for twists without an echo; nothing before the first, or when it is old.
  std::optional<uint64_t> robot_clock_us(Time now) const;
  /// The client as which the transport itself sends.
  const std::string& name() const { return name_; }

 private:
  void obey(const safety::VideoGate::Orders& orders, Time now);
  void tell_askers(Time now);
  void publish_lease(Time now);
  void publish_gate(Time now);
  void send_zero_twist(Time now);
  void send_estop(std::string_view reason);
  bool publish(std::string_view subject);

  BusPort& bus_;
  Hooks hooks_;
  const std::string name_;
  safety::Lease lease_;
  safety::VideoGate gate_;
  Askers askers_;
  uint64_t told_epoch_;
  bool had_holder_ = false;
  bool teleop_ = true;
  uint64_t robot_clock_us_ = 0;
  Time robot_clock_at_{};
  Time lease_told_{};
  Time gate_told_{};
  Time askers_told_{};
  uint64_t next_seq_ = 1;
  std::string text_;
  Counter& zero_twists_;
  Counter& estops_;
  Counter& unsent_;
};

}  // namespace sdr::transport
