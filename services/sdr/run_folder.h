// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/file_descriptor.h"

// The folder in which one `sdr up` keeps what it needs while it runs: logs, NATS's store, the robot side's safety
// state. One `sdr up` at a time holds it, by a lock that the kernel lets go when the process ends, however it ends.
//
// Thread: one. Errors: ConfigError with the one line that the user sees.

namespace sdr::command {

class RunFolder {
 public:
  /// Makes the folder and takes the lock. Throws ConfigError where another `sdr up` holds it, or it cannot be written.
  explicit RunFolder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::string log(const std::string& service) const { return path_ / "logs" / (service + ".log"); }
  std::string nats_store() const { return path_ / "nats"; }
  std::string nats_config() const { return path_ / "nats-server.conf"; }
  std::string access_tokens() const { return path_ / "access-tokens"; }
  std::string nats_users() const { return path_ / "nats-users.json"; }
  std::string safety_state() const { return path_ / "safety-state.json"; }

  /// A fresh `sdr up` begins anew, in HOLD (safety.md); a restart of the robot side alone does not.
  void forget_safety_state() const;

  /// Tells others who holds the folder and where the page is: run/up.json, and the words of a refusal.
  void publish(const std::string& json) const;

 private:
  std::filesystem::path path_;
  FileDescriptor lock_;
};

/// Throws ConfigError where less than this is free on the folder's file system.
void require_space(const std::filesystem::path& folder, uint64_t bytes, const std::string& what);

/// Throws ConfigError where rings cannot be made: /dev/shm (or `folder`) missing, read-only or full.
void require_shared_memory(const std::filesystem::path& folder = "/dev/shm");

}  // namespace sdr::command
