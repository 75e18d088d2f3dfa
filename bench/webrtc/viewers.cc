// SPDX-License-Identifier: Apache-2.0
#include "viewers.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace sdr::bench {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

}  // namespace

RtcViewers::RtcViewers(bool data) : epoll_(epoll_create1(EPOLL_CLOEXEC)), dtls_(rtc::DtlsContext::create().value()) {
  if (data) sctp_.emplace(Steady::now());
}

RtcViewers::~RtcViewers() { viewers_.clear(); }

bool RtcViewers::open(uint16_t http_port) {
  auto viewer = std::make_unique<RtcViewer>(
      RtcViewer::Options{
          .dtls = dtls_, .sctp = sctp_ ? &*sctp_ : nullptr, .seed = static_cast<uint32_t>(viewers_.size() + 1)},
      totals_, arrival_);
  if (!viewer->open(http_port)) return false;
  epoll_event event{.events = EPOLLIN, .data = {.ptr = viewer.get()}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewer->fd(), &event);
  viewers_.push_back(std::move(viewer));
  return true;
}

bool RtcViewers::open_all(uint16_t http_port, size_t count) {
  while (viewers_.size() < count) {
    if (!open(http_port)) return false;
    run(milliseconds(viewers_.size() % 4 == 0 ? 20 : 1));
  }
  for (const auto end = Steady::now() + std::chrono::minutes(1); Steady::now() < end;) {
    run(milliseconds(100));
    if (std::all_of(viewers_.begin(), viewers_.end(), [](const auto& viewer) { return viewer->sees(); })) return true;
  }
  return false;
}

// Never asleep, as the limit's receivers: a network card takes what is sent without being woken, and a wake-up costs
// who sends more than the datagram does.
void RtcViewers::run(milliseconds time) {
  const auto end = Steady::now() + time;
  std::array<epoll_event, 256> events;
  while (true) {
    const auto now = Steady::now();
    if (now >= end) return;
    if (now >= next_look_) let_time_pass();
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) static_cast<RtcViewer*>(events[static_cast<size_t>(i)].data.ptr)->read();
  }
}

void RtcViewers::let_time_pass() {
  const Time now = Steady::now();
  if (sctp_ && sctp_->next_time() && *sctp_->next_time() <= now) sctp_->on_time(now);
  for (const auto& viewer : viewers_) {
    if (viewer->next_time() <= now) viewer->on_time(now);
  }
  next_look_ = now + milliseconds(25);
}

void RtcViewers::reset_totals() {
  totals_ = {};
  arrival_.clear();
}

size_t RtcViewers::ended() const {
  return static_cast<size_t>(
      std::count_if(viewers_.begin(), viewers_.end(), [](const auto& viewer) { return !viewer->ended().empty(); }));
}

}  // namespace sdr::bench
