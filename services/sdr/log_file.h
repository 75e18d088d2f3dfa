// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/result.h"

// What a service writes, kept in a file that cannot fill the disk: at each start and at `size_max` the file becomes
// NAME.log.1, in place of an older one. The last line that reads like an error is remembered, for the day it dies.
//
// Thread: one. Bounds: twice `size_max` bytes on disk; lines beyond 4 KiB count as several. Errors: a write that fails
// is counted and dropped, for a full disk must not stop a robot.

namespace sdr::command {

class LogFile {
 public:
  static constexpr size_t kSizeMax = size_t{8} << 20;

  explicit LogFile(std::string path, size_t size_max = kSizeMax) : path_(std::move(path)), size_max_(size_max) {}

  Status open();
  void append(std::string_view bytes);

  /// The newest line of level error, or the newest line at all; a JSON line's message only. Empty before the first.
  std::string last_words() const { return last_error_.empty() ? last_line_ : last_error_; }
  /// A new run of the service begins: nothing is remembered.
  void forget();

  const std::string& path() const { return path_; }
  uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  void write(std::string_view bytes);
  void remember(std::string_view line);

  const std::string path_;
  const size_t size_max_;
  FileDescriptor file_;
  size_t size_ = 0;
  std::string partial_;
  std::string last_line_, last_error_;
  uint64_t dropped_bytes_ = 0;
};

}  // namespace sdr::command
