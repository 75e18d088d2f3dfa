// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Who may do what on the bus: one user per service, with the subjects it needs and no others (bus.md). A transport that
// was taken over cannot pretend to be the robot, a recorder cannot drive it.
//
// Pure. Everything that is not named is denied.

namespace sdr::bus {

struct BusUser {
  std::string_view name;  // of the service, without "sdr-"
  std::string_view about;
  std::vector<std::string> publish, subscribe;  // subjects and patterns, without namespace
};

/// The table. Lives for ever.
std::span<const BusUser> bus_users();

/// The name to log in by: the service's, behind its namespace where there is one ("site.one.transport").
std::string login_name(std::string_view user, std::string_view name_space);

struct BusPassword {
  std::string user;  // as BusUser has it
  std::string password;
};

/// The `authorization` block of a NATS server's configuration for these users, in its own syntax, everything within the
/// namespace. Users without a password are left out.
std::string authorization_block(std::span<const BusPassword> passwords, std::string_view name_space);

}  // namespace sdr::bus
