// SPDX-License-Identifier: Apache-2.0
#include "bench/common/ws_viewer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/clock.h"
#include "bench/common/http.h"
#include "bench/common/stamped_socket.h"
#include "frames/frame_header.h"
#include "net/socket.h"

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

}  // namespace

bool WsViewer::open(uint16_t port) {
  const auto opened = Steady::now();
  auto socket = net::connect_tcp(net::Address::parse("127.0.0.1:" + std::to_string(port)).value());
  if (!socket) return false;
  const int fd = socket.value().get();
  limit_patience(fd);
  if (send(fd, kHandshake.data(), kHandshake.size(), MSG_NOSIGNAL) < 0 || !read_answer(fd)) return false;
  adopt(std::move(socket.value()));
  opened_ = opened;
  return true;
}

void WsViewer::adopt(FileDescriptor socket) {
  socket_ = std::move(socket);
  opened_ = Steady::now();
  stamp_arrivals(socket_.get());
}

void WsViewer::close() {
  socket_.reset();
  closed_ = true;
}

void WsViewer::read(std::span<uint8_t> buffer) {
  if (closed_) return;
  const Arrival arrival = receive(socket_.get(), buffer, MSG_DONTWAIT);
  if (arrival.bytes > 0)
    return take(buffer.data(), static_cast<size_t>(arrival.bytes), static_cast<uint32_t>(arrival.us));
  if (arrival.bytes < 0 && errno == EAGAIN) return;
  ++figures_.totals.closed;
  closed_ = true;
}

void WsViewer::take(const uint8_t* bytes, size_t size, uint32_t arrived_us) {
  while (size > 0) {
    if (left_ == 0) {
      const size_t head = head_size_ < 2 ? 2 : ws_head_bytes(head_[1]);
      head_[head_size_++] = *bytes++;
      --size;
      if (head_size_ >= 2 && head_size_ == std::max(head, ws_head_bytes(head_[1]))) finish_head();
      continue;
    }
    const size_t part = std::min<uint64_t>(size, left_);
    const size_t kept = std::min(part, head_.size() - head_size_);
    std::memcpy(&head_[head_size_], bytes, kept);
    head_size_ += kept;
    left_ -= part;
    bytes += part;
    size -= part;
    if (left_ == 0) finish_message(arrived_us);
  }
}

void WsViewer::finish_head() {
  const uint8_t marker = head_[1];
  uint64_t size = marker < 126 ? marker : 0;
  for (size_t i = 2; i < ws_head_bytes(marker); ++i) size = size << 8 | head_[i];
  left_ = size;
  if (size == 0) head_size_ = 0;
}

void WsViewer::finish_message(uint32_t arrived_us) {
  const size_t body = ws_head_bytes(head_[1]);
  const bool is_video = head_[0] == 0x82 && head_[body] == 0x01;
  head_size_ = 0;
  if (!is_video) return;
  const auto header = frames::parse_frame_header(std::span<const std::byte, frames::kFrameHeaderBytes>(
      reinterpret_cast<const std::byte*>(&head_[body + 1]), frames::kFrameHeaderBytes));
  if (frames_++ == 0) {
    first_is_keyframe_ = header.is_keyframe();
    first_frame_ms_ = std::chrono::duration<double, std::milli>(Steady::now() - opened_).count();
  } else if (header.frame_seq > last_seq_ + 1) {
    figures_.totals.lost += header.frame_seq - last_seq_ - 1;
  }
  last_seq_ = header.frame_seq;
  ++figures_.totals.frames;
  figures_.arrival.add(static_cast<int32_t>(arrived_us - header.capture_us));
  figures_.read.add(static_cast<int32_t>(static_cast<uint32_t>(realtime_us()) - header.capture_us));
}

}  // namespace sdr::bench
