// SPDX-License-Identifier: Apache-2.0
#include "transport/send_queue.h"

#include <sys/sendfile.h>

#include <cerrno>

#include "base/assert.h"

namespace sdr::transport {
namespace {

// Below this, copying a message into the socket is cheaper than passing its pages.
constexpr uint32_t kSendfileLeast = 4096;

// Under TLS every viewer's bytes are its own: they are read where they lie and encrypted into the session's record. A
// record that the socket took in part is offered again from the same offset, as TlsSession wants it.
ssize_t write_some(net::Stream& stream, const Message& message, uint32_t offset, uint32_t size) {
  if (message.file >= 0 && size >= kSendfileLeast && !stream.encrypted()) {
    off_t at = message.file_offset + offset;
    return sendfile(stream.fd(), message.file, &at, size);
  }
  return stream.write(message.data + offset, size);
}

}  // namespace

SendQueue::State SendQueue::send_video(net::Stream& stream, const MessageRef& message, uint32_t bytes) {
  if (!drained()) {
    SDR_ASSERT(video_.push({message, bytes}), "a full queue is dropped before it is pushed to");
    return State::kBlocked;
  }
  // The usual case by far: the socket is idle and takes the whole frame, and no reference has to be counted.
  const ssize_t sent = write_some(stream, *message, 0, bytes);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return State::kBroken;
  const auto done = static_cast<uint32_t>(sent < 0 ? 0 : sent);
  bytes_sent_ += done;
  if (done == bytes) return State::kDrained;
  current_ = {message, bytes};
  offset_ = done;
  return write_current(stream);
}

bool SendQueue::push_other(MessageRef message) { return other_.push(std::move(message)); }

SendQueue::State SendQueue::write_current(net::Stream& stream) {
  while (offset_ < current_.end) {
    const ssize_t sent = write_some(stream, *current_.message, offset_, current_.end - offset_);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? State::kBlocked : State::kBroken;
    if (sent == 0) return State::kBlocked;
    offset_ += static_cast<uint32_t>(sent);
    bytes_sent_ += static_cast<uint64_t>(sent);
  }
  current_ = {};
  offset_ = 0;
  return State::kDrained;
}

SendQueue::State SendQueue::flush(net::Stream& stream) {
  while (true) {
    if (current_.message) {
      if (const State state = write_current(stream); state != State::kDrained) return state;
    }
    if (!other_.empty()) {
      current_.message = other_.pop();
      current_.end = current_.message->size;
    } else if (!video_.empty()) {
      current_ = video_.pop();
    } else {
      return State::kDrained;
    }
  }
}

size_t SendQueue::drop_video() {
  const size_t count = video_.size();
  while (!video_.empty()) video_.pop();
  return count;
}

}  // namespace sdr::transport
