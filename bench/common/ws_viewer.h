// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "base/file_descriptor.h"
#include "bench/common/times.h"

// One viewer over WebSocket: a real connection that reads every byte, checks the order of the frames, and takes the
// kernel's own time of each frame's arrival in the socket (SO_TIMESTAMPNS), so that how soon this process gets to read
// it does not count against the server.

namespace sdr::bench {

struct WsTotals {
  uint64_t frames = 0;
  uint64_t lost = 0;
  uint64_t closed = 0;  ///< by the server
};

/// What all viewers count into: commit to the socket, and commit to having read all of it.
struct WsFigures {
  WsTotals totals;
  Times arrival, read;
};

class WsViewer {
 public:
  explicit WsViewer(WsFigures& figures) : figures_(figures) {}
  WsViewer(const WsViewer&) = delete;
  WsViewer& operator=(const WsViewer&) = delete;

  /// Connects and shakes hands. False where that fails.
  bool open(uint16_t port);
  /// Takes a raw connection that carries the same messages.
  void adopt(FileDescriptor socket);
  /// One read of what has come, at most the buffer's size. Where it finds the end it is closed(), and close() is to be
  /// called, by whoever no longer waits for its descriptor.
  void read(std::span<uint8_t> buffer);
  void close();

  int fd() const { return socket_.get(); }
  bool closed() const { return closed_; }
  uint64_t frames() const { return frames_; }
  bool first_is_keyframe() const { return first_is_keyframe_; }
  /// From the start of open().
  double first_frame_ms() const { return first_frame_ms_; }

 private:
  void take(const uint8_t* bytes, size_t size, uint32_t arrived_us);
  void finish_head();
  void finish_message(uint32_t arrived_us);

  WsFigures& figures_;
  FileDescriptor socket_;
  std::array<uint8_t, 64> head_;  // of the message that is being read: WebSocket head, type, frame header
  size_t head_size_ = 0;
  uint64_t left_ = 0;  // bytes of the message that are still to come
  uint64_t last_seq_ = 0, frames_ = 0;
  bool first_is_keyframe_ = false, closed_ = false;
  double first_frame_ms_ = 0;
  std::chrono::steady_clock::time_point opened_;
};

}  // namespace sdr::bench
