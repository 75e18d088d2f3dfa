// SPDX-License-Identifier: Apache-2.0
#include "sdr/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cstring>
#include <fstream>

#include "base/config.h"

namespace sdr::command {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kRunSpace = 64 * kMiB, kRingSpace = 16 * kMiB;

std::string first_line(const fs::path& path) {
  std::string line;
  std::getline(std::ifstream(path), line);
  return line;
}

}  // namespace

RunFolder::RunFolder(const fs::path& path) : path_(fs::absolute(path).lexically_normal()) {
  std::error_code error;
  for (const char* part : {"logs", "nats"}) {
    if (!fs::create_directories(path_ / part, error) && error) {
      throw ConfigError("cannot write to " + path_.string() + ": " + error.message());
    }
  }
  const std::string name = path_ / "up.lock";
  lock_.reset(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock_) throw ConfigError("cannot write to " + name + ": " + std::strerror(errno));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw ConfigError("already running here (process " + first_line(name) +
                      "): stop that one first, or give this one a " + "folder of its own with --run-dir");
  }
  require_space(path_, kRunSpace, "a run");
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_.get(), 0) != 0 || ::write(lock_.get(), pid.data(), pid.size()) < 0) {
    throw ConfigError("cannot write to " + name + ": " + std::strerror(errno));
  }
}

void RunFolder::forget_safety_state() const {
  std::error_code error;
  fs::remove(safety_state(), error);
  if (error) throw ConfigError("cannot remove " + safety_state() + ": " + error.message());
}

void RunFolder::publish(const std::string& json) const {
  const fs::path name = path_ / "up.json", fresh = path_ / "up.json.new";
  std::ofstream(fresh) << json << '\n';
  std::error_code error;  // nobody depends on it: a full disk must not stop a robot
  fs::rename(fresh, name, error);
}

void require_space(const fs::path& folder, uint64_t bytes, const std::string& what) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= bytes) return;
  throw ConfigError("the disk is full: " + what + " needs " + std::to_string(bytes / kMiB) + " MB at " +
                    folder.string() + ", " + std::to_string(space.available / kMiB) + " MB are free");
}

void require_shared_memory(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw ConfigError("there is no " + folder.string() + ": pictures travel through it; mount a tmpfs there");
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    throw ConfigError(folder.string() + " cannot be written to: " + std::strerror(errno));
  }
  require_space(folder, kRingSpace, "a ring");
}

}  // namespace sdr::command
