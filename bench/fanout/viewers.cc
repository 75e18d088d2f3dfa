// SPDX-License-Identifier: Apache-2.0
#include "viewers.h"

#include <sys/epoll.h>

#include <array>

namespace sdr::bench {

using Steady = std::chrono::steady_clock;

Viewers::Viewers() : epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(256 * 1024) {}

WsViewer* Viewers::open(uint16_t port) {
  auto viewer = std::make_unique<WsViewer>(figures_);
  return viewer->open(port) ? keep(std::move(viewer)) : nullptr;
}

void Viewers::adopt(FileDescriptor socket) {
  auto viewer = std::make_unique<WsViewer>(figures_);
  viewer->adopt(std::move(socket));
  keep(std::move(viewer));
}

WsViewer* Viewers::keep(std::unique_ptr<WsViewer> viewer) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = viewer.get()}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewer->fd(), &event);
  viewers_.push_back(std::move(viewer));
  return viewers_.back().get();
}

void Viewers::run(std::chrono::milliseconds time) {
  const auto end = Steady::now() + time;
  std::array<epoll_event, 256> events;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now()).count();
    if (left <= 0) return;
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(left));
    for (int i = 0; i < count; ++i) {
      auto& viewer = *static_cast<WsViewer*>(events[static_cast<size_t>(i)].data.ptr);
      viewer.read(buffer_);
      if (viewer.closed()) viewer.close();
    }
  }
}

bool Viewers::run_until_first_frame(const WsViewer& viewer, std::chrono::milliseconds timeout) {
  const auto end = Steady::now() + timeout;
  while (viewer.frames() == 0 && Steady::now() < end) run(std::chrono::milliseconds(1));
  return viewer.frames() > 0;
}

}  // namespace sdr::bench
