// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// What of a datagram may reach OpenSSL: whole DTLS 1.2 records, and handshake messages of a size that a WebRTC peer's
// certificate needs. OpenSSL would keep ten unfinished messages of 100 KB for each peer, and a hundred records of a key
// that it does not have yet, 17 KB each; a peer that never finishes is to cost less.
//
// Thread: any; pure, bounds-checked (RFC 6347 section 4.1 and 4.2.2).

namespace sdr::rtc {

inline constexpr size_t kDtlsDatagramMax = 2048;          ///< of what is read; Ethernet carries 1500
inline constexpr size_t kDtlsHandshakeMessageMax = 8192;  ///< certificates of WebRTC have 300 to 2000 bytes

struct RecordCount {
  size_t records = 0;
  size_t encrypted = 0;  ///< those of a later epoch than the first
};

/// The records of a datagram; nothing where one of them is no DTLS record, is cut off, or has a handshake fragment that
/// contradicts itself or belongs to a larger message.
std::optional<RecordCount> check_records(std::span<const uint8_t> datagram);

}  // namespace sdr::rtc
