// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// The bits inside a NAL unit (H.264 7.3.1 and 9.1, the same in H.265): emulation prevention off and on again,
// fixed-length and Exp-Golomb numbers. For parameter sets, which are small and rare; slices are never looked into.

namespace sdr::video {

/// The bytes without emulation prevention (each 03 after 00 00 dropped).
std::vector<uint8_t> without_emulation_prevention(std::span<const uint8_t> bytes);

/// Appends the bytes with emulation prevention put in.
void append_with_emulation_prevention(std::span<const uint8_t> bytes, std::vector<uint8_t>& out);

/// Reads bits, most significant first. Past the end, or where a number is longer than 32 bits, every read gives 0 and
/// ok() is false from then on, so that a parser may check once at its end; its loops bound their counts themselves.
class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint32_t bits(unsigned count);  ///< u(n), 0 to 32 bits
  bool flag() { return bits(1) != 0; }
  uint32_t ue();       ///< ue(v)
  void se() { ue(); }  ///< se(v), whose value nobody here needs
  void skip(size_t count);

  bool ok() const { return ok_; }
  size_t position() const { return position_; }  ///< in bits

 private:
  std::span<const uint8_t> bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

class BitWriter {
 public:
  void bits(uint32_t value, unsigned count);
  void flag(bool value) { bits(value ? 1 : 0, 1); }
  void ue(uint32_t value);  ///< below 2^32 - 1
  /// Copies the bits [from, to) of `bytes`.
  void copy(std::span<const uint8_t> bytes, size_t from, size_t to);
  /// The stop bit and zeros up to the next byte (rbsp_trailing_bits).
  void finish();

  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  size_t count_ = 0;
};

/// Position of the stop bit: the last 1 bit. SIZE_MAX where there is none.
size_t stop_bit_position(std::span<const uint8_t> bytes);

}  // namespace sdr::video
