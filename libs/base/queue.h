// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"

// How values pass from one thread to another. What happens when the reader is slower than the writer is in the type's
// name: the latest only, reject, or drop the oldest. These and `frames` are the only places with explicit memory
// orders.

namespace sdr {

/// Latest only: the newest value, older ones are overwritten unseen; neither side ever waits. Three buffers: one being
/// written, one being read, one in between. Values are filled in place, so that pictures are never copied or allocated.
/// Thread: back() and publish() on the one writer, take() and front() on the one reader.
template <typename T>
class LatestSlot {
 public:
  /// The buffer that the writer fills; holds an old value.
  T& back() { return buffers_[back_]; }
  /// Makes the filled buffer the newest value. True where it replaced one that was never taken.
  bool publish() {
    const uint8_t previous = middle_.exchange(static_cast<uint8_t>(back_ | kFresh), std::memory_order_acq_rel);
    back_ = previous & kIndex;
    return (previous & kFresh) != 0;
  }

  /// Moves on to the newest value; false where there is none that was not taken before.
  bool take() {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  /// The value taken last.
  T& front() { return buffers_[front_]; }

  /// Before any thread uses the slot: the same preparation for each of the three buffers.
  template <typename Prepare>
  void prepare(Prepare prepare) {
    for (T& buffer : buffers_) prepare(buffer);
  }

 private:
  static constexpr uint8_t kIndex = 3, kFresh = 4;

  std::array<T, 3> buffers_{};
  alignas(64) std::atomic<uint8_t> middle_{1};
  alignas(64) uint8_t back_ = 0;
  alignas(64) uint8_t front_ = 2;
};

/// Reject: a first-in first-out queue between one writer and one reader without locks or allocation.
/// Thread: try_push() on the one writer, try_pop() on the one reader; size() is a snapshot for metrics.
template <typename T>
class SpscQueue {
 public:
  explicit SpscQueue(size_t capacity) : slots_(capacity + 1) { SDR_ASSERT_OP(capacity, >, 0u); }

  /// False, with the value untouched, when the queue is full.
  [[nodiscard]] bool try_push(T&& value) {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    const size_t next = advance(tail);
    if (next == head_.load(std::memory_order_acquire)) return false;
    slots_[tail] = std::move(value);
    tail_.store(next, std::memory_order_release);
    return true;
  }
  std::optional<T> try_pop() {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> value(std::move(slots_[head]));
    head_.store(advance(head), std::memory_order_release);
    return value;
  }
  size_t size() const {
    const size_t head = head_.load(std::memory_order_relaxed), tail = tail_.load(std::memory_order_relaxed);
    return tail >= head ? tail - head : tail + slots_.size() - head;
  }
  size_t capacity() const { return slots_.size() - 1; }

 private:
  size_t advance(size_t index) const { return index + 1 == slots_.size() ? 0 : index + 1; }

  std::vector<T> slots_;
  alignas(64) std::atomic<size_t> head_{0};
  alignas(64) std::atomic<size_t> tail_{0};
};

/// Drop oldest: any number of writers, newest values win. Takes a short lock, so it is for the edges (bus, logs), not
/// for the video path. Thread: any.
template <typename T>
class DropOldestQueue {
 public:
  explicit DropOldestQueue(size_t capacity) : capacity_(capacity) { SDR_ASSERT_OP(capacity, >, 0u); }

  /// True where an older value had to go.
  bool push(T value) {
    const std::lock_guard lock(mutex_);
    const bool full = values_.size() == capacity_;
    if (full) values_.pop_front();
    values_.push_back(std::move(value));
    return full;
  }
  std::optional<T> try_pop() {
    const std::lock_guard lock(mutex_);
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    return value;
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<T> values_;
};

}  // namespace sdr
