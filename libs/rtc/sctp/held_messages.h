// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

// Commands that came faster than they are taken, in order. They are few: once it is full the association is not read
// any more, and the peer's own sending blocks.
//
// Thread: one. Bounds: kCapacity messages of kBytesMax; the memory is taken when the first message has to wait, and
// given back when none does.

namespace sdr::rtc {

class HeldMessages {
 public:
  static constexpr size_t kCapacity = 8, kBytesMax = 1024;

  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == kCapacity; }

  /// Keeps a copy. Not when full.
  void push(std::span<const uint8_t> bytes, bool text);

  struct Front {
    std::span<const uint8_t> bytes;
    bool text;
  };
  /// The oldest. Not when empty.
  Front front() const;
  void pop();

 private:
  struct Slot {
    uint8_t bytes[kBytesMax];
    uint16_t size;
    bool text;
  };

  std::unique_ptr<Slot[]> slots_;
  size_t first_ = 0;
  size_t count_ = 0;
};

}  // namespace sdr::rtc
