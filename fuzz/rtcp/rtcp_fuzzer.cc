// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/assert.h"
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/rtcp.h"
#include "rtc/rtp/transport_feedback.h"
#include "rtc/rtp/video_sender.h"

// Control datagrams from a peer, each with two bytes of length and time in front: parsed kind by kind, then given to a
// sender in the middle of a stream. Besides staying within bounds: feedback that parses has as many statuses as it
// says, and whatever is said the estimate stays in its limits and the sender goes on.

namespace {

using namespace sdr::rtc;

void read(std::span<const uint8_t> datagram) {
  RtcpWalk walk(datagram);
  while (const auto packet = walk.next()) {
    if (const auto report = parse_sender_report(*packet))
      for (size_t i = 0; i < report->blocks.size(); ++i)
        SDR_ASSERT(report->blocks[i].cumulative_lost < 1 << 23, "24 bits");
    if (const auto report = parse_receiver_report(*packet)) SDR_ASSERT_OP(report->blocks.size(), <=, 31u);
    if (const auto name = parse_cname(*packet)) SDR_ASSERT_OP(name->size(), <=, 255u);
    if (const auto sources = parse_bye(*packet)) SDR_ASSERT_OP(sources->size() % 4, ==, 0u);
    if (const auto fir = parse_fir(*packet)) (void)fir->request_for(1);
    if (const auto feedback = parse_transport_feedback(*packet)) {
      TransportFeedbackWalk statuses(*feedback);
      size_t count = 0;
      while (statuses.next()) ++count;
      SDR_ASSERT_OP(count, ==, size_t{feedback->status_count});
    }
  }
  SDR_ASSERT(datagram.empty() || walk.status().ok() == check_rtcp(datagram).ok(), "two opinions on one datagram");
}

class Stream {
 public:
  Stream() : packetizer_(VideoCodec::kH264, store_) {
    VideoSender::Config config;
    config.media = {1, 102, 0, 0};
    config.repair = RtpStream::Config{2, 103, 0, 0};
    config.extensions = {1, 2, 3, 4};
    sender_ = std::make_unique<VideoSender>(config, now_);
    const PacketStore* const layer = &store_;
    sender_->set_layers(std::span(&layer, 1), now_);
  }
  void step(std::span<const uint8_t> datagram, unsigned ms) {
    const std::vector<uint8_t> unit(3000, 0x41);
    std::vector<uint8_t> stream{0, 0, 0, 1};
    stream.insert(stream.end(), unit.begin(), unit.end());
    SDR_ASSERT(packetizer_.push({stream, frames_++ % 8 == 0, 0}, now_).ok(), "a frame that was not taken");
    sender_->on_frame(0, now_);
    sender_->on_rtcp(datagram, now_);
    now_ += std::chrono::milliseconds(ms);
    sender_->on_time(now_);
    (void)sender_->take_keyframe_request(now_);
    for (int i = 0; i < 8 && sender_->pull(packets_, now_) > 0; ++i) {
    }
    const double estimate = sender_->bandwidth().estimate_bps();
    SDR_ASSERT(estimate >= 100e3 && estimate <= 200e6, "an estimate out of its limits");
  }

 private:
  sdr::Time now_{std::chrono::hours(1)};
  PacketStore store_{{size_t{1} << 15, 64, 16, std::chrono::seconds(1)}};
  Packetizer packetizer_;
  std::unique_ptr<VideoSender> sender_;
  std::array<OutgoingPacket, 64> packets_;
  uint64_t frames_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::span<const uint8_t> rest(data, size);
  Stream stream;
  for (int i = 0; i < 32 && rest.size() >= 2; ++i) {
    const size_t length = std::min<size_t>(size_t{rest[0]} * 4, rest.size() - 2);
    const auto datagram = rest.subspan(2, length);
    read(datagram);
    stream.step(datagram, rest[1]);
    rest = rest.subspan(2 + length);
  }
  return 0;
}
