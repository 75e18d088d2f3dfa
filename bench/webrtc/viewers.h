// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "bench/common/rtc_viewer.h"

namespace sdr::bench {

/// Any number of WebRTC viewers on one core.
class RtcViewers {
 public:
  /// `data`: with data channels.
  explicit RtcViewers(bool data);
  ~RtcViewers();

  /// One more, which connects while run() goes on. False where the server refuses it.
  bool open(uint16_t http_port);
  /// Opens so many and waits until all of them have seen a frame; false where some do not within a minute.
  bool open_all(uint16_t http_port, size_t count);
  /// Reads whatever comes for so long.
  void run(std::chrono::milliseconds time);

  void reset_totals();
  const RtcTotals& totals() const { return totals_; }
  /// From the frame's commit to the last of it in the socket.
  const Times& arrival() const { return arrival_; }
  size_t count() const { return viewers_.size(); }
  /// Those whose session has ended.
  size_t ended() const;

 private:
  void let_time_pass();

  FileDescriptor epoll_;
  std::shared_ptr<const rtc::DtlsContext> dtls_;
  std::optional<rtc::SctpStack> sctp_;
  std::vector<std::unique_ptr<RtcViewer>> viewers_;
  Time next_look_{};
  RtcTotals totals_;
  Times arrival_;
};

}  // namespace sdr::bench
