// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/port.h"

#include <algorithm>
#include <random>

#include "base/log.h"
#include "base/prefetch.h"
#include "transport/rtc/addresses.h"

namespace sdr::transport {
namespace {

constexpr size_t kSliceSessions = 64;  // at some 8 µs each
constexpr int kReadBatches = 4;        // per turn: who floods the port does not keep the loop
constexpr size_t kDatagramsMax = 256;  // bursts that wait for one call of the kernel

uint64_t secret_seed() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

}  // namespace

RtcPortMetrics::RtcPortMetrics(Registry& registry)
    : sessions(registry.gauge("rtc_sessions", "WebRTC sessions")),
      thinned(registry.gauge("rtc_sessions_thinned", "Sessions whose link is too thin for all pictures of a layer")),
      low(registry.gauge("rtc_sessions_low", "Sessions that get the lower layer")),
      forward_latency(
          registry.histogram("rtc_forward_latency_us",
                             "From the notice of a frame in the ring to the kernel having it for all WebRTC sessions")),
      frames(registry.counter("rtc_frames_sent_total", "Frames given to WebRTC sessions")),
      packets(registry.counter("rtc_packets_sent_total", "Datagrams sent to WebRTC sessions")),
      bytes(registry.counter("rtc_bytes_sent_total", "Bytes of datagrams sent to WebRTC sessions")),
      datagrams_in(registry.counter("rtc_datagrams_received_total", "Datagrams that came to the WebRTC port")),
      strangers(registry.counter("rtc_datagrams_unknown_total", "Datagrams of no session's")),
      dropped(
          registry.counter("rtc_datagrams_refused_total", "Datagrams of sessions' addresses that proved to be none")),
      blocked(registry.counter("rtc_send_blocked_total", "Times that the socket took no more")) {}

/// Where one session's datagrams are written: straight into what is sent from.
class RtcPort::Sink final : public rtc::DatagramSink {
 public:
  Sink(RtcPort& port, RtcSession& session) : port_(port), session_(session) {}

  std::span<uint8_t> room(size_t bytes, size_t pushes) override {
    std::span<uint8_t> room = port_.sender_.room(bytes, pushes);
    if (room.empty() && port_.flush()) room = port_.sender_.room(bytes, pushes);
    return room;
  }
  void push(size_t bytes, size_t segment_bytes) override {
    port_.metrics_.packets.add((bytes + segment_bytes - 1) / segment_bytes);
    port_.metrics_.bytes.add(bytes);
    port_.sender_.push(bytes, segment_bytes, session_.to, session_.from);
  }

 private:
  RtcPort& port_;
  RtcSession& session_;
};

/// For a session over TCP: datagrams are taken apart again, since a stream has no segments.
class RtcPort::TcpSink final : public rtc::DatagramSink {
 public:
  TcpSink(RtcPort& port, const rtc::Address& to) : port_(port), to_(to) {}

  std::span<uint8_t> room(size_t bytes, size_t) override {
    if (port_.tcp_room_.size() < bytes) port_.tcp_room_.resize(bytes);
    next_ = port_.tcp_room_.data();
    return {next_, bytes};
  }
  void push(size_t bytes, size_t segment_bytes) override {
    for (const uint8_t* const end = next_ + bytes; next_ < end;) {
      const size_t size = std::min(segment_bytes, static_cast<size_t>(end - next_));
      port_.metrics_.packets.add();
      port_.metrics_.bytes.add(size);
      port_.tcp_->send(to_, {next_, size});
      next_ += size;
    }
  }

 private:
  RtcPort& port_;
  const rtc::Address to_;
  uint8_t* next_ = nullptr;
};

RtcPort::RtcPort(EventLoop& loop, Registry& registry, net::UdpSocket socket,
                 std::shared_ptr<const rtc::DtlsContext> dtls, size_t sessions_max, Hooks hooks)
    : loop_(loop),
      registry_(registry),
      metrics_(registry),
      socket_(std::move(socket)),
      sender_(socket_.fd(), {.capacity_sends = kDatagramsMax}),
      sessions_max_(sessions_max),
      hooks_(std::move(hooks)),
      dtls_(std::move(dtls)),
      sctp_(loop.now()),
      table_(sessions_max, secret_seed()),
      next_slice_(loop, [this] { run_rounds(); }),
      gone_(loop, [this] { destroy_ended(); }) {
  loop_.watch(socket_.fd(), EPOLLIN, [this](uint32_t events) { on_ready(events); });
}

RtcPort::~RtcPort() {
  loop_.unwatch(socket_.fd());
  loop_.cancel(timer_);
  for (const auto& session : sessions_) session->peer().close(loop_.now());
  (void)flush();
  sessions_.clear();  // before the stack that they stand on
}

void RtcPort::listen_tcp(FileDescriptor listener, bool loopback_is_free) {
  tcp_ = std::make_unique<RtcTcp>(
      loop_, registry_, std::move(listener), loopback_is_free,
      RtcTcp::Hooks{.on_datagram =
                        [this](std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to) {
                          metrics_.datagrams_in.add();
                          take(datagram, from, to);
                          next_slice_.notify();
                        },
                    .is_known = [this](const rtc::Address& from) { return table_.find(from) != nullptr; }});
}

Result<rtc::IceCredentials> RtcPort::make_credentials() {
  for (int tries = 0; tries < 8; ++tries) {
    Result<rtc::IceCredentials> made = rtc::IceCredentials::make();
    if (!made || table_.find(made.value().ufrag()) == nullptr) return made;
  }
  return Error(make_error_code(std::errc::resource_unavailable_try_again), "no free user fragment");
}

RtcSession& RtcPort::add(std::string id, Commander& who, RtcFeed& feed, const rtc::PeerConfig& config) {
  SDR_ASSERT(!full(), "the caller asks full()");
  SessionEvents& events = *this;
  auto owned = std::make_unique<RtcSession>(std::move(id), who, feed, events);
  RtcSession& session = *owned;
  const Time now = loop_.now();
  session.created = now;
  session.start(config, {dtls_, sctp_, ice_}, now);
  const bool added = table_.add(config.local, &session);
  SDR_ASSERT(added, "credentials are of make_credentials()");
  session.turn = turns_.size();
  turns_.push_back({&session, &feed, now});
  sessions_.push_back(std::move(owned));
  session.peer().set_layers(feed.layers(), now);
  metrics_.sessions.set(static_cast<double>(sessions_.size()));
  note(session);
  return session;
}

void RtcPort::end(RtcSession& session) {
  if (session.over) return;
  session.peer().close(loop_.now());
  session.over = true;
  ++over_;
  gone_.notify();
  next_slice_.notify();  // what it said last is still to be sent
}

Result<rtc::IceCredentials> RtcPort::restart(RtcSession& session) {
  Result<rtc::IceCredentials> made = make_credentials();
  if (!made) return made;
  if (!table_.add(made.value(), &session)) {
    return Error(make_error_code(std::errc::resource_unavailable_try_again), "a restart is going on already");
  }
  session.peer().restart(made.value());
  return made;
}

rtc::SendResult RtcPort::send(RtcSession& session, rtc::Channel channel, std::span<const uint8_t> message, bool text) {
  if (session.over) return rtc::SendResult::closed;
  const rtc::SendResult result = session.peer().send(channel, message, text);
  note(session);
  next_slice_.notify();
  return result;
}

void RtcPort::on_frame(RtcFeed& feed, size_t layer, uint64_t born_us) {
  give_all_owed();
  const rtc::StoredFrame* const newest = feed.layers()[layer]->newest();
  if (newest == nullptr) return;
  round_born_us_ = born_us;
  frame_ = {layer, newest->id};
  for (Turn& turn : turns_) {
    if (turn.feed != &feed || !turn.connected) continue;
    turn.owed = true;
    set_ready(turn);
    if (layer == 0) metrics_.frames.add();
  }
  run_rounds();
}

void RtcPort::give(Turn& turn) {
  if (std::exchange(turn.owed, false) && !turn.session->over) {
    turn.session->peer().on_frame(frame_.layer, frame_.id, loop_.now());
  }
}

// A round that is late: those whose turn has not come since the last frame get it now, and send both.
void RtcPort::give_all_owed() {
  for (Turn& turn : turns_) give(turn);
}

void RtcPort::on_layers(RtcFeed& feed) {
  give_all_owed();
  for_each([&](RtcSession& session) {
    if (session.feed != &feed) return;
    session.peer().set_layers(feed.layers(), loop_.now());
    note(session);
  });
  next_slice_.notify();
}

bool RtcPort::low_used(const RtcFeed& feed) const {
  for (const auto& session : sessions_) {
    if (session->feed != &feed || session->over) continue;
    const rtc::VideoSender* const video = session->peer().video();
    if (video != nullptr && video->thinning().is_reduced()) return true;
  }
  return false;
}

void RtcPort::show_links() {
  if (tcp_) tcp_->sweep();
  size_t thinned = 0, low = 0;
  for_each([&](const RtcSession& session) {
    const rtc::VideoSender* const video = session.peer().video();
    if (video == nullptr) return;
    thinned += video->thinning().is_thinning() ? 1 : 0;
    low += video->thinning().layer() > 0 ? 1 : 0;
  });
  metrics_.thinned.set(static_cast<double>(thinned));
  metrics_.low.set(static_cast<double>(low));
}

bool RtcPort::uses(const RtcFeed& feed) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& session) { return session->feed == &feed; });
}

void RtcPort::on_ready(uint32_t epoll_events) {
  if ((epoll_events & EPOLLOUT) != 0) {
    blocked_ = false;
    loop_.modify(socket_.fd(), EPOLLIN);
    run_rounds();
  }
  if ((epoll_events & EPOLLIN) != 0) read();
}

void RtcPort::read() {
  for (int batch = 0; batch < kReadBatches; ++batch) {
    const std::span<const net::UdpDatagram> datagrams = socket_.receive();
    if (datagrams.empty()) break;
    metrics_.datagrams_in.add(datagrams.size());
    for (const net::UdpDatagram& datagram : datagrams) take(datagram.bytes, to_rtc(datagram.from), datagram.to);
  }
  run_rounds();
}

void RtcPort::take(std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to) {
  input_from_ = from;
  input_to_ = to;
  const rtc::DatagramKind kind = rtc::kind_of(datagram);
  RtcSession* session = nullptr;
  const Time now = loop_.now();
  if (kind == rtc::DatagramKind::kStun) {
    const Result<rtc::StunMessage> message = rtc::parse_stun(datagram);
    if (message) session = owner_of(message.value(), from);
    if (session == nullptr || session->over) return metrics_.strangers.add();
    session->peer().on_stun(message.value(), from, now);
  } else {
    session = table_.find(from);
    if (session == nullptr || session->over) return metrics_.strangers.add();
    if (!session->peer().on_packet(kind, datagram, from, now)) metrics_.dropped.add();
  }
  after_input(*session);
}

// By address, save where somebody opens a new session from an old one's address: then by whom it names.
RtcSession* RtcPort::owner_of(const rtc::StunMessage& message, const rtc::Address& from) const {
  RtcSession* const known = table_.find(from);
  if (!message.username) return known;
  const std::string_view ufrag = rtc::local_ufrag_of(*message.username);
  if (known != nullptr && known->peer().credentials().ufrag() == ufrag) return known;
  RtcSession* const named = table_.find(ufrag);
  return named != nullptr ? named : known;
}

void RtcPort::after_input(RtcSession& session) {
  if (session.over) return;
  const std::optional<rtc::Address>& selected = session.peer().selected();
  if (selected && selected != session.to_rtc) {
    session.to_rtc = selected;
    session.to = to_net(*selected, socket_.address().family());
  }
  if (selected == input_from_) session.from = input_to_;
  hooks_.on_read_end(session);
  note(session);
}

// Something happened to it: it may have something to send, and another time to be asked at.
void RtcPort::note(RtcSession& session) {
  if (session.over) return;
  Turn& turn = turns_[session.turn];
  turn.due = loop_.now();
  set_ready(turn);
}

void RtcPort::set_ready(Turn& turn) {
  turn.ready = true;
  left_ = turns_.size();
}

// The sessions whose turns come next, each one step deeper the nearer it is.
void RtcPort::prefetch_next() const {
  const auto ahead = [this](size_t steps) -> const Turn& { return turns_[(cursor_ + steps) % turns_.size()]; };
  if (const Turn& third = ahead(3); third.ready) prefetch(third.session, sizeof(RtcSession));
  if (const Turn& second = ahead(2); second.ready) second.session->peer().prefetch();
  if (const Turn& first = ahead(1); first.ready) first.session->peer().prefetch_keys();
}

// In a circle, so that a round that is late when the next frame comes is late for somebody else the next time.
void RtcPort::run_rounds() {
  size_t budget = kSliceSessions;
  for (; left_ > 0; --left_, cursor_ = cursor_ + 1 < turns_.size() ? cursor_ + 1 : 0) {
    Turn& turn = turns_[cursor_];
    if (!turn.ready) continue;
    if (blocked_) return;
    if (budget == 0) {
      (void)flush();
      return next_slice_.notify();
    }
    prefetch_next();
    if (!turn.session->over && !pull(turn)) return;  // goes on when the socket takes more
    --budget;
  }
  const bool sent = flush();
  if (const uint64_t born_us = std::exchange(round_born_us_, 0); born_us != 0 && sent) {
    metrics_.forward_latency.observe_us(static_cast<double>(monotonic_us() - born_us));
  }
  arm();
}

// False where the socket takes no more.
bool RtcPort::pull(Turn& turn) {
  RtcSession& session = *turn.session;
  const Time now = loop_.now();
  give(turn);
  if (session.to_rtc && session.to_rtc->transport() == rtc::Transport::kTcp) {
    TcpSink sink(*this, *session.to_rtc);
    (void)session.peer().pull(sink, realtime_us(), now);  // there is always room: what is too much is lost
  } else {
    Sink sink(*this, session);
    if (!session.peer().pull(sink, realtime_us(), now)) return false;
  }
  turn.ready = false;
  if (const auto layer = session.peer().take_keyframe_request(now)) session.feed->want_keyframe(*layer);
  turn.due = session.peer().next_time();
  return true;
}

bool RtcPort::flush() {
  if (tcp_) tcp_->flush();
  if (sender_.flush()) return true;
  if (!blocked_) {
    blocked_ = true;
    metrics_.blocked.add();
    loop_.modify(socket_.fd(), EPOLLIN | EPOLLOUT);
  }
  return false;
}

void RtcPort::on_timer() {
  timer_ = EventLoop::TimerId::none;
  const Time now = loop_.now();
  if (const auto due = sctp_.next_time(); due && *due <= now) sctp_.on_time(now);
  for (Turn& turn : turns_) {
    if (turn.due > now) continue;
    turn.due = Time::max();  // pull() says when next
    if (turn.session->over) continue;
    turn.session->peer().on_time(now);
    set_ready(turn);
  }
  run_rounds();
}

void RtcPort::arm() {
  Time next = Time::max();
  for (const Turn& turn : turns_) next = std::min(next, turn.due);
  if (const auto due = sctp_.next_time()) next = std::min(next, *due);
  if (timer_ != EventLoop::TimerId::none) {
    if (armed_for_ <= next) return;  // it looks again when it fires
    loop_.cancel(timer_);
    timer_ = EventLoop::TimerId::none;
  }
  if (next == Time::max()) return;
  armed_for_ = next;
  timer_ = loop_.after(std::max(next - loop_.now(), Duration::zero()), [this] { on_timer(); });
}

void RtcPort::destroy_ended() {
  if (over_ == 0) return;
  over_ = 0;
  std::erase_if(turns_, [](const Turn& turn) { return turn.session->over; });
  std::erase_if(sessions_, [this](const std::unique_ptr<RtcSession>& session) {
    if (!session->over) return false;
    hooks_.on_gone(*session);
    return true;
  });
  for (size_t i = 0; i < turns_.size(); ++i) turns_[i].session->turn = i;
  cursor_ = 0;
  left_ = turns_.size();
  metrics_.sessions.set(static_cast<double>(sessions_.size()));
  next_slice_.notify();
}

void RtcPort::on_address(RtcSession& session, const rtc::Address& address) { table_.bind(address, &session); }

void RtcPort::on_address_forgotten(RtcSession& session, const rtc::Address& address) {
  table_.unbind(address, &session);
  if (tcp_ && address.transport() == rtc::Transport::kTcp) tcp_->close(address);
}

void RtcPort::on_credentials_retired(RtcSession&, const rtc::IceCredentials& credentials) {
  table_.remove(credentials);
}

void RtcPort::on_datagram(RtcSession& session, const rtc::Address& to, std::span<const uint8_t> datagram) {
  if (to.transport() == rtc::Transport::kTcp) {
    if (tcp_) tcp_->send(to, datagram);
    return;
  }
  std::span<uint8_t> room = sender_.room(datagram.size());
  if (room.empty() && flush()) room = sender_.room(datagram.size());
  if (room.empty()) return;  // lost, as on a network: whoever sent it sends it again
  std::copy(datagram.begin(), datagram.end(), room.begin());
  // An answer leaves from where the question came to, also before it is known that this is the way.
  const net::Address& from = to == input_from_ ? input_to_ : session.from;
  sender_.push(datagram.size(), datagram.size(), to_net(to, socket_.address().family()), from);
}

void RtcPort::on_connected(RtcSession& session) {
  turns_[session.turn].connected = true;
  set_ready(turns_[session.turn]);
}

bool RtcPort::on_channel_message(RtcSession& session, const rtc::ChannelMessage& message) {
  return hooks_.on_message(session, message);
}

void RtcPort::on_end(RtcSession& session, rtc::PeerEnd why, std::string_view detail) {
  session.over = true;
  ++over_;
  gone_.notify();
  hooks_.on_end(session, why, detail);
}

}  // namespace sdr::transport
