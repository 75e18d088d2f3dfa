// SPDX-License-Identifier: Apache-2.0
#include "bench/common/stamped_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <ctime>

#include "base/clock.h"

namespace sdr::bench {
namespace {

template <typename Value>
Value value_of(const cmsghdr& message) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(&message), sizeof value);
  return value;
}

}  // namespace

void stamp_arrivals(int fd) {
  const int on = 1;
  (void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

Arrival receive(int fd, std::span<uint8_t> memory, int flags) {
  iovec space = {memory.data(), memory.size()};
  alignas(cmsghdr) std::array<char, 256> control;
  msghdr message{};
  message.msg_iov = &space;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Arrival arrival;
  arrival.bytes = recvmsg(fd, &message, flags);
  if (arrival.bytes <= 0) return arrival;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      const auto time = value_of<timespec>(*c);
      arrival.us = static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      arrival.overflows = value_of<uint32_t>(*c);
    } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      arrival.segment_bytes = static_cast<size_t>(value_of<int>(*c));
    }
  }
  if (arrival.us == 0) arrival.us = realtime_us();
  return arrival;
}

}  // namespace sdr::bench
