// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/file_descriptor.h"
#include "bench/common/times.h"
#include "rtc/ice/tcp_framing.h"
#include "rtc/peer/peer.h"
#include "rtc/peer/testing/player.h"

// One WebRTC viewer: a real session (WHEP, ICE, DTLS, keys, both data channels, consent and receiver reports) on a
// socket of its own. What costs a browser a core of its own is left out unless asked for: media is counted by its
// headers, which are in clear, and not decrypted. The socket takes segmented sends unsplit (UDP_GRO), as a network card
// takes them off the server's hands, and the kernel says when each arrived (SO_TIMESTAMPNS), so that how soon this
// process gets to read it does not count against the server.

namespace sdr::bench {

struct RtcTotals {
  uint64_t packets = 0, bytes = 0;
  uint64_t lost_packets = 0;    ///< numbers that were passed over
  uint64_t unread_packets = 0;  ///< of these, while the viewer's own socket was full: it was not read in time
};

class RtcViewer {
 public:
  struct Options {
    std::shared_ptr<const rtc::DtlsContext> dtls;
    rtc::SctpStack* sctp = nullptr;  ///< null: no data channels
    uint32_t seed = 1;
    rtc::Transport transport = rtc::Transport::kUdp;
    bool watches = false;  ///< does all that a browser does but decode: decrypts, reports, asks again
    std::function<bool(std::span<const uint8_t> datagram)> lets_out = {};  ///< of what it sends; empty: all
  };

  /// `totals` and `arrival` (from a frame's commit to the last of it in the socket) may be shared.
  RtcViewer(Options options, RtcTotals& totals, Times& arrival);
  RtcViewer(const RtcViewer&) = delete;
  RtcViewer& operator=(const RtcViewer&) = delete;

  /// Asks for a session and begins to connect. False where the server refuses it.
  bool open(uint16_t http_port);
  /// Takes what has come.
  void read();
  void on_time(Time now) { player_->on_time(now); }
  Time next_time() const { return player_->next_time(); }
  /// Ends the session by WHEP. False where the server does not know it.
  bool hang_up();
  /// Says goodbye over DTLS.
  void close() { player_->close(); }

  int fd() const { return socket_.get(); }
  /// Where the server takes datagrams.
  const rtc::Address& server() const { return server_; }
  bool sees() const { return next_sequence_.has_value(); }
  /// Why the session is over; empty while it is not.
  std::string ended() const { return cut_ ? "the connection was closed" : player_->ended(); }

 private:
  bool connect();
  void send(std::span<const uint8_t> datagram);
  void read_stream();
  void take(std::span<const uint8_t> there, size_t bytes, size_t segment_bytes, uint64_t arrived_us);
  void on_media(std::span<const uint8_t> head, size_t bytes, size_t segment_bytes, uint64_t arrived_us);
  bool over_tcp() const { return options_.transport == rtc::Transport::kTcp; }

  const Options options_;
  RtcTotals& totals_;
  Times& arrival_;
  uint16_t http_port_ = 0;
  std::string session_;  // its path
  rtc::Address server_;
  FileDescriptor socket_;
  rtc::TcpFrameReader frames_;
  std::optional<rtc::testing::Player> player_;
  std::optional<uint16_t> next_sequence_;
  uint32_t timestamp_ = 0;  // of the frame that is arriving
  uint64_t captured_us_ = 0, arrived_us_ = 0;
  uint32_t overflows_ = 0, overflows_seen_ = 0;  // of the socket; up to the last packet that was counted
  bool cut_ = false;
};

}  // namespace sdr::bench
