// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// The two messages with which a data channel is opened inside an association (RFC 8832), and the payload protocol
// identifiers that say what a message is (RFC 8831 section 8).
//
// Thread: any; pure functions. Bounds: a label and a protocol have 64 KiB at most by their form, and lie in the
// message.

namespace sdr::rtc {

enum class Ppid : uint32_t {
  dcep = 50,
  text = 51,
  binary = 53,
  text_empty = 56,  // SCTP knows no empty message: one byte of any value stands for it (RFC 8831 section 6.6)
  binary_empty = 57,
};

/// RFC 8832 section 5.1. The high bit says unordered.
enum class DcepChannelType : uint8_t {
  reliable = 0x00,
  reliable_unordered = 0x80,
  rexmit = 0x01,
  rexmit_unordered = 0x81,
  timed = 0x02,
  timed_unordered = 0x82,
};

struct DcepOpen {
  DcepChannelType type = DcepChannelType::reliable;
  uint16_t priority = 0;
  uint32_t reliability = 0;  // retransmissions or milliseconds at most; of no meaning where the channel is reliable
  std::string_view label{};
  std::string_view protocol{};
  bool operator==(const DcepOpen&) const = default;
};

inline constexpr size_t kDcepOpenBytes = 12;  // without label and protocol

/// Nothing where the message is no DATA_CHANNEL_OPEN: too short, too long, or a type that nobody has defined. Views in
/// the result point into the message.
std::optional<DcepOpen> parse_dcep_open(std::span<const uint8_t> message);
/// Whether the message is a DATA_CHANNEL_ACK.
bool is_dcep_ack(std::span<const uint8_t> message);

/// Writes the message and gives its size; `out` has room for kDcepOpenBytes, label and protocol.
size_t write_dcep_open(const DcepOpen& open, std::span<uint8_t> out);
inline constexpr uint8_t kDcepAck[1] = {0x02};

}  // namespace sdr::rtc
