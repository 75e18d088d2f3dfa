// SPDX-License-Identifier: Apache-2.0
#include "bus/nats_link.h"

#include <fcntl.h>
#include <nats/nats.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "bus/errc.h"
#include "bus/nats_gate.h"

namespace sdr::bus {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kConnectTimeoutMs = 2000;
// The kernel holds megabytes for a server that does not read, seconds of what a service says: where that is full the
// server is not slow, it is gone.
constexpr auto kWriteDeadline = 20ms;
constexpr size_t kTlsHeader = 5;
constexpr int kPendingMessages = 4096, kPendingBytes = 16 << 20;  // of one pass: the library reads 32 KiB at a time
constexpr int kPassesMax = 32;
constexpr size_t kRetiredMax = 8;
// Messages that were handed over and are kept a while: the library frees each on a thread of its own, which it wakes
// for it. That happens to many at once.
constexpr size_t kSpentMessages = 64, kSpentBytes = 256 << 10;

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

using Closure = std::shared_ptr<NatsGate>;

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

bool is_ready(int socket, short what, std::chrono::milliseconds at_most) {
  pollfd descriptor{socket, what, 0};
  return ::poll(&descriptor, 1, static_cast<int>(at_most.count())) != 0;
}

// A record's type (RFC 8446 section 5.1); what NATS says in the clear begins with a letter or a sign.
bool begins_tls_record(uint8_t first) { return first >= 20 && first <= 24; }

// --- the library's thread for callbacks ---

void on_disconnected(natsConnection* lost, void* closure) {
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(lost, &text);
  std::string why;
  if (status != NATS_OK) why = text != nullptr && *text != '\0' ? text : natsStatus_GetText(status);
  (*static_cast<Closure*>(closure))->pass([&](NatsLinkEvents& events) { events.on_lost(why); });
}

void on_error(natsConnection* from, natsSubscription*, natsStatus status, void* closure) {
  const char* last = nullptr;
  natsConnection_GetLastError(from, &last);
  std::string text = natsStatus_GetText(status);
  if (last && *last) text += std::string(": ") + last;
  (*static_cast<Closure*>(closure))->pass([&](NatsLinkEvents& events) { events.on_error(text); });
}

// Kept while later connections come and go: of a server's second fatal error in one buffer the library tells after the
// connection's last callback. They are all of the one thread that the library has for them.
void retire(std::unique_ptr<Closure> closure) {
  static std::deque<std::unique_ptr<Closure>> retired;
  retired.push_back(std::move(closure));
  if (retired.size() > kRetiredMax) retired.pop_front();
}

// The connection's last callback.
void on_closed(natsConnection*, void* closure) {
  std::unique_ptr<Closure> gate(static_cast<Closure*>(closure));
  (*gate)->pass([](NatsLinkEvents& events) { events.on_lost({}); });
  const Closure ended = *gate;
  retire(std::move(gate));
  ended->end();
}

thread_local bool pings = false;  // this thread waits inside the library and cannot write by itself

}  // namespace

const std::error_category& nats_category() {
  static const NatsCategory category;
  return category;
}

struct NatsLink::Impl {
  explicit Impl(NatsLinkEvents& to) : events(to), gate(std::make_shared<NatsGate>(to)) {}

  natsStatus make_options(const NatsOptions& wanted, void* closure, Owned<natsOptions>& out);
  natsStatus connect(const NatsOptions& wanted);
  bool usable() const { return !over && !natsConnection_IsClosed(connection.get()); }
  bool can_read();
  bool write_out();
  void hand_over(const Receiver& receive);
  void put_away(Owned<natsMsg> message, size_t bytes);

  // --- the library's external event loop: all but attach() with its lock held ---
  static natsStatus attach(void** self, void* loop, natsConnection* connection, natsSock socket);
  static natsStatus want_read(void*, bool) { return NATS_OK; }
  static natsStatus want_write(void* self, bool wanted);
  static natsStatus detach(void* self);

  NatsLinkEvents& events;
  const std::shared_ptr<NatsGate> gate;
  std::mutex mutex;  // none of the library's calls that may close its socket runs beside another
  bool over = false;
  std::atomic<bool> write_wanted{false};
  FileDescriptor socket;
  int least_bytes = 1;  // that make the socket readable
  natsConnection* attached = nullptr;
  natsSock given = -1;
  Owned<natsConnection> connection;
  std::vector<std::pair<uint64_t, Owned<natsSubscription>>> subscriptions;
  std::vector<Owned<natsMsg>> spent;
  size_t spent_bytes = 0;
};

natsStatus NatsLink::Impl::attach(void** self, void* loop, natsConnection* connection, natsSock socket) {
  auto& impl = *static_cast<Impl*>(loop);
  impl.attached = connection;
  impl.given = socket;
  impl.socket.reset(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  *self = loop;
  return impl.socket ? NATS_OK : NATS_SYS_ERROR;
}

// Newer versions leave the socket (3.10 does, 3.7 does not) to whoever was attached, the newest a reference to the
// connection too.
natsStatus NatsLink::Impl::detach([[maybe_unused]] void* self) {
#ifdef SDR_NATS_LEAVES_SOCKET
  natsConnection_ProcessCloseEvent(&static_cast<Impl*>(self)->given);
#endif
#ifdef SDR_NATS_LEAVES_CONNECTION
  natsConnection_ProcessDetachedEvent(static_cast<Impl*>(self)->attached);
#endif
  return NATS_OK;
}

natsStatus NatsLink::Impl::want_write(void* self, bool wanted) {
  auto& impl = *static_cast<Impl*>(self);
  impl.write_wanted.store(wanted);
  if (wanted && pings) impl.events.on_write_wanted();
  return NATS_OK;
}

natsStatus NatsLink::Impl::make_options(const NatsOptions& wanted, void* closure, Owned<natsOptions>& out) {
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
  settings.set(natsOptions_SetPingInterval, options, 0);   // its timer's thread would close the socket beside read()
  const int64_t write_deadline_ms = kWriteDeadline / 1ms;  // with TLS the library waits itself
  settings.set(natsOptions_SetWriteDeadline, options, write_deadline_ms);
  settings.set(natsOptions_SetSendAsap, options, true);
  settings.set(natsOptions_SetNoEcho, options, true);
  settings.set(natsOptions_SetAllowReconnect, options, false);
  settings.set(natsOptions_SetEventLoop, options, this, &attach, &want_read, &want_write, &detach);
  settings.set(natsOptions_SetDisconnectedCB, options, &on_disconnected, closure);
  settings.set(natsOptions_SetErrorHandler, options, &on_error, closure);
  settings.set(natsOptions_SetClosedCB, options, &on_closed, closure);
  return settings.status();
}

natsStatus NatsLink::Impl::connect(const NatsOptions& wanted) {
  auto closure = std::make_unique<Closure>(gate);
  Owned<natsOptions> options;
  natsStatus status = make_options(wanted, closure.get(), options);
  if (status != NATS_OK) return status;
  natsConnection* connected = nullptr;
  status = natsConnection_Connect(&connected, options.get());
  if (status != NATS_OK) return status;
  (void)closure.release();  // on_closed() ends it
  connection.reset(connected);
  return NATS_OK;
}

// Whether the library reads without waiting. With TLS it waits, whatever its event loop may be, for the rest of a
// record of which a part is there: then the socket is made readable only once all of it is.
bool NatsLink::Impl::can_read() {
  std::array<uint8_t, kTlsHeader> header{};
  const ssize_t seen = ::recv(socket.get(), header.data(), header.size(), MSG_PEEK | MSG_DONTWAIT);
  if (seen < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
  int needed = 1, there = 1;
  if (seen > 0 && begins_tls_record(header[0])) {
    const bool whole = static_cast<size_t>(seen) == header.size();
    needed = static_cast<int>(kTlsHeader) + (whole ? header[3] << 8 | header[4] : 0);
    if (::ioctl(socket.get(), FIONREAD, &there) != 0) return true;
    if (is_ready(socket.get(), POLLRDHUP, 0ms)) there = needed;  // nothing will come: the library shall notice
  }
  if (const int wanted = there < needed ? needed : 1; wanted != least_bytes) {
    least_bytes = wanted;
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof wanted);  // else the loop asks more often
  }
  return there >= needed;
}

// All that the library has for the server leaves, or the link is lost.
bool NatsLink::Impl::write_out() {
  for (const auto deadline = std::chrono::steady_clock::now() + kWriteDeadline; write_wanted.load() && usable();) {
    natsConnection_ProcessWriteEvent(connection.get());
    if (!write_wanted.load()) break;
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left > 0ms && is_ready(socket.get(), POLLOUT, std::chrono::ceil<std::chrono::milliseconds>(left))) continue;
    over = true;
    events.on_lost("the server does not read");
  }
  return usable();
}

void NatsLink::Impl::hand_over(const Receiver& receive) {
  for (const auto& [id, handle] : subscriptions) {
    int count = 0, bytes = 0;
    if (natsSubscription_GetPending(handle.get(), &count, &bytes) != NATS_OK) return;
    for (natsMsg* raw = nullptr; count > 0 && natsSubscription_NextMsg(&raw, handle.get(), 0) == NATS_OK; --count) {
      Owned<natsMsg> message(raw);
      const auto size = static_cast<size_t>(std::max(natsMsg_GetDataLength(raw), 0));
      receive(id, natsMsg_GetSubject(raw), {natsMsg_GetData(raw), size});
      put_away(std::move(message), size);
    }
  }
}

void NatsLink::Impl::put_away(Owned<natsMsg> message, size_t bytes) {
  spent_bytes += bytes;
  spent.push_back(std::move(message));
  if (spent.size() < kSpentMessages && spent_bytes < kSpentBytes) return;
  spent.clear();
  spent_bytes = 0;
}

NatsLink::NatsLink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::shared_ptr<NatsLink>> NatsLink::connect(const NatsOptions& options, NatsLinkEvents& events) {
  auto impl = std::make_unique<Impl>(events);
  if (const natsStatus status = impl->connect(options); status != NATS_OK) return nats_error(status, words_of(status));
  return std::shared_ptr<NatsLink>(new NatsLink(std::move(impl)));
}

NatsLink::~NatsLink() {
  close();
  impl_->subscriptions.clear();
  impl_->connection.reset();
  if (!impl_->gate->wait_ended()) log_error("The bus's client library did not end its threads");
}

int NatsLink::fd() const { return impl_->socket.get(); }

bool NatsLink::read(const Receiver& receive) {
  const std::lock_guard lock(impl_->mutex);
  for (int i = 0; i < kPassesMax && impl_->usable() && impl_->can_read(); ++i) {
    natsConnection_ProcessReadEvent(impl_->connection.get());
    impl_->hand_over(receive);
    heard_us_.store(to_us(std::chrono::steady_clock::now()));
  }
  return impl_->write_out();  // a pong
}

void NatsLink::write() {
  const std::lock_guard lock(impl_->mutex);
  (void)impl_->write_out();
}

Status NatsLink::subscribe(uint64_t id, const std::string& subject) {
  const std::lock_guard lock(impl_->mutex);
  natsSubscription* handle = nullptr;
  natsStatus status = natsConnection_SubscribeSync(&handle, impl_->connection.get(), subject.c_str());
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subject);
  impl_->subscriptions.emplace_back(id, handle);
  status = natsSubscription_SetPendingLimits(handle, kPendingMessages, kPendingBytes);
  if (status != NATS_OK) return nats_error(status, "subscribe to " + subject);
  (void)impl_->write_out();
  return Status();
}

void NatsLink::unsubscribe(uint64_t id) {
  const std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->subscriptions, [id](const auto& subscription) { return subscription.first == id; });
  (void)impl_->write_out();
}

bool NatsLink::publish(const std::string& subject, std::string_view payload) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->usable()) return false;
  const natsStatus status = natsConnection_Publish(impl_->connection.get(), subject.c_str(), payload.data(),
                                                   static_cast<int>(payload.size()));
  if (status != NATS_OK && !is_of_the_message(status)) {
    impl_->over = true;
    impl_->events.on_lost(words_of(status));
  }
  return status == NATS_OK && impl_->write_out();
}

bool NatsLink::ping(std::chrono::milliseconds timeout) {
  pings = true;
  const natsStatus status = natsConnection_FlushTimeout(impl_->connection.get(), timeout.count());
  pings = false;
  return status == NATS_OK;
}

void NatsLink::close() {
  {
    const std::lock_guard lock(impl_->mutex);
    // What is left unwritten the library would try to write for half a second, with nobody to read the answer.
    if (impl_->usable() && impl_->write_wanted.load()) natsConnection_ProcessWriteEvent(impl_->connection.get());
    impl_->over = true;
  }
  impl_->gate->detach();
  natsConnection_Close(impl_->connection.get());
}

}  // namespace sdr::bus
