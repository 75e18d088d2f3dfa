// SPDX-License-Identifier: Apache-2.0
#include "bus/nats_connection.h"

#include <nats/nats.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include "base/log.h"
#include "bus/errc.h"

namespace sdr::bus {
namespace {

constexpr int64_t kConnectTimeoutMs = 2000;
constexpr int64_t kPingIntervalMs = 1000;  // with kPingsOut, a server that stands still is noticed within 3 s
constexpr int kPingsOut = 2;
constexpr int64_t kWriteDeadlineMs = 100;
constexpr int64_t kReconnectFirstMs = 50, kReconnectLastMs = 2000;
constexpr int kPendingMessages = 4096, kPendingBytes = 16 << 20;  // inside the library; our own bound is the Inbox
constexpr auto kEndTimeout = std::chrono::seconds(5);

class NatsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "nats"; }
  std::string message(int status) const override { return natsStatus_GetText(static_cast<natsStatus>(status)); }
};

Error nats_error(natsStatus status, std::string context) {
  return Error(std::error_code(status, nats_category()), std::move(context));
}

struct Deleter {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
  void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

// Where the library's threads arrive. It outlives the connection: each closure holds it until its last callback, and
// after detach() nothing passes any more.
class Gateway {
 public:
  explicit Gateway(NatsEvents& events) : events_(&events) {}

  template <typename Call>
  void pass(Call call) {
    const std::lock_guard lock(mutex_);
    if (events_) call(*events_);
  }
  void detach() {
    const std::lock_guard lock(mutex_);
    events_ = nullptr;
  }
  void begin() { add(1); }
  void end() {
    add(-1);
    idle_.notify_all();
  }
  // Waits until every closure has had its last callback.
  bool wait_idle() {
    std::unique_lock lock(count_mutex_);
    return idle_.wait_for(lock, kEndTimeout, [this] { return closures_ == 0; });
  }

 private:
  void add(int change) {
    const std::lock_guard lock(count_mutex_);
    closures_ += change;
  }

  std::mutex mutex_;
  NatsEvents* events_;
  std::mutex count_mutex_;
  std::condition_variable idle_;
  int closures_ = 0;
};

struct Closure {
  Closure(std::shared_ptr<Gateway> to, uint64_t id) : gateway(std::move(to)), subscription(id) { gateway->begin(); }
  ~Closure() { gateway->end(); }
  std::shared_ptr<Gateway> gateway;
  uint64_t subscription;
};

Gateway& gateway_of(void* closure) { return *static_cast<Closure*>(closure)->gateway; }

void on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* closure) {
  const Owned<natsMsg> message(raw);
  const int size = natsMsg_GetDataLength(raw);
  const std::string_view payload(natsMsg_GetData(raw), static_cast<size_t>(std::max(size, 0)));
  const uint64_t id = static_cast<Closure*>(closure)->subscription;
  gateway_of(closure).pass([&](NatsEvents& events) { events.on_message(id, natsMsg_GetSubject(raw), payload); });
}

void on_state_change(natsConnection*, void* closure) {
  gateway_of(closure).pass([](NatsEvents& events) { events.on_state_change(); });
}

void on_error(natsConnection* connection, natsSubscription*, natsStatus status, void* closure) {
  const char* last = nullptr;
  natsConnection_GetLastError(connection, &last);
  std::string text = natsStatus_GetText(status);
  if (last && *last) text += std::string(": ") + last;
  gateway_of(closure).pass([&](NatsEvents& events) { events.on_error(text); });
}

// The connection's last callback.
void on_closed(natsConnection* connection, void* closure) {
  on_state_change(connection, closure);
  delete static_cast<Closure*>(closure);
}

// A subscription's last callback.
void on_complete(void* closure) { delete static_cast<Closure*>(closure); }

int64_t reconnect_delay_ms(natsConnection*, int attempts, void*) {
  const int doublings = std::clamp(attempts - 1, 0, 10);
  return std::min(kReconnectFirstMs << doublings, kReconnectLastMs);
}

// Applies one setting after the other and keeps the first failure.
class Settings {
 public:
  explicit Settings(natsStatus status) : status_(status) {}
  template <typename Function, typename... Arguments>
  void set(Function function, Arguments... arguments) {
    if (status_ == NATS_OK) status_ = function(arguments...);
  }
  natsStatus status() const { return status_; }

 private:
  natsStatus status_;
};

natsStatus make_options(const NatsOptions& wanted, void* closure, Owned<natsOptions>& out) {
  natsOptions* options = nullptr;
  Settings settings(natsOptions_Create(&options));
  out.reset(options);
  settings.set(natsOptions_SetURL, options, wanted.url.c_str());
  settings.set(natsOptions_SetName, options, wanted.name.c_str());
  if (!wanted.user.empty()) {
    settings.set(natsOptions_SetUserInfo, options, wanted.user.c_str(), wanted.password.c_str());
  }
  settings.set(natsOptions_SetTimeout, options, kConnectTimeoutMs);
  settings.set(natsOptions_SetPingInterval, options, kPingIntervalMs);
  settings.set(natsOptions_SetMaxPingsOut, options, kPingsOut);
  settings.set(natsOptions_SetWriteDeadline, options, kWriteDeadlineMs);
  settings.set(natsOptions_SetSendAsap, options, true);
  settings.set(natsOptions_SetNoEcho, options, true);
  settings.set(natsOptions_SetAllowReconnect, options, true);
  settings.set(natsOptions_SetMaxReconnect, options, -1);
  settings.set(natsOptions_SetReconnectBufSize, options, 0);
  settings.set(natsOptions_SetCustomReconnectDelay, options, &reconnect_delay_ms, nullptr);
  settings.set(natsOptions_SetRetryOnFailedConnect, options, true, &on_state_change, closure);
  settings.set(natsOptions_SetDisconnectedCB, options, &on_state_change, closure);
  settings.set(natsOptions_SetReconnectedCB, options, &on_state_change, closure);
  settings.set(natsOptions_SetErrorHandler, options, &on_error, closure);
  settings.set(natsOptions_SetClosedCB, options, &on_closed, closure);
  return settings.status();
}

}  // namespace

const std::error_category& nats_category() {
  static const NatsCategory category;
  return category;
}

struct NatsConnection::Impl {
  mutable std::mutex mutex;  // publish() comes from any thread; it is held while the socket is written
  std::shared_ptr<Gateway> gateway;
  Owned<natsConnection> connection;
  std::map<uint64_t, Owned<natsSubscription>> subscriptions;
};

NatsConnection::NatsConnection() : impl_(std::make_unique<Impl>()) {}
NatsConnection::~NatsConnection() { close(); }

Status NatsConnection::open(const NatsOptions& wanted, NatsEvents& events) {
  close();
  auto gateway = std::make_shared<Gateway>(events);
  auto closure = std::make_unique<Closure>(gateway, 0);
  Owned<natsOptions> options;
  natsStatus status = make_options(wanted, closure.get(), options);
  if (status != NATS_OK) return nats_error(status, "options of the bus");
  natsConnection* connection = nullptr;
  status = natsConnection_Connect(&connection, options.get());
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) return nats_error(status, "connect to the bus");
  (void)closure.release();  // on_closed() ends it
  const std::lock_guard lock(impl_->mutex);
  impl_->gateway = std::move(gateway);
  impl_->connection.reset(connection);
  return Status();
}

void NatsConnection::close() {
  std::shared_ptr<Gateway> gateway;
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->connection) return;
    gateway = std::move(impl_->gateway);
    gateway->detach();
    natsConnection_Close(impl_->connection.get());
    impl_->subscriptions.clear();
    impl_->connection.reset();
  }
  if (!gateway->wait_idle()) log_error("The bus's client library did not end its threads");
}

Status NatsConnection::subscribe(uint64_t id, const std::string& subject) {
  if (!impl_->connection) return nats_error(NATS_CONNECTION_CLOSED, subject);
  auto closure = std::make_unique<Closure>(impl_->gateway, id);
  natsSubscription* subscription = nullptr;
  natsStatus status =
      natsConnection_Subscribe(&subscription, impl_->connection.get(), subject.c_str(), &on_message, closure.get());
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subject);
  Owned<natsSubscription>& kept = impl_->subscriptions[id];
  kept.reset(subscription);
  status = natsSubscription_SetOnCompleteCB(subscription, &on_complete, closure.get());
  (void)closure.release();  // on_complete() ends it
  if (status == NATS_OK) status = natsSubscription_SetPendingLimits(subscription, kPendingMessages, kPendingBytes);
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subject);
  return Status();
}

void NatsConnection::unsubscribe(uint64_t id) { impl_->subscriptions.erase(id); }

bool NatsConnection::publish(const std::string& subject, std::string_view payload) {
  const std::lock_guard lock(impl_->mutex);
  natsConnection* connection = impl_->connection.get();
  // Asked first, since the library would keep a message for the time after a reconnect.
  if (!connection || natsConnection_Status(connection) != NATS_CONN_STATUS_CONNECTED) return false;
  return natsConnection_Publish(connection, subject.c_str(), payload.data(), static_cast<int>(payload.size())) ==
         NATS_OK;
}

NatsConnection::Link NatsConnection::link() const {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->connection) return Link::closed;
  switch (natsConnection_Status(impl_->connection.get())) {
    case NATS_CONN_STATUS_CONNECTED:
      return Link::up;
    case NATS_CONN_STATUS_CLOSED:
      return Link::closed;
    default:
      return Link::down;
  }
}

std::string NatsConnection::last_error() const {
  const std::lock_guard lock(impl_->mutex);
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(impl_->connection.get(), &text);
  if (text && *text) return text;
  return status == NATS_OK ? "" : natsStatus_GetText(status);
}

}  // namespace sdr::bus
