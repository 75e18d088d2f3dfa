// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/media_loop.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace sdr::transport {

// The same socket by another descriptor, since a loop watches each descriptor for one purpose.
MediaLoop::MediaLoop(EventLoop& loop, int socket, MediaMetrics& metrics, MediaEvents& events)
    : loop_(loop),
      events_(events),
      socket_(fcntl(socket, F_DUPFD_CLOEXEC, 0)),
      shard_(socket_.get(), metrics, events),
      next_slice_(loop, [this] { flush(); }) {
  SDR_ASSERT(socket_, std::strerror(errno));
}

MediaLoop::~MediaLoop() {
  if (waits_) loop_.unwatch(socket_.get());
  loop_.cancel(timer_);
}

void MediaLoop::flush() {
  switch (shard_.run(loop_.now())) {
    case MediaShard::Round::kMore:
      return next_slice_.notify();
    case MediaShard::Round::kDone:
      return arm();
    case MediaShard::Round::kBlocked:
      break;
  }
  if (std::exchange(waits_, true)) return;
  loop_.watch(socket_.get(), EPOLLOUT, [this](uint32_t) {
    waits_ = false;
    loop_.unwatch(socket_.get());
    shard_.on_writable();
    flush();
  });
}

void MediaLoop::on_timer() {
  timer_ = EventLoop::TimerId::none;
  shard_.on_time(loop_.now());
  flush();
}

void MediaLoop::arm() {
  const Time next = shard_.next_time();
  if (timer_ != EventLoop::TimerId::none) {
    if (armed_for_ <= next) return;  // it looks again when it fires
    loop_.cancel(timer_);
    timer_ = EventLoop::TimerId::none;
  }
  if (next == Time::max()) return;
  armed_for_ = next;
  timer_ = loop_.after(std::max(next - loop_.now(), Duration::zero()), [this] { on_timer(); });
}

}  // namespace sdr::transport
