// SPDX-License-Identifier: Apache-2.0
#include "bus/nats_connection.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/scheduling.h"
#include "base/service.h"

namespace sdr::bus {
namespace {

using namespace std::chrono_literals;

// A server that stands still is noticed within 3 s. Two answers must be missed, one right after the other: a process
// that was stopped itself finds the first one late when it goes on.
constexpr std::chrono::milliseconds kPingInterval = 1s, kPingTimeout = 950ms;
constexpr int kPingsMissed = 2;
constexpr std::chrono::milliseconds kRetryFirst = 50ms, kRetryLast = 2s;

}  // namespace

struct NatsConnection::Impl final : NatsLinkEvents {
  explicit Impl(EventLoop& event_loop) : loop(event_loop), wake_loop(loop, [this] { on_loop(); }) {}

  // --- NatsLinkEvents: any thread ---
  void on_lost(std::string_view why) override;
  void on_error(std::string_view text) override { events->on_error(text); }
  void on_write_wanted() override { wake_loop.notify(); }

  // --- the loop ---
  void on_loop();
  void follow(std::shared_ptr<NatsLink> next);
  void read();

  // --- the keeper ---
  void keep();
  void put_into_use(std::shared_ptr<NatsLink> connected);
  void watch_over();
  /// False where it is to end.
  template <typename Condition>
  bool wait(std::chrono::milliseconds at_most, Condition condition);

  // --- any thread ---
  std::shared_ptr<NatsLink> present() const;
  void take_out_of_use();
  void set_reason(std::string_view text);

  EventLoop& loop;
  NatsOptions wanted;
  NatsEvents* events = nullptr;
  std::atomic<Link> state{Link::down};
  std::shared_ptr<NatsLink> followed;  // the loop's: the one whose socket is watched

  mutable std::mutex mutex;
  std::shared_ptr<NatsLink> link;
  std::map<uint64_t, std::string> subjects;  // by subscription

  mutable std::mutex keeper_mutex;
  std::condition_variable wake;
  bool ending = false, lost = false;
  std::string reason;
  std::thread keeper;
  Notifier wake_loop;
};

void NatsConnection::Impl::on_lost(std::string_view why) {
  state.store(Link::down);
  {
    const std::lock_guard lock(keeper_mutex);
    lost = true;
    if (!why.empty()) reason = why;
  }
  wake.notify_all();
  events->on_state_change();
}

std::shared_ptr<NatsLink> NatsConnection::Impl::present() const {
  const std::lock_guard lock(mutex);
  return link;
}

void NatsConnection::Impl::on_loop() {
  follow(present());
  if (followed) followed->write();
}

void NatsConnection::Impl::follow(std::shared_ptr<NatsLink> next) {
  if (next == followed) return;
  if (followed) loop.unwatch(followed->fd());
  followed = std::move(next);
  if (followed) loop.watch(followed->fd(), EPOLLIN, [this](uint32_t) { read(); });
}

void NatsConnection::Impl::read() {
  const bool more = followed->read([this](uint64_t id, std::string_view subject, std::string_view payload) {
    events->on_message(id, subject, payload);
  });
  if (!more) follow(nullptr);
  events->on_messages_end();
}

void NatsConnection::Impl::keep() {
  name_thread("bus");
  // Nobody waits for the keeper. The library's threads, which free its messages, begin here and inherit it.
  ask_for_long_turns();
  std::chrono::milliseconds delay = kRetryFirst;
  while (true) {
    {
      const std::lock_guard lock(keeper_mutex);
      if (ending) return;
      lost = false;
    }
    if (auto connected = NatsLink::connect(wanted, *this)) {
      const auto since = std::chrono::steady_clock::now();
      put_into_use(std::move(*connected));
      watch_over();
      take_out_of_use();
      // A server that throws us out at once is not asked twenty times a second.
      if (std::chrono::steady_clock::now() - since > kRetryLast) delay = kRetryFirst;
    } else {
      set_reason(connected.error().context());
    }
    if (!wait(delay, [] { return false; })) return;
    delay = std::min(delay * 2, kRetryLast);
  }
}

template <typename Condition>
bool NatsConnection::Impl::wait(std::chrono::milliseconds at_most, Condition condition) {
  std::unique_lock lock(keeper_mutex);
  wake.wait_for(lock, at_most, [&] { return ending || condition(); });
  return !ending;
}

void NatsConnection::Impl::put_into_use(std::shared_ptr<NatsLink> connected) {
  std::vector<std::string> refused;
  {
    const std::lock_guard lock(mutex);
    link = std::move(connected);
    for (const auto& [id, subject] : subjects) {
      if (const Status status = link->subscribe(id, subject); !status) refused.push_back(status.error().message());
    }
    state.store(Link::up);
  }
  wake_loop.notify();
  for (const std::string& text : refused) events->on_error(text);
  events->on_state_change();
}

// Returns when the link was lost, or close() asks for the end.
void NatsConnection::Impl::watch_over() {
  const auto is_lost = [this] { return lost; };
  for (int missed = 0; wait(missed == 0 ? kPingInterval : 0ms, is_lost);) {
    {
      const std::lock_guard lock(keeper_mutex);
      if (lost) return;
    }
    const std::shared_ptr<NatsLink> asked = present();
    if (!asked) return;
    const uint64_t since_us = to_us(std::chrono::steady_clock::now());
    const bool answered = asked->ping(kPingTimeout) || asked->heard_us() >= since_us;
    // A loop that stands still has not looked: that is not the server's fault.
    missed = answered || loop.last_turn_us() < since_us ? 0 : missed + 1;
    if (missed == kPingsMissed) return on_lost("the server does not answer");
  }
}

void NatsConnection::Impl::take_out_of_use() {
  state.store(Link::down);
  std::shared_ptr<NatsLink> closed;
  {
    const std::lock_guard lock(mutex);
    closed = std::move(link);
  }
  if (!closed) return;
  events->on_state_change();
  closed->close();
  wake_loop.notify();
}

void NatsConnection::Impl::set_reason(std::string_view text) {
  const std::lock_guard lock(keeper_mutex);
  reason = text;
}

NatsConnection::NatsConnection(EventLoop& loop) : impl_(std::make_unique<Impl>(loop)) {}
NatsConnection::~NatsConnection() { close(); }

void NatsConnection::open(NatsOptions options, NatsEvents& events) {
  close();
  impl_->wanted = std::move(options);
  impl_->events = &events;
  impl_->ending = false;
  impl_->keeper = std::thread([this] { impl_->keep(); });
}

void NatsConnection::close() {
  if (!impl_->keeper.joinable()) return;
  {
    const std::lock_guard lock(impl_->keeper_mutex);
    impl_->ending = true;
  }
  impl_->wake.notify_all();
  impl_->take_out_of_use();  // the keeper may wait for a pong, which nobody reads now
  impl_->keeper.join();
  impl_->follow(nullptr);
}

Status NatsConnection::subscribe(uint64_t id, const std::string& subject) {
  const std::lock_guard lock(impl_->mutex);
  impl_->subjects[id] = subject;
  return impl_->link ? impl_->link->subscribe(id, subject) : Status();
}

void NatsConnection::unsubscribe(uint64_t id) {
  const std::lock_guard lock(impl_->mutex);
  impl_->subjects.erase(id);
  if (impl_->link) impl_->link->unsubscribe(id);
}

bool NatsConnection::publish(const std::string& subject, std::string_view payload) {
  if (link() != Link::up) return false;
  const std::shared_ptr<NatsLink> link = impl_->present();
  return link && link->publish(subject, payload);
}

NatsConnection::Link NatsConnection::link() const { return impl_->state.load(); }

std::string NatsConnection::last_error() const {
  const std::lock_guard lock(impl_->keeper_mutex);
  return impl_->reason;
}

}  // namespace sdr::bus
