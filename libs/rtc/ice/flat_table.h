// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/assert.h"

// A hash table that is made once with room for all it will ever hold, for look-ups on the path of each datagram: open
// addressing in one array at most half full, so that a hit or a miss costs one cache line as a rule, nothing is
// allocated after construction, and a full table refuses instead of growing.
//
// `Hash` is a function object Key -> uint64_t whose low bits are evenly spread; with keys that strangers choose, give
// it a secret seed. Entries that are erased leave no marks behind (those after them move up), so that a table that
// comes and goes for weeks stays as fast as a new one.
//
// Thread: one at a time.

namespace sdr::rtc {

template <typename Key, typename Value, typename Hash>
class FlatTable {
 public:
  explicit FlatTable(size_t capacity, Hash hash = Hash()) : capacity_(capacity), hash_(hash) {
    SDR_ASSERT(capacity > 0, "a table for nothing");
    size_t slots = 2;
    while (slots < 2 * capacity) slots *= 2;
    slots_.resize(slots);
  }

  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }

  /// Null where the key is not there. The pointer holds until the next change.
  const Value* find(const Key& key) const {
    const size_t slot = slot_of(key);
    return slots_[slot] ? &slots_[slot]->value : nullptr;
  }

  /// Sets the key's value. False, and nothing changed, where the key is new and the table full.
  bool insert(const Key& key, const Value& value) {
    const size_t slot = slot_of(key);
    if (!slots_[slot]) {
      if (size_ == capacity_) return false;
      ++size_;
    }
    slots_[slot] = Entry{key, value};
    return true;
  }

  /// False where the key was not there.
  bool erase(const Key& key) {
    size_t hole = slot_of(key);
    if (!slots_[hole]) return false;
    --size_;
    for (size_t next = after(hole); slots_[next]; next = after(next)) {
      const size_t home = hash_(slots_[next]->key) & mask();
      // The entry may fill the hole unless its home lies behind the hole, on the way to where it stands.
      if (((next - home) & mask()) < ((next - hole) & mask())) continue;
      slots_[hole] = slots_[next];
      hole = next;
    }
    slots_[hole].reset();
    return true;
  }

 private:
  struct Entry {
    Key key;
    Value value;
  };

  size_t mask() const { return slots_.size() - 1; }
  size_t after(size_t slot) const { return (slot + 1) & mask(); }
  /// Where the key stands, or the free slot where it would.
  size_t slot_of(const Key& key) const {
    size_t slot = hash_(key) & mask();
    while (slots_[slot] && !(slots_[slot]->key == key)) slot = after(slot);
    return slot;
  }

  size_t capacity_;
  Hash hash_;
  std::vector<std::optional<Entry>> slots_;
  size_t size_ = 0;
};

}  // namespace sdr::rtc
