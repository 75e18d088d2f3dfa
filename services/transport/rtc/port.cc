// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/port.h"

#include <algorithm>
#include <random>

#include "transport/rtc/addresses.h"

namespace sdr::transport {
namespace {

constexpr int kReadBatches = 4;              // per turn: who floods the port does not keep the loop
constexpr size_t kSenderBytes = 256 * 1024;  // of what is not media
constexpr size_t kDatagramsMax = 256;        // that wait for one call of the kernel

uint64_t secret_seed() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

}  // namespace

RtcPortMetrics::RtcPortMetrics(Registry& registry)
    : sessions(registry.gauge("rtc_sessions", "WebRTC sessions")),
      thinned(registry.gauge("rtc_sessions_thinned", "Sessions whose link is too thin for all pictures of a layer")),
      low(registry.gauge("rtc_sessions_low", "Sessions that get the lower layer")),
      datagrams_in(registry.counter("rtc_datagrams_received_total", "Datagrams that came to the WebRTC port")),
      strangers(registry.counter("rtc_datagrams_unknown_total", "Datagrams of no session's")),
      refused(
          registry.counter("rtc_datagrams_refused_total", "Datagrams of sessions' addresses that proved to be none")) {}

RtcPort::RtcPort(EventLoop& loop, Registry& registry, net::UdpSocket socket,
                 std::shared_ptr<const rtc::DtlsContext> dtls, const Limits& limits, Hooks hooks)
    : loop_(loop),
      registry_(registry),
      metrics_(registry),
      socket_(std::move(socket)),
      sender_(socket_.fd(), {.capacity_bytes = kSenderBytes, .capacity_sends = kDatagramsMax}),
      limits_(limits),
      hooks_(std::move(hooks)),
      dtls_(std::move(dtls)),
      sctp_(loop.now()),
      table_(limits.sessions, secret_seed()),
      later_(loop, [this] { settle(); }),
      gone_(loop, [this] { destroy_ended(); }),
      media_(loop, registry, socket_.fd(), limits.media_threads, media_hooks()) {
  loop_.watch(socket_.fd(), EPOLLIN, [this](uint32_t events) { on_ready(events); });
}

RtcPort::~RtcPort() {
  loop_.unwatch(socket_.fd());
  loop_.cancel(timer_);
  for (const auto& session : sessions_) {
    media_.end(*session, true);
    session->peer().close(loop_.now());
  }
  media_.flush();
  flush();
  sessions_.clear();  // before the stack that they stand on
}

RtcMedia::Hooks RtcPort::media_hooks() {
  return {.want_keyframe = [this](uint32_t feed, size_t layer) { hooks_.want_keyframe(feed, layer); },
          .on_authentic = [this](uint64_t number, const MediaWay& way) { on_authentic(number, way); },
          .find = [this](uint64_t number) -> RtcSession* {
            const auto found = std::find_if(sessions_.begin(), sessions_.end(),
                                            [number](const auto& session) { return session->number == number; });
            return found == sessions_.end() ? nullptr : found->get();
          },
          .send_tcp =
              [this](const rtc::Address& to, std::span<const uint8_t> datagram) {
                if (tcp_) tcp_->send(to, datagram);
                if (!std::exchange(tcp_waits_, true)) later_.notify();
              }};
}

void RtcPort::listen_tcp(FileDescriptor listener, bool loopback_is_free) {
  tcp_ = std::make_unique<RtcTcp>(
      loop_, registry_, std::move(listener), loopback_is_free,
      RtcTcp::Hooks{.on_datagram =
                        [this](std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to) {
                          metrics_.datagrams_in.add();
                          take(datagram, from, to);
                          later_.notify();
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

RtcSession& RtcPort::add(std::string id, Commander& who, RtcFeed& feed, const rtc::PeerConfig& config,
                         std::optional<rtc::MediaConfig> media) {
  SDR_ASSERT(!full(), "the caller asks full()");
  SessionEvents& events = *this;
  auto owned = std::make_unique<RtcSession>(++numbers_, std::move(id), who, feed, events);
  RtcSession& session = *owned;
  const Time now = loop_.now();
  session.created = now;
  session.media_config = std::move(media);
  session.start(config, {dtls_, sctp_, ice_}, now);
  const bool added = table_.add(config.local, &session);
  SDR_ASSERT(added, "credentials are of make_credentials()");
  session.turn = turns_.size();
  turns_.push_back({&session, now});
  sessions_.push_back(std::move(owned));
  metrics_.sessions.set(static_cast<double>(sessions_.size()));
  note(session);
  return session;
}

void RtcPort::end(RtcSession& session) {
  if (session.over) return;
  media_.end(session, true);
  session.peer().close(loop_.now());
  session.over = true;
  ++over_;
  gone_.notify();
  later_.notify();  // what it said last is still to be sent
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
  later_.notify();
  return result;
}

void RtcPort::on_frame(RtcFeed& feed, size_t layer, const MediaFrame& frame) {
  media_.on_frame(feed, layer, frame);
  media_.flush();
}

void RtcPort::on_layers(RtcFeed& feed) {
  media_.on_layers(feed);
  media_.flush();
}

void RtcPort::tick() {
  if (tcp_) tcp_->sweep();
  media_.tick(sessions_);
  const MediaLinks links = media_.links();
  metrics_.thinned.set(static_cast<double>(links.thinned));
  metrics_.low.set(static_cast<double>(links.low));
  later_.notify();
}

bool RtcPort::uses(const RtcFeed& feed) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& session) { return session->feed == &feed; });
}

void RtcPort::on_ready(uint32_t epoll_events) {
  if ((epoll_events & EPOLLOUT) != 0) {
    blocked_ = false;
    loop_.modify(socket_.fd(), EPOLLIN);
    flush();
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
  settle();
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
    if (kind == rtc::DatagramKind::kRtcp) return take_control(*session, datagram);
    if (kind != rtc::DatagramKind::kDtls || !session->peer().on_dtls(datagram, from, now)) metrics_.refused.add();
  }
  after_input(*session);
}

// Whether it is the session's indeed, who has the keys finds out.
void RtcPort::take_control(RtcSession& session, std::span<const uint8_t> datagram) {
  const MediaWay way{input_from_, {}, input_to_};
  if (!session.peer().admits(input_from_) || !media_.on_control(session, datagram, way)) metrics_.refused.add();
  follow(session);
}

void RtcPort::on_authentic(uint64_t number, const MediaWay& way) {
  RtcSession* const session = table_.find(way.peer);
  if (session == nullptr || session->number != number || session->over) return;
  input_from_ = way.peer;
  input_to_ = way.from;
  session->peer().on_authentic(way.peer);
  after_input(*session);
  later_.notify();
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
  follow(session);
  hooks_.on_read_end(session);
  note(session);
}

// Its way is where ICE has it, and leaves from the address of ours that the newest datagram from there came to.
void RtcPort::follow(RtcSession& session) {
  const std::optional<rtc::Address>& selected = session.peer().selected();
  if (!selected) return;
  MediaWay& way = session.way;
  const bool first = way.to.family() == AF_UNSPEC;
  if (first || way.peer != *selected) {
    way.peer = *selected;
    way.to = to_net(*selected, socket_.address().family());
  }
  if (way.peer == input_from_ && way.from != input_to_) way.from = input_to_;
  media_.on_way(session);
}

// Something happened to it: it wants to be asked at another time.
void RtcPort::note(RtcSession& session) {
  if (session.over) return;
  Turn& turn = turns_[session.turn];
  turn.due = session.peer().next_time();
  arm(turn.due);
}

// What was said is sent, the sessions' own words before video.
void RtcPort::settle() {
  flush();
  media_.flush();
  if (std::exchange(tcp_waits_, false) && tcp_) tcp_->flush();
  if (const auto due = sctp_.next_time()) arm(*due);
}

void RtcPort::flush() {
  if (tcp_) tcp_->flush();
  if (sender_.flush() || std::exchange(blocked_, true)) return;
  loop_.modify(socket_.fd(), EPOLLIN | EPOLLOUT);
}

void RtcPort::on_timer() {
  timer_ = EventLoop::TimerId::none;
  const Time now = loop_.now();
  if (const auto due = sctp_.next_time(); due && *due <= now) sctp_.on_time(now);
  Time next = Time::max();
  for (Turn& turn : turns_) {
    if (turn.due <= now && !turn.session->over) {
      turn.session->peer().on_time(now);
      turn.due = turn.session->over ? Time::max() : turn.session->peer().next_time();
    }
    next = std::min(next, turn.due);
  }
  settle();
  arm(next);
}

// Looks again then, or sooner.
void RtcPort::arm(Time next) {
  if (timer_ != EventLoop::TimerId::none) {
    if (armed_for_ <= next) return;
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
  metrics_.sessions.set(static_cast<double>(sessions_.size()));
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
  if (room.empty()) {
    flush();
    room = sender_.room(datagram.size());
  }
  if (room.empty()) return;  // lost, as on a network: whoever sent it sends it again
  std::copy(datagram.begin(), datagram.end(), room.begin());
  // An answer leaves from where the question came to, also before it is known that this is the way.
  const net::Address& from = to == input_from_ ? input_to_ : session.way.from;
  sender_.push(datagram.size(), datagram.size(), to_net(to, socket_.address().family()), from);
}

bool RtcPort::on_channel_message(RtcSession& session, const rtc::ChannelMessage& message) {
  return hooks_.on_message(session, message);
}

void RtcPort::on_end(RtcSession& session, rtc::PeerEnd why, std::string_view detail) {
  media_.end(session, false);
  session.over = true;
  ++over_;
  gone_.notify();
  later_.notify();
  hooks_.on_end(session, why, detail);
}

}  // namespace sdr::transport
