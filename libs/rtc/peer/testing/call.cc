// SPDX-License-Identifier: Apache-2.0
#include "rtc/peer/testing/call.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration kFrameInterval = microseconds(16'667);

/// Made once: a key takes longer than most of these tests.
std::shared_ptr<const DtlsContext> context_of(bool server) {
  static const std::shared_ptr<const DtlsContext> contexts[] = {DtlsContext::create().value(),
                                                                DtlsContext::create().value()};
  return contexts[server];
}

AnswerOptions answer_options() {
  AnswerOptions options;
  options.session_id = "77";
  options.local = {"ourUfrag", "ourPasswordOf24Letters00", {context_of(true)->fingerprint().to_string()}, std::nullopt};
  const std::array<Address, 1> addresses = {*Address::parse("192.0.2.1:8189")};
  options.candidates = host_candidates(addresses);
  options.streams = {{VideoCodec::kH264, 66, 0xC0, 31}};
  options.ssrc = 0x11223344;
  options.rtx_ssrc = 0x55667788;
  options.cname = "robot";
  options.stream_id = "camera";
  options.track_id = "video";
  return options;
}

PeerConfig peer_config(const Negotiated& negotiated, const std::optional<Fingerprint>& signalled) {
  PeerConfig config{.ice = {}, .local = IceCredentials("ourUfrag", "ourPasswordOf24Letters00"), .dtls = {}};
  config.dtls.peer = {signalled ? *signalled : context_of(false)->fingerprint()};
  config.data = negotiated.data.has_value();
  return config;
}

MediaConfig media_config(const Negotiated& negotiated) {
  MediaConfig media;
  media.negotiated = *negotiated.video;
  media.ssrc = 0x11223344;
  media.rtx_ssrc = 0x55667788;
  media.sequence = 31'000;
  media.cname = "robot";
  return media;
}

}  // namespace

void SplitSink::push(size_t bytes, size_t segment_bytes) {
  SDR_ASSERT_OP(bytes, <=, memory_.size());
  ++pushes;
  for (size_t at = 0; at < bytes; at += segment_bytes) {
    take_(std::span(memory_).subspan(used_ + at, std::min(segment_bytes, bytes - at)));
  }
  used_ += bytes;
}

Call::Call(const Options& options)
    : stack(time.now()),
      down(options.down, options.seed),
      up(options.up, options.seed + 1),
      options_(options),
      sink_([this](std::span<const uint8_t> datagram) { on_datagram(*peer->selected(), datagram); }),
      next_frame_(time.now()) {
  for (const double rate : options.layer_bps) {
    encoders.push_back(std::make_unique<FakeEncoder>(rate, 4, options.seed + 2));
  }
  player.emplace(Player::Options{.dtls = context_of(false),
                                 .sctp = options.data ? &stack : nullptr,
                                 .feedback = options.feedback,
                                 .round_trip = options.down.delay + options.up.delay,
                                 .seed = options.seed,
                                 .send = [this](std::span<const uint8_t> datagram) {
                                   const bool is_dtls = kind_of(datagram) == DatagramKind::kDtls;
                                   if (options_.answers_dtls || !is_dtls) up.send(datagram, now());
                                 }});
  const auto answer = make_answer(parse_sdp(player->offer()).value(), answer_options());
  SDR_ASSERT(answer.ok(), "our own offer is not answered");
  PeerEvents& events = *this;
  peer.emplace(peer_config(answer->negotiated, options.signalled), PeerShared{context_of(true), stack, ice}, events,
               now());
  media_config_ = media_config(answer->negotiated);
  SDR_ASSERT(player->accept(to_sdp(answer->description), now()).ok(), "our own answer is not accepted");
}

Call::~Call() {
  player.reset();
  peer.reset();  // before the stack
}

void Call::on_connected(const SrtpKeys& keys) {
  ++connected;
  media = std::make_unique<MediaPath>(media_config_, keys, now());
  std::vector<const PacketStore*> stores;
  for (const auto& encoder : encoders) stores.push_back(&encoder->store);
  media->video().set_layers(stores, now());
}

void Call::close() {
  std::array<uint8_t, 512> bye;
  if (sends_media()) on_datagram(*peer->selected(), std::span(bye).first(media->write_bye(bye)));
  peer->close(now());
}

void Call::on_datagram(const Address& to, std::span<const uint8_t> datagram) {
  ++sent_to[to == player_address ? 0 : 1];
  if (to == player_address) return down.send(datagram, now());
  largest_to_strangers = std::max(largest_to_strangers, uint64_t{datagram.size()});
}

bool Call::on_channel_message(const ChannelMessage& message) {
  if (on_message) return on_message(message);
  if (message.channel == Channel::commands && !takes_commands) return false;
  messages.push_back({message.channel, std::string(message.bytes.begin(), message.bytes.end()), message.text});
  return true;
}

void Call::give(std::span<const uint8_t> datagram, const Address& from) {
  const DatagramKind kind = kind_of(datagram);
  if (kind == DatagramKind::kDtls) return (void)peer->on_dtls(datagram, from, now());
  if (kind == DatagramKind::kRtcp && media && peer->admits(from) && media->on_srtcp(datagram, now())) {
    return peer->on_authentic(from);
  }
  if (kind != DatagramKind::kStun) return;
  const auto message = parse_stun(datagram);
  if (message) peer->on_stun(message.value(), from, now());
}

void Call::tick() {
  if (now() >= next_frame_) {
    next_frame_ += kFrameInterval;
    for (size_t layer = 0; layer < encoders.size(); ++layer) {
      encoders[layer]->next_frame(realtime_us(), now());
      if (media) media->video().on_frame(layer, encoders[layer]->store.newest()->id, now());
    }
  }
  up.deliver(now(), [this](std::span<const uint8_t> datagram) { give(datagram, player_address); });
  if (const auto due = stack.next_time(); due && *due <= now()) stack.on_time(now());
  if (peer->next_time() <= now()) peer->on_time(now());
  if (sends_media()) send_media();
  down.deliver(now(), [this](std::span<const uint8_t> datagram) { player->on_datagram(datagram, now()); });
  player->on_time(now());
}

void Call::send_media() {
  if (media->video().next_time() <= now()) media->video().on_time(now());
  if (const auto layer = media->video().take_keyframe_request(now())) encoders[*layer]->request_keyframe();
  (void)media->pull(sink_, realtime_us(), now());
}

// A millisecond at a time, as sdr::rtc::testing::Session.
void Call::run(Duration duration) {
  for (const Time end = now() + duration; now() < end; time.advance(milliseconds(1))) tick();
}

bool Call::run_until(const std::function<bool()>& done, Duration limit) {
  for (const Time end = now() + limit; now() < end; run(milliseconds(1))) {
    if (done()) return true;
  }
  return done();
}

bool Call::open_channels() {
  return run_until(
      [this] {
        const auto open = [this](Channel channel) { return peer->is_open(channel) && player->is_open(channel); };
        return open(Channel::control) && open(Channel::commands);
      },
      std::chrono::seconds(15));
}

}  // namespace sdr::rtc::testing
