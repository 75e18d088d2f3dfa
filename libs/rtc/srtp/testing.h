// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/srtp/keys.h"

// What the tests of SRTP share. For tests only.

namespace sdr::rtc::testing {

using Bytes = std::vector<uint8_t>;

/// Bytes written as hexadecimal digits; anything else between them is passed over.
inline Bytes hex(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](unsigned char c) { return std::isxdigit(c); });
  Bytes bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

template <size_t kSize>
void fill(std::array<uint8_t, kSize>& array, std::string_view digits) {
  const Bytes bytes = hex(digits);
  std::copy_n(bytes.begin(), std::min(kSize, bytes.size()), array.begin());
}

inline Bytes to_bytes(std::span<const uint8_t> span) { return {span.begin(), span.end()}; }

/// A key that differs from that of another `seed`.
inline SrtpMasterKey master_key(SrtpProfile profile, uint8_t seed) {
  SrtpMasterKey master;
  for (size_t i = 0; i < master.key.size(); ++i) master.key[i] = static_cast<uint8_t>(seed + 7 * i);
  for (size_t i = 0; i < srtp_salt_bytes(profile); ++i) master.salt[i] = static_cast<uint8_t>(seed * 3 + 11 * i);
  return master;
}

/// An RTP header of 12 bytes, with a one-byte header extension (RFC 8285) of 8 bytes behind it where asked for.
inline Bytes rtp_header(uint32_t ssrc, uint16_t sequence, bool extended = false) {
  Bytes header = {static_cast<uint8_t>(extended ? 0x90 : 0x80), 102};
  for (const int shift : {8, 0}) header.push_back(static_cast<uint8_t>(sequence >> shift));
  for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<uint8_t>((sequence * 3000u) >> shift));
  for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<uint8_t>(ssrc >> shift));
  if (extended) header.insert(header.end(), {0xBE, 0xDE, 0, 1, 0x31, 0x12, 0x34, 0});
  return header;
}

/// A receiver report without blocks, and `more` bytes behind it.
inline Bytes rtcp_packet(uint32_t ssrc, size_t more = 24) {
  Bytes packet = {0x80, 201, 0, 1};
  for (const int shift : {24, 16, 8, 0}) packet.push_back(static_cast<uint8_t>(ssrc >> shift));
  for (size_t i = 0; i < more; ++i) packet.push_back(static_cast<uint8_t>(i * 5));
  return packet;
}

inline Bytes payload_of(size_t bytes, uint8_t seed = 1) {
  Bytes payload(bytes);
  for (size_t i = 0; i < bytes; ++i) payload[i] = static_cast<uint8_t>(seed + 31 * i);
  return payload;
}

}  // namespace sdr::rtc::testing
