// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "rtc/ice/tcp_framing.h"
#include "rtc/peer/testing/player.h"

namespace sdr::testing {

/// A viewer over WebRTC: a Player on a UDP socket of its own. Thread: one; poll() never waits. With data channels it
/// goes before the transport in whose process it is, since the two share a stack.
class RtcViewer {
 public:
  /// `sctp` may be null: no data channels.
  explicit RtcViewer(rtc::SctpStack* sctp);

  std::string offer() const { return player_->offer(); }
  /// Takes the answer and begins to knock at the server's first candidate. False where it is none.
  bool accept(const std::string& answer);
  /// Takes what has arrived, and lets time pass.
  void poll();
  /// From another port from now on, as after a change of networks.
  void move();
  /// Over TCP from now on, as where a network lets no UDP out any more.
  void move_to_tcp();
  /// So many of the next datagrams are lost.
  void lose(int datagrams) { lose_ = datagrams; }

  rtc::testing::Player& player() { return *player_; }
  size_t shown() { return player_->connected() ? player_->browser().shown().size() : 0; }
  const rtc::Address& server() const { return server_; }

 private:
  void send(std::span<const uint8_t> datagram);
  void take(std::span<const uint8_t> datagram);

  FileDescriptor socket_;
  bool tcp_ = false;
  rtc::TcpFrameReader frames_;
  int lose_ = 0;
  rtc::Address server_;
  std::unique_ptr<rtc::testing::Player> player_;
};

/// Sends a datagram of anybody's.
void send_to(const FileDescriptor& socket, const rtc::Address& to, std::span<const uint8_t> datagram);
/// A UDP socket that is bound to loopback and never waits.
FileDescriptor udp_socket();

}  // namespace sdr::testing
