// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// A record of DTLS 1.2 as it lies in a datagram (RFC 6347 section 4.1):
//
//     | type | version (2) | epoch (2) | sequence (6) | length (2) | body ... |
//
// Thread: any; pure, bounds-checked.

namespace sdr::rtc {

inline constexpr size_t kRecordHeaderBytes = 13;
inline constexpr uint16_t kDtls12 = 0xFEFD;  ///< versions are written as their complement

enum class RecordType : uint8_t { kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23 };

struct Record {
  RecordType type = RecordType::kHandshake;
  uint16_t version = 0, epoch = 0;
  uint64_t sequence = 0;           ///< 48 bits, of its epoch
  std::span<const uint8_t> whole;  ///< header and body
  std::span<const uint8_t> body;
};

/// Takes the first record off a datagram; nothing where there is no whole one, or of another type than the four.
std::optional<Record> take_record(std::span<const uint8_t>& datagram);

/// Writes a header before a body of `length` bytes, of version 1.2.
void write_record_header(std::span<uint8_t, kRecordHeaderBytes> out, RecordType type, uint16_t epoch, uint64_t sequence,
                         size_t length);

/// Of `count` bytes from `at`, in network byte order; within bounds by the caller's care.
inline uint64_t number_at(std::span<const uint8_t> bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}
inline void put_number(std::span<uint8_t> bytes, size_t at, size_t count, uint64_t value) {
  for (size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<uint8_t>(value >> (8 * (count - 1 - i)));
}

}  // namespace sdr::rtc
