// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "bench/common/ws_viewer.h"

namespace sdr::bench {

/// Any number of WebSocket viewers on one core.
class Viewers {
 public:
  Viewers();
  /// Opens one more: connects and shakes hands. Nothing where that fails.
  WsViewer* open(uint16_t port);
  /// Takes a raw connection that carries the same messages.
  void adopt(FileDescriptor socket);
  /// Reads whatever comes for so long.
  void run(std::chrono::milliseconds time);
  /// Reads until this viewer has its first frame; false after the timeout.
  bool run_until_first_frame(const WsViewer& viewer, std::chrono::milliseconds timeout);

  void reset_totals() { figures_ = {}; }
  const WsTotals& totals() const { return figures_.totals; }
  const Times& arrival() const { return figures_.arrival; }
  const Times& read() const { return figures_.read; }

 private:
  WsViewer* keep(std::unique_ptr<WsViewer> viewer);

  FileDescriptor epoll_;
  std::vector<std::unique_ptr<WsViewer>> viewers_;
  std::vector<uint8_t> buffer_;
  WsFigures figures_;
};

}  // namespace sdr::bench
