// SPDX-License-Identifier: Apache-2.0
#include "bus/bus.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "base/config.h"
#include "base/log.h"
#include "bus/inbox.h"
#include "bus/nats_connection.h"

namespace sdr::bus {
namespace {

constexpr Duration kComplainEvery = std::chrono::seconds(10);
constexpr Duration kRepeatEvery = std::chrono::minutes(1);
constexpr size_t kTextsMax = 64;
constexpr size_t kMessagesPerTurn = 256;  // then the loop looks at its sockets again

bool is_url(std::string_view url) {
  for (std::string_view scheme : {"nats://", "tls://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size()) return true;
  }
  return false;
}

// nats://user:password@host becomes nats://host: for logs.
std::string without_secrets(const std::string& url) {
  const size_t scheme_end = url.find("://") + 3, at = url.rfind('@');
  return at == std::string::npos || at < scheme_end ? url : url.substr(0, scheme_end) + url.substr(at + 1);
}

// Says whether words are worth a line: a twist that is forbidden comes sixty times a second. Any thread.
class Repetitions {
 public:
  bool is_news(std::string_view text) {
    const Time now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (said_.size() >= kTextsMax) said_.clear();
    const auto [said, first] = said_.try_emplace(std::string(text), now);
    if (!first && now - said->second < kRepeatEvery) return false;
    said->second = now;
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Time> said_;
};

}  // namespace

bool is_namespace(std::string_view text) {
  if (text.empty()) return true;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return text.size() <= 64 && text.find_first_not_of(kLetters) == std::string_view::npos &&
         text.find("..") == std::string_view::npos && text.front() != '.' && text.back() != '.';
}

std::string_view to_text(BusState state) {
  switch (state) {
    case BusState::connecting:
      return "connecting";
    case BusState::connected:
      return "connected";
    case BusState::lost:
      return "lost";
  }
  return {};
}

struct Bus::Impl final : NatsEvents {
  Impl(EventLoop& event_loop, Registry& metrics, BusConfig settings)
      : loop(event_loop),
        registry(metrics),
        config(std::move(settings)),
        prefix(config.name_space.empty() ? "" : config.name_space + "."),
        connected(registry.gauge("nats_connected", "1 while the bus is there")),
        connections(registry.counter("nats_connections_total", "Connections made to the bus")),
        errors(registry.counter("nats_errors_total", "Errors that the bus reported")),
        violations(registry.counter("nats_permission_violations_total", "What this service's user may not do")),
        notifier(loop, [this] { drain(); }),
        connection(loop) {}

  // --- NatsEvents: the loop's thread ---
  void on_message(uint64_t subscription, std::string_view subject, std::string_view payload) override;
  void on_messages_end() override { drain(); }
  // --- NatsEvents: any thread ---
  void on_state_change() override { notifier.notify(); }
  void on_error(std::string_view text) override;

  void drain();
  void follow_state();
  void set_state(BusState next);
  void complain();
  void deliver(const InboxMessage& message);
  Counter& message_counter(std::string_view subject, std::string_view direction);
  Counter& dropped(std::string_view cause) {
    return registry.counter("nats_dropped_total", "Messages that were dropped", {{"cause", std::string(cause)}});
  }

  struct Subscription {
    std::string subject;  // with the namespace
    Handler handler;
  };

  EventLoop& loop;
  Registry& registry;
  const BusConfig config;
  const std::string prefix;
  Gauge& connected;
  Counter& connections;
  Counter& errors;
  Counter& violations;
  Repetitions repetitions;
  Counter& dropped_values = dropped("inbox_full_values");
  Counter& dropped_events = dropped("inbox_full_events");
  Counter& dropped_publishes = dropped("not_connected");

  Inbox inbox;
  BusState state = BusState::connecting;
  StateHandler state_handler;
  std::map<uint64_t, Subscription> subscriptions;
  uint64_t last_subscription = 0;
  InboxMessage scratch;
  EventLoop::TimerId complain_timer = EventLoop::TimerId::none;

  std::mutex counters_mutex;  // publish() comes from any thread
  std::unordered_map<std::string, Counter*> counters_in, counters_out;

  Notifier notifier;          // before the connection, whose thread uses it
  NatsConnection connection;  // last: ends first
};

void Bus::Impl::on_message(uint64_t subscription, std::string_view subject, std::string_view payload) {
  if (!subject.starts_with(prefix)) return;  // cannot be: the subscription carries the prefix
  subject.remove_prefix(prefix.size());
  const Delivery delivery = delivery_of(subject);
  if (inbox.push(delivery, subscription, subject, payload)) {
    (delivery == Delivery::event ? dropped_events : dropped_values).add();
  }
}

void Bus::Impl::on_error(std::string_view text) {
  errors.add();
  const bool forbidden = text.find("ermissions Violation") != text.npos;
  if (forbidden) violations.add();
  if (!repetitions.is_news(text)) return;
  if (!forbidden) return log_warning("The bus reports an error", {{"error", text}});
  log_error("The bus forbids what this service needs: look at its user's permissions on the NATS server",
            {{"user", config.user}, {"error", text}});
}

void Bus::Impl::drain() {
  follow_state();
  for (size_t i = 0; i < kMessagesPerTurn; ++i) {
    if (!inbox.pop(scratch)) return;
    deliver(scratch);
  }
  notifier.notify();
}

void Bus::Impl::follow_state() {
  const NatsConnection::Link link = connection.link();
  if (link == NatsConnection::Link::up) {
    set_state(BusState::connected);
  } else if (state == BusState::connected) {
    set_state(BusState::lost);
  }
}

void Bus::Impl::set_state(BusState next) {
  if (next == state) return;
  state = next;
  connected.set(state == BusState::connected ? 1 : 0);
  if (state == BusState::connected) connections.add();
  if (state_handler) state_handler(state);
}

void Bus::Impl::complain() {
  if (state == BusState::connected) return;
  log_warning("The bus is not there", {{"url", without_secrets(config.url)}, {"error", connection.last_error()}});
}

void Bus::Impl::deliver(const InboxMessage& message) {
  const auto found = subscriptions.find(message.subscription);
  if (found == subscriptions.end()) return;  // unsubscribed meanwhile
  message_counter(message.subject, "in").add();
  found->second.handler({message.subject, message.payload});
}

Counter& Bus::Impl::message_counter(std::string_view subject, std::string_view direction) {
  const std::lock_guard lock(counters_mutex);
  auto& counters = direction == "in" ? counters_in : counters_out;
  thread_local std::string key;
  key.assign(subject);
  if (const auto found = counters.find(key); found != counters.end()) return *found->second;
  Counter& counter = registry.counter("nats_messages_total", "Messages on the bus, by subject",
                                      {{"subject", key}, {"direction", std::string(direction)}});
  // Beyond this many subjects the registry counts under one label anyway.
  if (counters.size() < 4096) counters.emplace(key, &counter);
  return counter;
}

Bus::Bus(EventLoop& loop, Registry& registry, BusConfig config) {
  if (!is_url(config.url)) throw ConfigError("nats_url: expected nats://HOST:PORT");
  if (!is_namespace(config.name_space))
    throw ConfigError("namespace: expected letters, digits, '-', '_' and single dots");
  impl_ = std::make_unique<Impl>(loop, registry, std::move(config));
}

Bus::~Bus() {
  if (impl_->complain_timer != EventLoop::TimerId::none) impl_->loop.cancel(impl_->complain_timer);
}

void Bus::on_state(StateHandler handler) { impl_->state_handler = std::move(handler); }

Bus::SubscriptionId Bus::subscribe(std::string_view subject, Handler handler) {
  const uint64_t id = ++impl_->last_subscription;
  auto& subscription = impl_->subscriptions[id];
  subscription = {impl_->prefix + std::string(subject), std::move(handler)};
  if (const Status status = impl_->connection.subscribe(id, subscription.subject); !status) {
    impl_->on_error(status.error().message());
  }
  return SubscriptionId{id};
}

void Bus::unsubscribe(SubscriptionId subscription) {
  impl_->connection.unsubscribe(static_cast<uint64_t>(subscription));
  impl_->subscriptions.erase(static_cast<uint64_t>(subscription));
}

void Bus::start() {
  impl_->complain_timer = impl_->loop.every(kComplainEvery, [this] { impl_->complain(); });
  const BusConfig& config = impl_->config;
  impl_->connection.open({config.url, config.service, config.user, config.password}, *impl_);
}

bool Bus::publish(std::string_view subject, std::string_view payload) {
  thread_local std::string full_subject;
  full_subject.assign(impl_->prefix).append(subject);
  if (!impl_->connection.publish(full_subject, payload)) {
    impl_->dropped_publishes.add();
    return false;
  }
  impl_->message_counter(subject, "out").add();
  return true;
}

BusState Bus::state() const { return impl_->state; }
std::string Bus::last_error() const { return impl_->connection.last_error(); }

void Bus::count_malformed(std::string_view subject, std::string_view why) {
  Counter& counter = impl_->registry.counter("nats_malformed_total", "Payloads that could not be read",
                                             {{"subject", std::string(subject)}});
  if (counter.value() == 0) log_warning("A payload could not be read", {{"subject", subject}, {"error", why}});
  counter.add();
}

}  // namespace sdr::bus
