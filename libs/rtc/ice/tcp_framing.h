// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Datagrams over a TCP connection, for viewers whose network lets no UDP out (RFC 6544): each is preceded by its length
// in two bytes (RFC 4571).
//
// Bounded: a frame longer than allowed means that the other side speaks something else, and that the connection is to
// be closed. What is allocated is allocated at construction. Thread: one, the connection's owner.

namespace sdr::rtc {

/// The largest datagram that any of our protocols sends or takes.
constexpr size_t kTcpFrameMax = 2048;

/// Cuts a stream into datagrams. Give it what was read, then call next() until it gives nothing:
///   for (reader.feed(bytes); const auto frame = reader.next();) on_datagram(*frame);
class TcpFrameReader {
 public:
  explicit TcpFrameReader(size_t frame_max = kTcpFrameMax);

  /// `bytes` is looked at by next() and must live until that gave nothing.
  void feed(std::span<const uint8_t> bytes) { input_ = bytes; }
  /// The next whole datagram, valid until the next call; empty ones are skipped. Nothing: all was taken, and the start
  /// of a datagram that was there is kept; or the stream is broken().
  std::optional<std::span<const uint8_t>> next();
  bool broken() const { return broken_; }

 private:
  bool fill(size_t size);

  const size_t frame_max_;
  std::vector<uint8_t> partial_;  // length and start of a datagram that came in pieces
  size_t partial_size_ = 0;
  std::span<const uint8_t> input_;
  bool broken_ = false;
};

/// What is sent before a datagram of that size, at most 65535 bytes.
std::array<uint8_t, 2> tcp_frame_header(size_t datagram_bytes);

}  // namespace sdr::rtc
