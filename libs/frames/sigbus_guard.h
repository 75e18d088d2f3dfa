// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// Another process may truncate a ring's file at any time, and touching a mapped page that has lost its file raises
// SIGBUS, which would end a transport because of one broken camera. No check before an access can exclude it, so the
// process's SIGBUS handler replaces the lost pages of registered mappings by zero pages and remembers that it did; the
// access then reads zeros (or writes to nowhere), fails the usual checks, and the owner finds `damaged()` set. Signals
// for other addresses go to the handler that was there before.
//
// Thread: any. Bounds: kSlots mappings at a time in one process; one more is left unguarded, and `active()` says so.

namespace sdr::frames {

class SigbusGuard {
 public:
  static constexpr std::size_t kSlots = 128;

  SigbusGuard() = default;
  /// Guards [begin, begin + bytes), a mapping of whole pages that outlives this object.
  SigbusGuard(std::byte* begin, std::size_t bytes, bool writable);
  ~SigbusGuard();
  SigbusGuard(SigbusGuard&& other) noexcept;
  SigbusGuard& operator=(SigbusGuard&& other) noexcept;

  bool active() const { return slot_ >= 0; }

  /// True once pages of the mapping were lost; it stays so.
  bool damaged() const;

 private:
  int slot_ = -1;
};

}  // namespace sdr::frames
