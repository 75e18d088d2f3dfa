// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

// Bytes that are ready for the wire: one whole WebSocket message or several in a row, made once and then written to any
// number of sockets. Clients hold references, so nothing is copied per client, and the bytes go back to where they came
// from when the last client has sent them.
//
// Thread: references are counted without atomics and belong to the loop's thread alone. Whoever makes a message on
// another thread hands the bare pointer over through a queue, and the loop takes the first reference.

namespace sdr::transport {

class Message {
 public:
  const uint8_t* data = nullptr;
  uint32_t size = 0;
  // Where the same bytes lie in a memory file, so that sockets can take its pages instead of copying; -1: nowhere.
  int file = -1;
  int64_t file_offset = 0;
  uint64_t born_us = 0;  // monotonic: when what it tells was new here

 protected:
  ~Message() = default;

 private:
  friend class MessageRef;
  /// Nobody refers to it any more.
  virtual void recycle() = 0;

  uint32_t references_ = 0;
};

class MessageRef {
 public:
  MessageRef() = default;
  explicit MessageRef(Message* message) : message_(message) {
    if (message_ != nullptr) ++message_->references_;
  }
  MessageRef(const MessageRef& other) : MessageRef(other.message_) {}
  MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef& operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() { reset(); }

  void reset() {
    if (Message* message = std::exchange(message_, nullptr); message != nullptr && --message->references_ == 0) {
      message->recycle();
    }
  }
  explicit operator bool() const { return message_ != nullptr; }
  const Message* operator->() const { return message_; }
  const Message& operator*() const { return *message_; }
  const Message* get() const { return message_; }

 private:
  Message* message_ = nullptr;
};

}  // namespace sdr::transport
