// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "tests/bus/nats_server.h"
#include "tests/faults/operator.h"
#include "tests/faults/program.h"
#include "tests/faults/relay.h"
#include "tests/faults/witness.h"

// Everything that a fault needs: real nats-server, sdr-sim and sdr-transport as processes, on ports that the system
// picks and in a folder of their own, an operator behind a relay, and a witness of what the motors are told.
//
// Thread: one; the loop turns only inside until() and run_for(). Errors: what should come and does not within half a
// minute throws, with what was waited for.

namespace sdr::faults {

struct StandOptions {
  uint64_t seed = 1;
  std::string preload = {};                       // a library put in front of simulator's and transport's own
  std::vector<std::string> environment = {};      // for both
  std::vector<std::string> transport_flags = {};  // further ones
};

class Stand {
 public:
  explicit Stand(StandOptions options = {});
  ~Stand();

  /// Turns the loop until it is so.
  bool until(const std::function<bool()>& condition);
  void require(std::string_view what, const std::function<bool()>& condition);
  void run_for(Duration time);

  /// Brings the robot to motion from wherever it is: connects, takes the lease, clears ESTOP, lets go of the stick and
  /// pushes it.
  void drive();
  /// What of that is next; true where the robot moves.
  bool step_towards_motion();
  /// The same by a process of its own, in place of `pilot`.
  void drive_by_process();
  void end_driver() { driver_.reset(); }
  Program& driver() { return *driver_; }

  void start_sim();
  void start_transport();
  /// kill -9, and another one in its place, which has begun to decide.
  void restart_sim();
  /// Ends everything in order. What was wrong with that, such as a leak that a sanitizer found; empty: nothing.
  std::string end();
  bool all_alive() { return sim_->alive() && transport_->alive(); }

  /// Where the transport listens, past the relay.
  const net::Address& transport_address() const { return transport_address_; }
  std::string ring() const { return ring_folder_ + "/frames"; }
  const std::string& nats_url() const { return nats_url_; }

  EventLoop loop;
  testing::NatsServer& nats() { return *nats_; }
  Program& sim() { return *sim_; }
  Program& transport() { return *transport_; }
  Relay& relay() { return *relay_; }
  Operator& pilot() { return *pilot_; }
  Witness& witness() { return *witness_; }

  static constexpr double kYaw = 0.8;  // a robot that turns on the spot never arrives anywhere

 private:
  std::vector<std::string> environment() const;
  std::string logs() const;

  const StandOptions options_;
  testing::TemporaryFolder folder_;
  std::string ring_folder_;  // in memory, as in earnest: what is no ring is replaced there, and kept on a disk
  std::unique_ptr<testing::NatsServer> nats_;
  std::string nats_url_;
  std::unique_ptr<Program> sim_, transport_, driver_;
  net::Address transport_address_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Operator> pilot_;
  std::unique_ptr<Witness> witness_;
  Time asked_{};  // when the lease or the end of ESTOP was last asked for
};

/// Why there is nothing to try here: a program or a renderer is missing. Empty: all is there.
std::string missing_for_stand();

}  // namespace sdr::faults
