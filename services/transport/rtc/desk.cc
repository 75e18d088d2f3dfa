// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/desk.h"

#include <algorithm>
#include <random>

#include "base/log.h"
#include "rtc/sdp/ice_fragment.h"
#include "rtc/sdp/negotiation.h"
#include "schema/limits.h"
#include "transport/rtc/addresses.h"

namespace sdr::transport {
namespace {

uint64_t random_below(uint64_t bound) {
  std::random_device random;
  return (uint64_t{random()} << 32 | random()) % bound;
}

/// Digits, as the origin of a session description wants them, and not to be guessed.
std::string make_session_id() { return std::to_string(random_below(uint64_t{1} << 62)); }

net::Address with_port(const net::Address& address, uint16_t port) {
  const std::string text = address.to_string();
  return net::Address::parse(text.substr(0, text.rfind(':') + 1) + std::to_string(port)).value();
}

/// Where the configuration says, or else where HTTP is served: on the usual port, and if that is taken on another,
/// since browsers are told which it is.
net::UdpSocket bind_udp(const TransportOptions& options) {
  const bool free_choice = options.udp_addr.empty();
  const net::Address http = net::Address::parse(options.listen_addr).value();  // checked already, as is udp_addr
  const uint16_t usual = http.port() == 0 ? uint16_t{0} : TransportOptions::kUdpPort;
  auto socket =
      net::UdpSocket::bind(free_choice ? with_port(http, usual) : net::Address::parse(options.udp_addr).value());
  if (!socket && free_choice) socket = net::UdpSocket::bind(with_port(http, 0));
  if (!socket) throw ConfigError("udp_addr: " + socket.error().message());
  return std::move(socket).value();
}

rtc::PeerConfig peer_config(const rtc::Negotiated& negotiated, const rtc::IceCredentials& local) {
  rtc::PeerConfig config{.ice = {}, .local = local, .dtls = {}};
  for (const std::string& text : negotiated.remote.fingerprints) {
    if (const auto fingerprint = rtc::Fingerprint::parse(text)) config.dtls.peer.push_back(fingerprint.value());
  }
  config.data = negotiated.data.has_value();
  return config;
}

std::optional<rtc::MediaConfig> media_config(const rtc::Negotiated& negotiated, const rtc::AnswerOptions& answer) {
  if (!negotiated.video) return std::nullopt;
  rtc::MediaConfig media;
  media.negotiated = *negotiated.video;
  media.ssrc = answer.ssrc;
  media.rtx_ssrc = answer.rtx_ssrc;
  media.sequence = static_cast<uint16_t>(random_below(1 << 15));
  media.rtx_sequence = static_cast<uint16_t>(random_below(1 << 15));
  media.cname = answer.cname;
  return media;
}

rtc::AnswerOptions answer_options(const std::string& id, const rtc::IceCredentials& local,
                                  const rtc::Fingerprint& fingerprint, const RtcFeed& feed) {
  rtc::AnswerOptions options;
  options.session_id = id;
  options.local.ice_ufrag = local.ufrag();
  options.local.ice_password = local.password();
  options.local.fingerprints = {fingerprint.to_string()};
  options.streams = {feed.stream()};
  options.ssrc = static_cast<uint32_t>(1 + random_below(0xFFFF'FFFE));
  options.rtx_ssrc = options.ssrc ^ 1 ? options.ssrc ^ 1 : 2;
  options.cname = "sdr";
  options.stream_id = "robot";
  options.track_id = feed.name().empty() ? "camera" : feed.name();
  options.max_message_size = schema::kCommandBytesMax;
  return options;
}

}  // namespace

RtcDesk::RtcDesk(EventLoop& loop, Registry& registry, Cameras& cameras, const TransportOptions& options, Hooks hooks)
    : loop_(loop),
      cameras_(cameras),
      hooks_(std::move(hooks)),
      offers_(registry.counter("rtc_offers_total", "Offers of WebRTC sessions")),
      refused_(registry.counter("rtc_offers_refused_total", "Offers that could not be answered")) {
  for (const std::string& text : options.ice_servers) {
    auto server = parse_ice_server(text);
    if (!server) throw ConfigError("ice_servers: " + server.error().message());
    ice_servers_.push_back(std::move(server).value());
  }
  if (!options.webrtc) return;
  net::UdpSocket socket = bind_udp(options);
  const net::Address bound = socket.address();
  Result<FileDescriptor> listener = net::listen_tcp(bound);
  if (!listener) {
    log_warning("no ICE-TCP: viewers whose network lets no UDP out stay with WebSocket",
                {{"why", listener.error().message()}});
  }
  const auto addresses = reachable_addresses(bound, options.udp_announce, listener.ok());
  if (!addresses) throw ConfigError("udp_announce: " + addresses.error().message());
  candidates_ = rtc::host_candidates(addresses.value());
  auto dtls = rtc::DtlsContext::create();
  if (!dtls) throw ConfigError("WebRTC: " + dtls.error().message());
  dtls_ = std::move(dtls).value();
  port_ = std::make_unique<RtcPort>(
      loop, registry, std::move(socket), dtls_,
      RtcPort::Limits{.sessions = static_cast<size_t>(options.clients_max),
                      .media_threads = media_threads(options.rtc_threads)},
      RtcPort::Hooks{
          .on_message = [this](auto& session, const auto& message) { return hooks_.on_message(session, message); },
          .on_read_end = [this](RtcSession& session) { hooks_.on_read_end(session); },
          .on_end =
              [this](RtcSession& session, rtc::PeerEnd why, std::string_view detail) {
                log_info("a WebRTC session ended",
                         {{"client", session.commander->id()}, {"why", to_string(why)}, {"detail", detail}});
                hooks_.on_close(session, to_string(why));
              },
          .on_gone = [this](RtcSession& session) { hooks_.on_gone(session); },
          .want_keyframe = [this](uint32_t feed, size_t layer) { want_keyframe(feed, layer); }});
  if (listener) port_->listen_tcp(std::move(listener).value(), options.loopback_is_free);
}

RtcDesk::~RtcDesk() {
  port_.reset();  // before the feeds
}

Result<RtcDesk::Answered> RtcDesk::offer(Commander& who, const std::string& sdp, Camera& camera) {
  const auto refuse = [this](const Error& error) {
    refused_.add();
    return error;
  };
  offers_.add();
  const auto offered = rtc::parse_sdp(sdp);
  if (!offered) return refuse(offered.error());
  make_room_for(who);
  if (port_->full())
    return refuse(Error(make_error_code(std::errc::resource_unavailable_try_again), "too many sessions"));
  const auto local = port_->make_credentials();
  if (!local) return refuse(local.error());
  RtcFeed& feed = feed_of(camera);
  if (feed.unsuitable()) {
    return refuse(Error(make_error_code(std::errc::not_supported), "the video's codec is none of WebRTC's"));
  }
  rtc::AnswerOptions options = answer_options(make_session_id(), local.value(), dtls_->fingerprint(), feed);
  options.candidates = candidates_;
  const auto answer = rtc::make_answer(offered.value(), options);
  if (!answer) return refuse(answer.error());
  const rtc::Negotiated& negotiated = answer.value().negotiated;
  RtcSession& session = port_->add(options.session_id, who, feed, peer_config(negotiated, local.value()),
                                   media_config(negotiated, options));
  session.mid = answer.value().description.media.empty() ? "0" : answer.value().description.media.front().mid;
  return Answered{&session, to_sdp(answer.value().description)};
}

RtcSession* RtcDesk::find(std::string_view id, const Commander* who) {
  RtcSession* found = nullptr;
  for_each([&](RtcSession& session) {
    if (session.id == id && (who == nullptr || session.commander == who)) found = &session;
  });
  return found;
}

RtcSession* RtcDesk::with_channel(const Commander& who, rtc::Channel channel) {
  RtcSession* found = nullptr;
  for_each([&](RtcSession& session) {
    if (session.commander == &who && session.peer().is_open(channel)) found = &session;
  });
  return found;
}

void RtcDesk::close(RtcSession& session) { port_->end(session); }

Result<std::string> RtcDesk::restart(RtcSession& session) {
  const auto made = port_->restart(session);
  if (!made) return made.error();
  return rtc::restart_fragment(made.value().ufrag(), made.value().password(), session.mid, candidates_);
}

void RtcDesk::leave(const Commander& who) {
  if (!port_) return;
  for_each([&](RtcSession& session) {
    if (session.commander == &who) close(session);
  });
  port_->destroy_ended();
}

void RtcDesk::make_room_for(const Commander& who) {
  size_t count = 0;
  RtcSession* oldest = nullptr;
  for_each([&](RtcSession& session) {
    if (session.commander != &who) return;
    if (oldest == nullptr || session.created < oldest->created) oldest = &session;
    ++count;
  });
  if (count >= kSessionsPerClient) close(*oldest);
}

RtcFeed& RtcDesk::feed_of(Camera& camera) {
  for (const auto& feed : feeds_) {
    if (&feed->camera() == &camera) return *feed;
  }
  feeds_.push_back(std::make_unique<RtcFeed>(
      ++feeds_made_, loop_, camera, [&](Camera::Hooks hooks) { return cameras_.make_low(camera, std::move(hooks)); },
      RtcFeed::Hooks{.want_low = hooks_.want_low,
                     .on_frame = [this](RtcFeed& feed, size_t layer,
                                        const MediaFrame& frame) { port_->on_frame(feed, layer, frame); },
                     .on_layers = [this](RtcFeed& feed) { port_->on_layers(feed); },
                     .on_codec = [this](RtcFeed& feed) { on_codec(feed); }}));
  feeds_.back()->start();
  return *feeds_.back();
}

void RtcDesk::want_keyframe(uint32_t id, size_t layer) {
  for (const auto& feed : feeds_) {
    if (feed->id() == id) return feed->want_keyframe(layer);
  }
}

void RtcDesk::on_frame(Camera& camera, const VideoMessage& frame) {
  for (const auto& feed : feeds_) {
    if (&feed->camera() == &camera) return feed->on_frame(0, camera, frame);
  }
}

// A session that was negotiated for another codec has to be negotiated anew.
void RtcDesk::on_codec(RtcFeed& feed) {
  for_each([&](RtcSession& session) {
    if (session.feed != &feed) return;
    hooks_.on_close(session, "the video's codec changed");
    close(session);
  });
}

void RtcDesk::tick() {
  if (!port_) return;
  port_->tick();
  for (const auto& feed : feeds_) feed->tick(port_->low_used(*feed));
  close_feeds();
}

void RtcDesk::close_feeds() {
  std::erase_if(feeds_, [this](const std::unique_ptr<RtcFeed>& feed) { return !port_->uses(*feed); });
}

Result<rtc::IceServer> parse_ice_server(const std::string& text) {
  rtc::IceServer server;
  const size_t first = text.find(' ');
  server.url = text.substr(0, first);
  if (first != std::string::npos) {
    const size_t second = text.find(' ', first + 1);
    server.username = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    if (second != std::string::npos) server.credential = text.substr(second + 1);
  }
  if (const Status checked = rtc::check(server); !checked) return checked.error();
  return server;
}

}  // namespace sdr::transport
