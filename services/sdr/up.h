// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/event_loop.h"
#include "sdr/facts.h"
#include "sdr/nats_users.h"
#include "sdr/robot_watch.h"
#include "sdr/run_folder.h"
#include "sdr/share.h"
#include "sdr/supervisor.h"
#include "sdr/terminal.h"
#include "sdr/up_options.h"
#include "sdr/watch.h"

// `sdr up`: one robot in the browser for as long as it runs. Starts the services, says when each is ready, shows the
// address, then says only what changes, and leaves nothing behind when it ends.
//
// Thread: main's. Errors: ConfigError from the constructor and run() where it cannot begin, with the one line to show.

namespace sdr::command {

class Up {
 public:
  Up(EventLoop& loop, UpOptions options, Terminal& terminal);

  /// Until a signal; gives the process's exit code: 0 after a signal, 2 where a service refuses its configuration.
  int run();

 private:
  struct Seen {
    std::string address;  ///< where its health is asked
    bool ready = false, announced = false, died = false;
    std::string waiting, refusal;
  };

  void watch_signals();
  void on_signal();
  void on_started(const ServiceSpec& spec, pid_t pid);
  void on_died(const ServiceSpec& spec, const Supervisor::Death& death);
  void on_health(const std::string& service, const std::optional<HttpAnswer>& answer);
  void on_clients(int64_t clients);
  void show_address();
  void show_waiting();
  void end(int exit_code);
  ServiceFacts facts_of(const std::string& service, const HttpAnswer& answer) const;
  void publish() const;

  EventLoop& loop_;
  const UpOptions options_;
  Terminal& terminal_;
  const RunFolder folder_;
  const Ports ports_;
  const NatsUsers nats_users_;
  const Share share_;
  FileDescriptor signals_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::string> titles_;
  bool address_shown_ = false;
  int64_t clients_ = 0;
  int exit_code_ = 0;
  Supervisor supervisor_;
  HealthWatch health_;
  RobotWatch robot_;
};

/// `sdr up ARGUMENTS...`; the process's exit code.
int run_up(int argc, const char* const* argv);

}  // namespace sdr::command
