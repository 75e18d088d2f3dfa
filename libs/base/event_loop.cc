// SPDX-License-Identifier: Apache-2.0
#include "base/event_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace sdr {
namespace {

constexpr size_t kEventsPerTurn = 512;
constexpr size_t kPostedMax = 1024;

void drain(int fd) {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = ::read(fd, &count, sizeof count);  // empty is fine: it was a spurious wake-up
}

void raise_event(int fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(fd, &one, sizeof one);  // a full counter wakes as well
}

int wait_for_events(int epoll, epoll_event* events, int capacity, Duration timeout) {
  using std::chrono::seconds, std::chrono::duration_cast;
  const auto whole = duration_cast<seconds>(timeout);
  const timespec spec{whole.count(), (timeout - whole).count()};
  const int count = ::epoll_pwait2(epoll, events, capacity, &spec, nullptr);
  if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();  // kernels before 5.11
  return ::epoll_wait(epoll, events, capacity, static_cast<int>(ms));
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      events_(kEventsPerTurn),
      now_(std::chrono::steady_clock::now()) {
  SDR_ASSERT(epoll_ && wake_fd_, std::strerror(errno));
  posted_.reserve(kPostedMax);
  running_posted_.reserve(kPostedMax);
  watch(wake_fd_.get(), EPOLLIN, [this](uint32_t) { drain(wake_fd_.get()); });
}

void EventLoop::watch(int fd, uint32_t epoll_events, FdCallback callback) {
  SDR_ASSERT_OP(fd, >=, 0);
  const auto index = static_cast<size_t>(fd);
  if (index >= watches_.size()) watches_.resize(std::max(index + 1, watches_.size() * 2));
  Watch& watch = watches_[index];
  SDR_ASSERT(!watch.active, "descriptor watched twice: " + std::to_string(fd));
  ++watch.generation;
  watch.active = true;
  watch.callback = std::move(callback);
  epoll_event event{.events = epoll_events, .data = {.u64 = uint64_t{watch.generation} << 32 | index}};
  SDR_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0, std::strerror(errno));
}

void EventLoop::modify(int fd, uint32_t epoll_events) {
  const auto index = static_cast<size_t>(fd);
  SDR_ASSERT(index < watches_.size() && watches_[index].active, "descriptor is not watched: " + std::to_string(fd));
  epoll_event event{.events = epoll_events, .data = {.u64 = uint64_t{watches_[index].generation} << 32 | index}};
  SDR_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0, std::strerror(errno));
}

void EventLoop::unwatch(int fd) {
  const auto index = static_cast<size_t>(fd);
  SDR_ASSERT(index < watches_.size() && watches_[index].active, "descriptor is not watched: " + std::to_string(fd));
  SDR_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) == 0, std::strerror(errno));
  watches_[index].active = false;  // its callback may be running: dispatch() puts it away
}

EventLoop::TimerId EventLoop::after(Duration delay, Callback callback) {
  return add_timer(delay, Duration::zero(), std::move(callback));
}

EventLoop::TimerId EventLoop::every(Duration interval, Callback callback) {
  SDR_ASSERT_OP(interval.count(), >, 0);
  return add_timer(interval, interval, std::move(callback));
}

EventLoop::TimerId EventLoop::add_timer(Duration delay, Duration interval, Callback callback) {
  uint32_t index;
  if (free_timers_.empty()) {
    index = static_cast<uint32_t>(timers_.size());
    timers_.emplace_back();
  } else {
    index = free_timers_.back();
    free_timers_.pop_back();
  }
  Timer& timer = timers_[index];
  ++timer.generation;
  timer.active = true;
  timer.interval = interval;
  timer.callback = std::move(callback);
  push_deadline({std::chrono::steady_clock::now() + delay, index, timer.generation});
  return static_cast<TimerId>(uint64_t{timer.generation} << 32 | index);
}

void EventLoop::cancel(TimerId id) {
  const auto value = static_cast<uint64_t>(id);
  const auto index = static_cast<uint32_t>(value);
  if (id == TimerId::none || index >= timers_.size()) return;
  Timer& timer = timers_[index];
  if (!timer.active || timer.generation != static_cast<uint32_t>(value >> 32)) return;
  timer.active = false;
  free_timers_.push_back(index);
  drop_stale_deadlines();
}

void EventLoop::push_deadline(Deadline deadline) {
  deadlines_.push_back(deadline);
  std::push_heap(deadlines_.begin(), deadlines_.end());
}

// Keeps the heap bounded by the timers in use even where timers are set and cancelled all the time.
void EventLoop::drop_stale_deadlines() {
  if (deadlines_.size() < 64 || deadlines_.size() < 2 * (timers_.size() - free_timers_.size())) return;
  std::erase_if(deadlines_, [this](const Deadline& d) {
    return !timers_[d.index].active || timers_[d.index].generation != d.generation;
  });
  std::make_heap(deadlines_.begin(), deadlines_.end());
}

bool EventLoop::post(Callback callback) {
  {
    const std::lock_guard lock(posted_mutex_);
    if (stopping_.load() || posted_.size() >= kPostedMax) return false;
    posted_.push_back(std::move(callback));
  }
  wake();
  return true;
}

void EventLoop::run() {
  while (!stopping_.load()) run_once(std::chrono::hours(1));
  run_posted();
}

void EventLoop::run_once(Duration timeout) {
  const int count =
      wait_for_events(epoll_.get(), events_.data(), static_cast<int>(events_.size()), until_next_timer(timeout));
  SDR_ASSERT(count >= 0 || errno == EINTR, std::strerror(errno));
  now_ = std::chrono::steady_clock::now();
  last_turn_us_.store(to_us(now_));
  for (int i = 0; i < count; ++i) dispatch(events_[static_cast<size_t>(i)]);
  run_timers();
  run_posted();
}

void EventLoop::dispatch(const epoll_event& event) {
  const auto index = static_cast<size_t>(event.data.u64 & 0xffffffff);
  const auto generation = static_cast<uint32_t>(event.data.u64 >> 32);
  if (!watches_[index].active || watches_[index].generation != generation) return;
  // Taken out while it runs, since it may watch further descriptors (and move the table) or unwatch its own.
  FdCallback callback = std::move(watches_[index].callback);
  callback(event.events);
  if (watches_[index].active && watches_[index].generation == generation) {
    watches_[index].callback = std::move(callback);
  }
}

Duration EventLoop::until_next_timer(Duration limit) {
  while (!deadlines_.empty()) {
    const Deadline& next = deadlines_.front();
    const Timer& timer = timers_[next.index];
    if (timer.active && timer.generation == next.generation) {
      return std::clamp<Duration>(next.when - std::chrono::steady_clock::now(), Duration::zero(), limit);
    }
    std::pop_heap(deadlines_.begin(), deadlines_.end());
    deadlines_.pop_back();
  }
  return limit;
}

void EventLoop::run_timers() {
  while (!deadlines_.empty() && deadlines_.front().when <= now_) {
    const Deadline due = deadlines_.front();
    std::pop_heap(deadlines_.begin(), deadlines_.end());
    deadlines_.pop_back();
    if (!timers_[due.index].active || timers_[due.index].generation != due.generation) continue;
    Callback callback = std::move(timers_[due.index].callback);
    callback();
    Timer& timer = timers_[due.index];  // the callback may have moved the table or cancelled the timer
    if (!timer.active || timer.generation != due.generation) continue;
    if (timer.interval == Duration::zero()) {
      timer.active = false;
      free_timers_.push_back(due.index);
    } else {
      timer.callback = std::move(callback);
      const Time next = due.when + timer.interval;
      push_deadline({next > now_ ? next : now_ + timer.interval, due.index, due.generation});
    }
  }
}

void EventLoop::run_posted() {
  {
    const std::lock_guard lock(posted_mutex_);
    running_posted_.swap(posted_);
  }
  for (Callback& callback : running_posted_) callback();
  running_posted_.clear();
}

void EventLoop::stop() {
  stopping_.store(true);
  wake();
}

void EventLoop::wake() { raise_event(wake_fd_.get()); }

Notifier::Notifier(EventLoop& loop, EventLoop::Callback callback)
    : loop_(loop), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SDR_ASSERT(fd_, std::strerror(errno));
  loop_.watch(fd_.get(), EPOLLIN, [this, callback = std::move(callback)](uint32_t) {
    drain(fd_.get());
    callback();
  });
}

Notifier::~Notifier() { loop_.unwatch(fd_.get()); }

void Notifier::notify() { raise_event(fd_.get()); }

}  // namespace sdr
