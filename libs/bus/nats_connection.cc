// SPDX-License-Identifier: Apache-2.0
#include "bus/nats_connection.h"

#include <nats/nats.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/service.h"
#include "bus/errc.h"

namespace sdr::bus {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kConnectTimeoutMs = 2000;
constexpr int64_t kPingIntervalMs = 1000;  // with kPingsOut, a server that stands still is noticed within 3 s
constexpr int kPingsOut = 2;
// The kernel holds megabytes for a server that does not read, seconds of what a service says: where that is full the
// server is not slow, it is gone.
constexpr int64_t kWriteDeadlineMs = 20;
constexpr std::chrono::milliseconds kRetryFirst = 50ms, kRetryLast = 2s;
constexpr int kPendingMessages = 4096, kPendingBytes = 16 << 20;  // inside the library; our own bound is the Inbox
constexpr auto kEndTimeout = 5s;

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

// Where the library's threads arrive, for one connection. It outlives that: each closure holds it until its last
// callback, and after detach() nothing passes any more.
template <typename Target>
class Gateway {
 public:
  explicit Gateway(Target& target) : target_(&target) {}

  template <typename Call>
  void pass(Call call) {
    const std::lock_guard lock(mutex_);
    if (target_) call(*target_);
  }
  void detach() {
    const std::lock_guard lock(mutex_);
    target_ = nullptr;
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
  Target* target_;
  std::mutex count_mutex_;
  std::condition_variable idle_;
  int closures_ = 0;
};

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

// What is wrong with the message alone, and nothing of which has been written.
bool is_of_the_message(natsStatus status) {
  return status == NATS_MAX_PAYLOAD || status == NATS_INVALID_SUBJECT || status == NATS_INVALID_ARG;
}

// What the last call on this thread failed by.
std::string words_of(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* const text = nats_GetLastError(&last);
  return last == status && text != nullptr && *text != '\0' ? text : natsStatus_GetText(status);
}

}  // namespace

const std::error_category& nats_category() {
  static const NatsCategory category;
  return category;
}

struct NatsConnection::Impl {
  using Gate = Gateway<Impl>;
  struct Closure {
    Closure(std::shared_ptr<Gate> to, uint64_t id) : gate(std::move(to)), subscription(id) { gate->begin(); }
    ~Closure() { gate->end(); }
    std::shared_ptr<Gate> gate;
    uint64_t subscription;
  };
  struct Subscription {
    std::string subject;
    Owned<natsSubscription> handle;  // of the present connection
  };

  // --- the library's threads ---
  static void on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* closure);
  static void on_disconnected(natsConnection* lost, void* closure);
  static void on_error(natsConnection* from, natsSubscription*, natsStatus status, void* closure);
  static void on_closed(natsConnection* lost, void* closure);
  static void on_complete(void* closure) { delete static_cast<Closure*>(closure); }  // a subscription's last callback

  // --- the keeper ---
  void keep();
  natsStatus connect(std::shared_ptr<Gate>& gate, Owned<natsConnection>& out);
  natsStatus make_options(void* closure, Owned<natsOptions>& out) const;
  void put_into_use(Owned<natsConnection> connected, std::shared_ptr<Gate> gate);
  void take_out_of_use();
  /// False where it is to end.
  template <typename Condition>
  bool wait(std::chrono::milliseconds at_most, Condition condition);

  // --- any thread ---
  Status subscribe_now(uint64_t id, Subscription& subscription);
  void lose();
  void set_reason(std::string text);

  NatsOptions wanted;
  NatsEvents* events = nullptr;
  std::atomic<Link> link{Link::down};

  std::mutex mutex;  // of the connection in use; held while its socket is written
  Owned<natsConnection> connection;
  std::shared_ptr<Gate> gate;
  std::map<uint64_t, Subscription> subscriptions;

  mutable std::mutex keeper_mutex;
  std::condition_variable wake;
  bool ending = false, lost = false;
  std::string reason;
  std::thread keeper;
};

void NatsConnection::Impl::on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* closure) {
  const Owned<natsMsg> message(raw);
  const int size = natsMsg_GetDataLength(raw);
  const std::string_view payload(natsMsg_GetData(raw), static_cast<size_t>(std::max(size, 0)));
  const Closure& to = *static_cast<Closure*>(closure);
  to.gate->pass([&](Impl& impl) { impl.events->on_message(to.subscription, natsMsg_GetSubject(raw), payload); });
}

void NatsConnection::Impl::on_disconnected(natsConnection* lost, void* closure) {
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(lost, &text);
  const std::string why = text != nullptr && *text != '\0' ? text : natsStatus_GetText(status);
  static_cast<Closure*>(closure)->gate->pass([&](Impl& impl) {
    if (status != NATS_OK) impl.set_reason(why);
    impl.lose();
  });
}

void NatsConnection::Impl::on_error(natsConnection* from, natsSubscription*, natsStatus status, void* closure) {
  const char* last = nullptr;
  natsConnection_GetLastError(from, &last);
  std::string text = natsStatus_GetText(status);
  if (last && *last) text += std::string(": ") + last;
  static_cast<Closure*>(closure)->gate->pass([&](Impl& impl) { impl.events->on_error(text); });
}

// The connection's last callback.
void NatsConnection::Impl::on_closed(natsConnection*, void* closure) {
  static_cast<Closure*>(closure)->gate->pass([](Impl& impl) { impl.lose(); });
  delete static_cast<Closure*>(closure);
}

natsStatus NatsConnection::Impl::make_options(void* closure, Owned<natsOptions>& out) const {
  natsOptions* options = nullptr;
  Settings settings(natsOptions_Create(&options));
  out.reset(options);
  settings.set(natsOptions_SetURL, options, wanted.url.c_str());
  settings.set(natsOptions_SetName, options, wanted.name.c_str());
  if (!wanted.user.empty()) {
    settings.set(natsOptions_SetUserInfo, options, wanted.user.c_str(), wanted.password.c_str());
    settings.set(natsOptions_SetCustomInboxPrefix, options, ("_INBOX." + wanted.user).c_str());
  }
  settings.set(natsOptions_SetTimeout, options, kConnectTimeoutMs);
  settings.set(natsOptions_SetPingInterval, options, kPingIntervalMs);
  settings.set(natsOptions_SetMaxPingsOut, options, kPingsOut);
  settings.set(natsOptions_SetWriteDeadline, options, kWriteDeadlineMs);
  settings.set(natsOptions_SetSendAsap, options, true);
  settings.set(natsOptions_SetNoEcho, options, true);
  settings.set(natsOptions_SetAllowReconnect, options, false);
  settings.set(natsOptions_SetDisconnectedCB, options, &on_disconnected, closure);
  settings.set(natsOptions_SetErrorHandler, options, &on_error, closure);
  settings.set(natsOptions_SetClosedCB, options, &on_closed, closure);
  return settings.status();
}

natsStatus NatsConnection::Impl::connect(std::shared_ptr<Gate>& new_gate, Owned<natsConnection>& out) {
  new_gate = std::make_shared<Gate>(*this);
  auto closure = std::make_unique<Closure>(new_gate, 0);
  Owned<natsOptions> options;
  natsStatus status = make_options(closure.get(), options);
  if (status != NATS_OK) return status;
  natsConnection* connected = nullptr;
  status = natsConnection_Connect(&connected, options.get());
  if (status != NATS_OK) return status;
  (void)closure.release();  // on_closed() ends it
  out.reset(connected);
  return NATS_OK;
}

void NatsConnection::Impl::keep() {
  name_thread("bus");
  std::chrono::milliseconds delay = kRetryFirst;
  while (true) {
    {
      const std::lock_guard lock(keeper_mutex);
      if (ending) return;
      lost = false;
    }
    std::shared_ptr<Gate> new_gate;
    Owned<natsConnection> connected;
    if (const natsStatus status = connect(new_gate, connected); status == NATS_OK) {
      const auto since = std::chrono::steady_clock::now();
      put_into_use(std::move(connected), std::move(new_gate));
      wait(std::chrono::milliseconds::max(), [this] { return lost; });
      take_out_of_use();
      // A server that throws us out at once is not asked twenty times a second.
      if (std::chrono::steady_clock::now() - since > kRetryLast) delay = kRetryFirst;
    } else {
      set_reason(words_of(status));
    }
    if (!wait(delay, [] { return false; })) return;
    delay = std::min(delay * 2, kRetryLast);
  }
}

template <typename Condition>
bool NatsConnection::Impl::wait(std::chrono::milliseconds at_most, Condition condition) {
  std::unique_lock lock(keeper_mutex);
  const auto done = [&] { return ending || condition(); };
  if (at_most == std::chrono::milliseconds::max()) {
    wake.wait(lock, done);
  } else {
    wake.wait_for(lock, at_most, done);
  }
  return !ending;
}

void NatsConnection::Impl::put_into_use(Owned<natsConnection> connected, std::shared_ptr<Gate> new_gate) {
  std::vector<std::string> refused;
  {
    const std::lock_guard lock(mutex);
    connection = std::move(connected);
    gate = std::move(new_gate);
    for (auto& [id, subscription] : subscriptions) {
      if (const Status status = subscribe_now(id, subscription); !status) refused.push_back(status.error().message());
    }
    link.store(Link::up);
  }
  for (const std::string& text : refused) events->on_error(text);
  events->on_state_change();
}

void NatsConnection::Impl::take_out_of_use() {
  link.store(Link::down);
  std::vector<Owned<natsSubscription>> ended;
  Owned<natsConnection> closed;
  std::shared_ptr<Gate> old_gate;
  {
    const std::lock_guard lock(mutex);
    closed = std::move(connection);
    old_gate = std::move(gate);
    for (auto& [id, subscription] : subscriptions) ended.push_back(std::move(subscription.handle));
  }
  events->on_state_change();
  old_gate->detach();
  natsConnection_Close(closed.get());
  ended.clear();
  closed.reset();
  if (!old_gate->wait_idle()) log_error("The bus's client library did not end its threads");
}

void NatsConnection::Impl::lose() {
  link.store(Link::down);
  {
    const std::lock_guard lock(keeper_mutex);
    lost = true;
  }
  wake.notify_all();
  events->on_state_change();
}

void NatsConnection::Impl::set_reason(std::string text) {
  const std::lock_guard lock(keeper_mutex);
  reason = std::move(text);
}

Status NatsConnection::Impl::subscribe_now(uint64_t id, Subscription& subscription) {
  auto closure = std::make_unique<Closure>(gate, id);
  natsSubscription* handle = nullptr;
  natsStatus status =
      natsConnection_Subscribe(&handle, connection.get(), subscription.subject.c_str(), &on_message, closure.get());
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subscription.subject);
  subscription.handle.reset(handle);
  status = natsSubscription_SetOnCompleteCB(handle, &on_complete, closure.get());
  (void)closure.release();  // on_complete() ends it
  if (status == NATS_OK) status = natsSubscription_SetPendingLimits(handle, kPendingMessages, kPendingBytes);
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subscription.subject);
  return Status();
}

NatsConnection::NatsConnection() : impl_(std::make_unique<Impl>()) {}
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
  impl_->keeper.join();
}

Status NatsConnection::subscribe(uint64_t id, const std::string& subject) {
  const std::lock_guard lock(impl_->mutex);
  Impl::Subscription& subscription = impl_->subscriptions[id];
  subscription.subject = subject;
  return impl_->connection ? impl_->subscribe_now(id, subscription) : Status();
}

void NatsConnection::unsubscribe(uint64_t id) {
  const std::lock_guard lock(impl_->mutex);
  impl_->subscriptions.erase(id);
}

bool NatsConnection::publish(const std::string& subject, std::string_view payload) {
  if (link() != Link::up) return false;
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->connection || link() != Link::up) return false;
  const natsStatus status = natsConnection_Publish(impl_->connection.get(), subject.c_str(), payload.data(),
                                                   static_cast<int>(payload.size()));
  // A part of it may have left: what is written next would be read as the rest of it.
  if (status != NATS_OK && !is_of_the_message(status)) {
    impl_->set_reason(words_of(status));
    impl_->lose();
  }
  return status == NATS_OK;
}

NatsConnection::Link NatsConnection::link() const { return impl_->link.load(); }

std::string NatsConnection::last_error() const {
  const std::lock_guard lock(impl_->keeper_mutex);
  return impl_->reason;
}

}  // namespace sdr::bus
