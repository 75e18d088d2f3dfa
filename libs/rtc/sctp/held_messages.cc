// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/held_messages.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {

void HeldMessages::push(std::span<const uint8_t> bytes, bool text) {
  SDR_ASSERT_OP(count_, <, kCapacity);
  SDR_ASSERT_OP(bytes.size(), <=, kBytesMax);
  if (!slots_) slots_ = std::make_unique<Slot[]>(kCapacity);
  Slot& slot = slots_[(first_ + count_) % kCapacity];
  std::copy(bytes.begin(), bytes.end(), slot.bytes);
  slot.size = static_cast<uint16_t>(bytes.size());
  slot.text = text;
  ++count_;
}

HeldMessages::Front HeldMessages::front() const {
  SDR_ASSERT_OP(count_, >, size_t{0});
  const Slot& slot = slots_[first_];
  return {{slot.bytes, slot.size}, slot.text};
}

void HeldMessages::pop() {
  SDR_ASSERT_OP(count_, >, size_t{0});
  first_ = (first_ + 1) % kCapacity;
  if (--count_ == 0) slots_.reset();
}

}  // namespace sdr::rtc
