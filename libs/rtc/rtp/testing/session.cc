// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/testing/session.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration kFrameInterval = microseconds(16'667);
constexpr Duration kBetweenKeyframes = milliseconds(500);
constexpr uint32_t kMediaSsrc = 0x11223344, kRepairSsrc = 0x55667788;

void add_nal(std::vector<uint8_t>& out, VideoCodec codec, uint8_t type, size_t payload_bytes, std::mt19937& random) {
  out.insert(out.end(), {0, 0, 0, 1});
  if (codec == VideoCodec::kH264) {
    out.push_back(static_cast<uint8_t>(0x60 | type));
  } else {
    out.insert(out.end(), {static_cast<uint8_t>(type << 1), 1});
  }
  for (size_t i = 0; i < payload_bytes; ++i) out.push_back(static_cast<uint8_t>(1 + random() % 255));
}

}  // namespace

std::vector<uint8_t> make_access_unit(VideoCodec codec, bool keyframe, size_t bytes, std::mt19937& random) {
  std::vector<uint8_t> unit;
  const bool is_h264 = codec == VideoCodec::kH264;
  if (keyframe) {
    if (!is_h264) add_nal(unit, codec, 32, 20, random);
    add_nal(unit, codec, is_h264 ? 7 : 33, 25, random);
    add_nal(unit, codec, is_h264 ? 8 : 34, 5, random);
  }
  const uint8_t slice = keyframe ? (is_h264 ? 5 : 19) : 1;
  add_nal(unit, codec, slice, bytes, random);
  return unit;
}

void FakeEncoder::next_frame(uint64_t capture_us, Time now) {
  const bool keyframe = requested_ && now - last_keyframe_ >= kBetweenKeyframes;
  if (keyframe) {
    requested_ = false;
    last_keyframe_ = now;
    ++keyframes;
  }
  const double spread = 0.8 + 0.4 * static_cast<double>(random_()) / 4294967296.0;
  const auto bytes = static_cast<size_t>(frame_bytes_ * spread * (keyframe ? keyframe_factor_ : 1));
  const auto unit = make_access_unit(VideoCodec::kH264, keyframe, bytes, random_);
  SDR_ASSERT(packetizer_.push({unit, keyframe, capture_us}, now).ok(), "a frame that was not taken");
}

VideoSender::Config test_config(bool has_repair, bool has_feedback) {
  VideoSender::Config config;
  config.media = {kMediaSsrc, 102, 31'000, 0xFFFF'F000};
  if (has_repair) config.repair = RtpStream::Config{kRepairSsrc, 103, 500, 0};
  config.extensions = {4, static_cast<uint8_t>(has_feedback ? 3 : 0), 5, 6};
  config.mid = "0";
  config.cname = "robot";
  return config;
}

Session::Session(const Options& options) : down(options.down, options.seed), up(options.up, options.seed + 1) {
  for (const double rate : options.layer_bps)
    encoders.push_back(std::make_unique<FakeEncoder>(rate, options.keyframe_factor, options.seed + 2));
  const VideoSender::Config config = test_config(options.has_repair, options.has_feedback);
  sender.emplace(config, now_);
  std::vector<const PacketStore*> stores;
  for (const auto& encoder : encoders) stores.push_back(&encoder->store);
  sender->set_layers(stores, now_);
  Browser::Options receiver;
  receiver.media_ssrc = kMediaSsrc;
  receiver.repair_ssrc = kRepairSsrc;
  receiver.extensions = config.extensions;
  receiver.round_trip = options.down.delay + options.up.delay;
  browser.emplace(receiver);
}

void Session::send() {
  std::array<uint8_t, 2048> buffer, scratch;
  if (const size_t bytes = sender->pull_rtcp(buffer, realtime_us(), now_))
    down.send(std::span(buffer).first(bytes), now_);
  while (const size_t count = sender->pull(packets_, now_)) {
    for (const OutgoingPacket& packet : std::span(packets_).first(count)) {
      const auto payload = packet.payload(scratch);
      std::copy_n(packet.header.begin(), packet.header_bytes, buffer.begin());
      std::copy(payload.begin(), payload.end(), buffer.begin() + packet.header_bytes);
      down.send(std::span(buffer).first(packet.header_bytes + payload.size()), now_);
    }
  }
}

void Session::tick() {
  if (now_ >= next_frame_) {
    next_frame_ += kFrameInterval;
    for (size_t layer = 0; layer < encoders.size(); ++layer) {
      encoders[layer]->next_frame(realtime_us(), now_);
      sender->on_frame(layer, now_);
    }
  }
  up.deliver(now_, [&](std::span<const uint8_t> bytes) { sender->on_rtcp(bytes, now_); });
  sender->on_time(now_);
  if (const auto layer = sender->take_keyframe_request(now_)) encoders[*layer]->request_keyframe();
  send();
  down.deliver(now_, [&](std::span<const uint8_t> bytes) { browser->on_datagram(bytes, now_); });
  browser->on_time(now_);
  for (const auto& control : browser->take_control()) up.send(control, now_);
}

// A millisecond at a time: coarse, but all parts see the same moments whatever the seed.
void Session::run(Duration duration) {
  const Time end = now_ + duration;
  for (; now_ < end; now_ += milliseconds(1)) tick();
}

}  // namespace sdr::rtc::testing
