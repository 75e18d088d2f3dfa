// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "bench/fanout/report.h"
#include "rtc/peer/testing/player.h"

// Any number of WebRTC viewers on one core. Each is a real session: WHEP, ICE, DTLS, keys, both data channels, consent
// and receiver reports. What costs a browser a core of its own is left out: media is counted by its headers, which are
// in clear, and not decrypted. Sockets take segmented sends unsplit (UDP_GRO), as a network card takes them off the
// server's hands, and the kernel says when each arrived (SO_TIMESTAMPNS), so that how soon this process gets to read it
// does not count against the server.

namespace sdr::bench {

struct RtcTotals {
  uint64_t packets = 0, bytes = 0;
  uint64_t lost_packets = 0;  ///< numbers that were passed over
};

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
  struct Viewer;

  void read_some(Viewer& viewer);
  void on_media(Viewer& viewer, std::span<const uint8_t> head, size_t bytes, size_t segment_bytes, uint64_t arrived_us);
  void let_time_pass();

  FileDescriptor epoll_;
  std::shared_ptr<const rtc::DtlsContext> dtls_;
  std::optional<rtc::SctpStack> sctp_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  Time next_look_{};
  RtcTotals totals_;
  Times arrival_;
};

}  // namespace sdr::bench
