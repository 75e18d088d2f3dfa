// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "sdr/backoff.h"
#include "sdr/child_process.h"
#include "sdr/log_file.h"

// Keeps processes running: starts them in order, writes down what they say, starts one again that died, later each time
// it dies again, and ends all of them in reverse order. None of them can outlive this process (child_process.h).
//
// Thread: the loop's, which must be the main thread. Owns the processes and their logs. Bounds: the list is fixed
// before start(). Errors: a program that cannot be started is treated as one that died at once.

namespace sdr::command {

struct ServiceSpec {
  std::string name;   ///< "sim": its log's name
  std::string title;  ///< "the simulator": what people read
  ProcessSpec process;
};

class Supervisor {
 public:
  struct Options {
    Backoff::Options backoff;
    Duration grace = std::chrono::seconds(4);  ///< from SIGTERM to SIGKILL, for each
  };

  struct Death {
    std::string how = {};         ///< "was killed by signal 11 (Segmentation fault)"
    std::string last_words = {};  ///< from its log
    int exit_code = -1;           ///< where it exited
    Duration restart_in{0};
  };

  struct Events {
    std::function<void(const ServiceSpec&, pid_t)> started;
    std::function<void(const ServiceSpec&, const Death&)> died;  ///< and will be started again
  };

  Supervisor(EventLoop& loop, Options options, Events events);
  ~Supervisor();  ///< kills what is still there
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void add(ServiceSpec spec, std::string log_path);
  void start();

  /// Ends every process, the one added last first, each with SIGTERM and, after the grace, SIGKILL; then calls back. A
  /// second call kills at once what is left.
  void stop(std::function<void()> stopped);

  /// Looks which processes have ended; for the handler of SIGCHLD.
  void reap();

  pid_t pid_of(const std::string& name) const;  ///< -1 while it is not running
  bool stopping() const { return stopping_; }

 private:
  struct Service;

  void launch(Service& service);
  void read_output(Service& service);
  void on_exit(Service& service, int wait_status);
  void report_death(Service& service, Death death);
  void stop_next();

  EventLoop& loop_;
  const Options options_;
  const Events events_;
  std::vector<std::unique_ptr<Service>> services_;
  bool stopping_ = false;
  std::function<void()> stopped_;
  EventLoop::TimerId grace_timer_ = EventLoop::TimerId::none;
};

}  // namespace sdr::command
