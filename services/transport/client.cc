// SPDX-License-Identifier: Apache-2.0
#include "transport/client.h"

namespace sdr::transport {

Client::Client(EventLoop& loop, net::Stream stream, std::string id, bool loopback)
    : Commander(std::move(id), loopback), loop_(loop), stream_(std::move(stream)), seen_at_(loop.now()) {}

Client::~Client() {
  if (watched_) loop_.unwatch(stream_.fd());
}

void Client::start(EventLoop::FdCallback on_ready) {
  loop_.watch(stream_.fd(), blocked_ ? EPOLLIN | EPOLLOUT : EPOLLIN, std::move(on_ready));
  watched_ = true;
}

void Client::send_video(const MessageRef& message, uint32_t bytes) { note(queue_.send_video(stream_, message, bytes)); }

bool Client::send_other(MessageRef message) {
  if (!queue_.push_other(std::move(message))) return false;
  if (!blocked_) flush();
  return true;
}

void Client::flush() { note(queue_.flush(stream_)); }

void Client::note(SendQueue::State state) {
  if (state == SendQueue::State::kBroken) broken_ = true;
  const bool blocked = state == SendQueue::State::kBlocked;
  if (blocked == blocked_) return;
  blocked_ = blocked;
  if (watched_) loop_.modify(stream_.fd(), blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

std::optional<Time> Client::stuck_since(Time now) {
  if (queue_.drained() || queue_.bytes_sent() != seen_bytes_) {
    seen_bytes_ = queue_.bytes_sent();
    seen_at_ = now;
    return std::nullopt;
  }
  return seen_at_;
}

}  // namespace sdr::transport
