// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/users.h"

// Credentials for the services on one NATS server: a user each with the permissions of bus/users.h, and passwords that
// nobody chose. They stand in files of mode 0600 and in the environment of whom they belong to; never on a command line
// and in no log.
//
// Thread: any, a value. Errors: ConfigError where the system has no randomness, or a file cannot be written.

namespace sdr::command {

class NatsUsers {
 public:
  /// Fresh passwords for every user of the table.
  explicit NatsUsers(std::string name_space);

  /// What a service reads to log in: SDR_NATS_USER and the like. Empty for a name that is no user (nats-server itself).
  std::vector<std::string> environment_of(const std::string& service) const;
  /// How this process logs in for itself, as `user`.
  bus::BusConfig login(const std::string& user, std::string url) const;

  /// For the server's configuration.
  std::string authorization() const { return bus::authorization_block(passwords_, name_space_); }
  /// {"users":{"sim":{"user","password"},...}}: for tools that are started later.
  std::string json() const;

 private:
  const std::string& password_of(std::string_view user) const;

  std::string name_space_;
  std::vector<bus::BusPassword> passwords_;
};

/// 192 random bits in letters that need no quotes anywhere.
std::string make_password();

/// A file that only its owner may read, from its first byte on; what was there before is replaced as a whole.
void write_secret_file(const std::string& path, const std::string& text);

/// `sdr nats-users [--namespace NS]`: prints the block for a NATS server of one's own.
int run_nats_users(int argc, const char* const* argv);

}  // namespace sdr::command
