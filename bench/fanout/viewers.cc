// SPDX-License-Identifier: Apache-2.0
#include "viewers.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "frames/frame_header.h"

namespace sdr::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kHandshake =
    "GET /stream/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

size_t ws_head_bytes(uint8_t marker) { return marker == 127 ? 10 : marker == 126 ? 4 : 2; }

/// Reads byte by byte, so that nothing behind the answer is taken.
bool read_answer(int fd) {
  std::string answer;
  char c = 0;
  while (answer.size() < 4096 && recv(fd, &c, 1, 0) == 1) {
    answer.push_back(c);
    if (answer.ends_with("\r\n\r\n")) return answer.starts_with("HTTP/1.1 101");
  }
  return false;
}

uint32_t arrival_time(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time;
    std::memcpy(&time, CMSG_DATA(c), sizeof time);
    return static_cast<uint32_t>(static_cast<uint64_t>(time.tv_sec) * 1'000'000 +
                                 static_cast<uint64_t>(time.tv_nsec) / 1000);
  }
  return static_cast<uint32_t>(realtime_us());
}

}  // namespace

Viewers::Viewers() : epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(256 * 1024) {}

Viewer* Viewers::open(uint16_t port) {
  const auto opened = Steady::now();
  auto socket = net::connect_tcp(net::Address::parse("127.0.0.1:" + std::to_string(port)).value());
  if (!socket) return nullptr;
  const int fd = socket.value().get();
  if (send(fd, kHandshake.data(), kHandshake.size(), MSG_NOSIGNAL) < 0 || !read_answer(fd)) return nullptr;
  Viewer* const viewer = adopt(std::move(socket.value()));
  viewer->opened = opened;
  return viewer;
}

Viewer* Viewers::adopt(FileDescriptor socket) {
  viewers_.push_back(std::make_unique<Viewer>());
  Viewer& viewer = *viewers_.back();
  viewer.socket = std::move(socket);
  viewer.opened = Steady::now();
  const int on = 1;
  setsockopt(viewer.socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &viewer}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewer.socket.get(), &event);
  return &viewer;
}

void Viewers::close(Viewer& viewer) {
  viewer.socket.reset();
  viewer.closed = true;
}

void Viewers::reset_totals() {
  totals_ = {};
  arrival_.clear();
  read_.clear();
}

void Viewers::run(std::chrono::milliseconds time) {
  const auto end = Steady::now() + time;
  std::array<epoll_event, 256> events;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now()).count();
    if (left <= 0) return;
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(left));
    for (int i = 0; i < count; ++i) read_some(*static_cast<Viewer*>(events[static_cast<size_t>(i)].data.ptr));
  }
}

bool Viewers::run_until_first_frame(const Viewer& viewer, std::chrono::milliseconds timeout) {
  const auto end = Steady::now() + timeout;
  while (viewer.frames == 0 && Steady::now() < end) run(std::chrono::milliseconds(1));
  return viewer.frames > 0;
}

void Viewers::read_some(Viewer& viewer) {
  if (viewer.closed) return;
  iovec space = {buffer_.data(), buffer_.size()};
  alignas(cmsghdr) std::array<char, 256> control;
  msghdr message{};
  message.msg_iov = &space;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = recvmsg(viewer.socket.get(), &message, MSG_DONTWAIT);
  if (got > 0) return take(viewer, buffer_.data(), static_cast<size_t>(got), arrival_time(message));
  if (got < 0 && errno == EAGAIN) return;
  ++totals_.closed;
  close(viewer);
}

void Viewers::take(Viewer& viewer, const uint8_t* bytes, size_t size, uint32_t arrived_us) {
  while (size > 0) {
    if (viewer.left == 0) {
      const size_t head = viewer.head_size < 2 ? 2 : ws_head_bytes(viewer.head[1]);
      viewer.head[viewer.head_size++] = *bytes++;
      --size;
      if (viewer.head_size >= 2 && viewer.head_size == std::max(head, ws_head_bytes(viewer.head[1])))
        finish_head(viewer);
      continue;
    }
    const size_t part = std::min<uint64_t>(size, viewer.left);
    const size_t kept = std::min(part, viewer.head.size() - viewer.head_size);
    std::memcpy(&viewer.head[viewer.head_size], bytes, kept);
    viewer.head_size += kept;
    viewer.left -= part;
    bytes += part;
    size -= part;
    if (viewer.left == 0) finish_message(viewer, arrived_us);
  }
}

void Viewers::finish_head(Viewer& viewer) {
  const uint8_t marker = viewer.head[1];
  uint64_t size = marker < 126 ? marker : 0;
  for (size_t i = 2; i < ws_head_bytes(marker); ++i) size = size << 8 | viewer.head[i];
  viewer.left = size;
  if (size == 0) viewer.head_size = 0;
}

void Viewers::finish_message(Viewer& viewer, uint32_t arrived_us) {
  const size_t body = ws_head_bytes(viewer.head[1]);
  const bool is_video = viewer.head[0] == 0x82 && viewer.head[body] == 0x01;
  viewer.head_size = 0;
  if (!is_video) return;
  const auto header = frames::parse_frame_header(std::span<const std::byte, frames::kFrameHeaderBytes>(
      reinterpret_cast<const std::byte*>(&viewer.head[body + 1]), frames::kFrameHeaderBytes));
  if (viewer.frames++ == 0) {
    viewer.first_is_keyframe = header.is_keyframe();
    viewer.first_frame_ms = std::chrono::duration<double, std::milli>(Steady::now() - viewer.opened).count();
  } else if (header.frame_seq > viewer.last_seq + 1) {
    totals_.lost += header.frame_seq - viewer.last_seq - 1;
  }
  viewer.last_seq = header.frame_seq;
  ++totals_.frames;
  arrival_.add(static_cast<int32_t>(arrived_us - header.capture_us));
  read_.add(static_cast<int32_t>(static_cast<uint32_t>(realtime_us()) - header.capture_us));
}

}  // namespace sdr::bench
