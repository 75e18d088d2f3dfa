// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sdr::net {
namespace {

constexpr size_t kRecord = 16 * 1024;  // RFC 8446 5.1: the most that goes into one

}  // namespace

// A TLS connection begins with a record of type 22 (RFC 8446 5.1), HTTP with a word in capitals (RFC 9110 9.1).
bool Stream::begins_in_clear() {
  char first = 0;
  return recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first >= 'A' && first <= 'Z';
}

ssize_t Stream::read(std::span<char> into) {
  if (tls_ != nullptr && !begun_) {
    begun_ = true;  // asked when something has arrived
    if (begins_in_clear()) {
      tls_.reset();
      in_clear_by_mistake_ = true;
    }
  }
  if (tls_ != nullptr) return tls_->read(into);
  return recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
}

ssize_t Stream::write(std::span<const char> first, std::span<const char> second) {
  if (tls_ != nullptr) {
    // One record for both: a small answer is one segment.
    std::array<char, kRecord> record;
    const size_t head = std::min(first.size(), record.size());
    const size_t tail = std::min(second.size(), record.size() - head);
    if (head > 0) std::memcpy(record.data(), first.data(), head);
    if (tail > 0) std::memcpy(record.data() + head, second.data(), tail);
    return tls_->write({record.data(), head + tail});
  }
  std::array<iovec, 2> parts = {
      {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Stream::end_writing() {
  if (tls_ != nullptr) tls_->end_writing();
  shutdown(socket_.get(), SHUT_WR);
}

}  // namespace sdr::net
