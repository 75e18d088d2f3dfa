// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/testing/temporary_folder.h"

// A real nats-server for a test: on loopback, on a port that the system picked, with a folder of its own. It ends with
// the object, whatever the test did to it.
//
// Thread: one. Errors: a server that does not come up within ten seconds fails the test by an exception.

namespace sdr::testing {

class NatsServer {
 public:
  /// Extra arguments for the server, such as {"--user", "robot", "--pass", "secret"} or {"-js"}.
  explicit NatsServer(std::vector<std::string> arguments = {});
  ~NatsServer();
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

  /// kill -9.
  void kill();
  /// On the same port as before, with these arguments.
  void restart(std::vector<std::string> arguments = {});
  /// SIGSTOP and SIGCONT.
  void freeze();
  void thaw();

  /// Bytes that wait in the kernel for a client to read them: the most of any connection.
  size_t delivered_unread() const;

 private:
  void start(const std::vector<std::string>& arguments);
  void wait_for_port();
  void signal(int number);

  TemporaryFolder folder_;
  int port_ = -1;  // -1: the system picks one
  pid_t pid_ = -1;
};

/// Whether this machine has the program at all.
bool have_nats_server();

}  // namespace sdr::testing
