// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rtc/ice/stun.h"
#include "rtc/rtp/bytes.h"

// Writes a STUN message (RFC 8489) into memory of the caller's. Attributes stand in the order of the calls; integrity
// and fingerprint come last. A message that does not fit comes out empty.
//
// Thread: any. Allocates nothing.

namespace sdr::rtc {

class StunWriter {
 public:
  StunWriter(std::span<uint8_t> out, StunClass message_class, uint16_t method, const StunTransaction& transaction);

  void add_bytes(StunAttribute type, std::span<const uint8_t> value);
  void add_text(StunAttribute type, std::string_view value);
  void add_u32(StunAttribute type, uint32_t value);
  void add_u64(StunAttribute type, uint64_t value);
  void add_flag(StunAttribute type);
  void add_xor_mapped_address(const Address& address);
  /// `code` from 300 to 699.
  void add_error(int code, std::string_view reason);
  void add_unknown_attributes(std::span<const uint16_t> types);

  /// MESSAGE-INTEGRITY over all so far, keyed with a short-term password.
  void add_integrity(std::string_view key);
  void add_fingerprint();

  /// The whole message; empty where the memory was too small.
  std::span<const uint8_t> finish();

 private:
  void begin(StunAttribute type, size_t size);
  void end(size_t size);
  void set_length(size_t attributes_after);

  std::span<uint8_t> out_;
  ByteWriter writer_;
};

}  // namespace sdr::rtc
