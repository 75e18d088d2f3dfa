// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "net/socket.h"
#include "report.h"

// Any number of viewers on one core: real WebSocket connections that read every byte, check the order of the frames,
// and take the kernel's own time of each frame's arrival in the socket (SO_TIMESTAMPNS), so that how soon this process
// gets to read it does not count against the server.

namespace sdr::bench {

struct Viewer {
  FileDescriptor socket;
  std::array<uint8_t, 64> head;  // of the message that is being read: WebSocket head, type, frame header
  size_t head_size = 0;
  uint64_t left = 0;  // bytes of the message that are still to come
  bool is_video = false;
  uint64_t last_seq = 0;
  bool keyframe = false;
  bool closed = false;
  uint32_t capture_us = 0;
  uint64_t frames = 0;
  bool first_is_keyframe = false;
  double first_frame_ms = 0;
  std::chrono::steady_clock::time_point opened;
};

struct ViewerTotals {
  uint64_t frames = 0;
  uint64_t lost = 0;
  uint64_t closed = 0;
};

class Viewers {
 public:
  Viewers();
  /// Opens one more: connects and shakes hands. Nothing where that fails.
  Viewer* open(uint16_t port);
  /// Takes a raw connection that carries the same messages.
  Viewer* adopt(FileDescriptor socket);
  /// Reads whatever comes for so long.
  void run(std::chrono::milliseconds time);
  /// Reads until this viewer has its first frame; false after the timeout.
  bool run_until_first_frame(const Viewer& viewer, std::chrono::milliseconds timeout);
  void close(Viewer& viewer);

  void reset_totals();
  const ViewerTotals& totals() const { return totals_; }
  const Times& arrival() const { return arrival_; }  // commit to the socket
  const Times& read() const { return read_; }        // commit to having read all of it

 private:
  void read_some(Viewer& viewer);
  void take(Viewer& viewer, const uint8_t* bytes, size_t size, uint32_t arrived_us);
  void finish_head(Viewer& viewer);
  void finish_message(Viewer& viewer, uint32_t arrived_us);

  FileDescriptor epoll_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  std::vector<uint8_t> buffer_;
  ViewerTotals totals_;
  Times arrival_;
  Times read_;
};

}  // namespace sdr::bench
