// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

// Bits of the payload formats (RFC 6184 sections 5.3 to 5.8, RFC 7798 section 4.4), for the packetiser and the
// depacketiser.

namespace sdr::rtc {

// The byte behind the payload header of a fragment: start, end, type of the unit.
inline constexpr uint8_t kFragmentStart = 0x80, kFragmentEnd = 0x40;

namespace h264 {
inline constexpr uint8_t kForbiddenBit = 0x80, kNriMask = 0x60, kTypeMask = 0x1F;
inline constexpr uint8_t kLastSingle = 23, kStapA = 24, kFuA = 28;
}  // namespace h264

namespace hevc {

inline constexpr uint8_t kLastSingle = 47, kAggregation = 48, kFragment = 49;
inline constexpr uint8_t kTypeMask = 0x7E, kFragmentTypeMask = 0x3F;
using Header = std::array<uint8_t, 2>;  ///< F, type (6 bits), layer id (6), temporal id + 1 (3)

inline Header with_type(Header header, uint8_t type) {
  header[0] = static_cast<uint8_t>((header[0] & ~kTypeMask) | type << 1);
  return header;
}
/// The lower layer id and the lower temporal id of the two; F where either has it.
inline Header lower_ids(Header a, Header b) {
  const auto layer = [](Header h) { return static_cast<unsigned>((h[0] & 1) << 5 | h[1] >> 3); };
  const unsigned lowest = std::min(layer(a), layer(b));
  const unsigned temporal = std::min(a[1] & 7u, b[1] & 7u);
  const unsigned forbidden = a == Header{0xFF, 0xFF} ? b[0] & 0x80u : (a[0] | b[0]) & 0x80u;
  return {static_cast<uint8_t>(forbidden | lowest >> 5), static_cast<uint8_t>((lowest & 31u) << 3 | temporal)};
}

}  // namespace hevc
}  // namespace sdr::rtc
