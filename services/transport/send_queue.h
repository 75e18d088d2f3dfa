// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "net/stream.h"
#include "transport/message.h"

// What one client's socket still has to take: the message that is half written, then what is urgent (events, answers,
// telemetry), then video. It holds references, so a thousand clients behind share the same frames.
//
// Thread: the loop's. Bounds: 64 frames and 64 other messages; pushing more is refused and the caller decides. Never
// allocates. Errors: a socket that is broken says so once, and its owner closes it.

namespace sdr::transport {

/// A queue in a fixed array.
template <typename T, size_t kCapacity>
class FixedRing {
 public:
  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == kCapacity; }
  size_t size() const { return count_; }
  T& front() { return slots_[first_]; }
  const T& front() const { return slots_[first_]; }
  bool push(T value) {
    if (full()) return false;
    slots_[(first_ + count_++) % kCapacity] = std::move(value);
    return true;
  }
  T pop() {
    T value = std::exchange(slots_[first_], T());
    first_ = static_cast<uint16_t>((first_ + 1) % kCapacity);
    --count_;
    return value;
  }

 private:
  std::array<T, kCapacity> slots_{};
  uint16_t first_ = 0, count_ = 0;
};

class SendQueue {
 public:
  static constexpr size_t kVideoMax = 64, kOtherMax = 64;
  enum class State { kDrained, kBlocked, kBroken };

  /// Writes the first `bytes` of the message at once where nothing is before it, else queues it as video. kBlocked also
  /// where it was queued only; refuses nothing: the caller has asked video_full().
  State send_video(net::Stream& stream, const MessageRef& message, uint32_t bytes);
  /// Queues what goes before video; false where there is no room.
  [[nodiscard]] bool push_other(MessageRef message);
  /// Writes until everything is gone or the socket takes no more.
  State flush(net::Stream& stream);

  bool video_full() const { return video_.full(); }
  size_t video_count() const { return video_.size(); }
  /// When the oldest waiting frame was new; 0 where none waits.
  uint64_t oldest_video_us() const { return video_.empty() ? 0 : video_.front().message->born_us; }
  /// Forgets the frames that wait, save one that is half written. Gives how many.
  size_t drop_video();
  bool drained() const { return !current_.message && other_.empty() && video_.empty(); }
  /// Bytes ever taken by the socket: standing still while not drained means that nobody reads.
  uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  struct Item {
    MessageRef message;
    uint32_t end = 0;  // of its bytes, as many are sent
  };

  State write_current(net::Stream& stream);

  Item current_;
  uint32_t offset_ = 0;
  uint64_t bytes_sent_ = 0;
  FixedRing<MessageRef, kOtherMax> other_;
  FixedRing<Item, kVideoMax> video_;
};

}  // namespace sdr::transport
