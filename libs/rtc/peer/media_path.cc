// SPDX-License-Identifier: Apache-2.0
#include "rtc/peer/media_path.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr size_t kBatch = 48;  // packets per call: more than most frames have, fewer than a segmented send takes
constexpr size_t kReportBytes = 1200;  // of a control datagram
constexpr size_t kUdpAndIpBytes = 28;

VideoSender::Config sender_config(const MediaConfig& config, size_t srtp_overhead) {
  VideoSender::Config video;
  const NegotiatedVideo& negotiated = config.negotiated;
  video.media = {config.ssrc, negotiated.payload_type, config.sequence, 0};
  if (negotiated.rtx_payload_type) {
    video.repair = {config.rtx_ssrc, *negotiated.rtx_payload_type, config.rtx_sequence, 0};
  }
  video.extensions = negotiated.extensions;
  video.mid = negotiated.mid.size() <= kMaxMidBytes ? negotiated.mid : std::string();
  video.cname = config.cname;
  video.playout_delay = config.playout_delay;
  video.frame_interval = config.frame_interval;
  video.overhead_bytes = srtp_overhead + kUdpAndIpBytes;
  return video;
}

/// Datagrams that lie one behind the other and go out in one send: of one size, save a shorter last one.
class Burst {
 public:
  explicit Burst(DatagramSink& sink) : sink_(sink) {}
  ~Burst() { flush(); }
  Burst(const Burst&) = delete;
  Burst& operator=(const Burst&) = delete;

  void add(size_t bytes) {
    if (bytes_ != 0 && (closed_ || bytes > segment_)) flush();
    if (bytes_ == 0) segment_ = bytes;
    closed_ = bytes < segment_;
    bytes_ += bytes;
  }
  void flush() {
    if (bytes_ != 0) sink_.push(bytes_, segment_);
    bytes_ = 0;
    closed_ = false;
  }

 private:
  DatagramSink& sink_;
  size_t bytes_ = 0, segment_ = 0;
  bool closed_ = false;
};

}  // namespace

MediaPath::MediaPath(const MediaConfig& config, const SrtpKeys& keys, Time now)
    : sender_(keys.profile, keys.local),
      receiver_(keys.profile, keys.remote),
      video_(sender_config(config, sender_.rtp_overhead()), now) {
  SDR_ASSERT_OP(sender_.rtp_overhead(), <=, size_t{16});
}

bool MediaPath::on_srtcp(std::span<const uint8_t> datagram, Time now) {
  std::array<uint8_t, 2048> copy;
  if (datagram.size() > copy.size()) return false;
  std::copy(datagram.begin(), datagram.end(), copy.begin());
  const Result<std::span<uint8_t>> opened = receiver_.unprotect_rtcp(std::span(copy).first(datagram.size()));
  if (!opened) {
    ++not_authentic_;
    return false;
  }
  video_.on_rtcp(opened.value(), now);
  return true;
}

bool MediaPath::pull(DatagramSink& sink, uint64_t realtime_us, Time now) {
  if (!pull_report(sink, realtime_us, now)) return false;
  static thread_local std::array<OutgoingPacket, kBatch> packets;  // of no call: to clear it costs as much as a packet
  while (true) {
    std::span<uint8_t> out = sink.room(kBatch * kDatagramMax, kBatch);
    if (out.empty()) return false;
    const size_t count = video_.pull(packets, now);
    if (count == 0) return true;
    Burst burst(sink);
    for (const OutgoingPacket& packet : std::span(packets).first(count)) {
      const size_t bytes = protect(packet, out);
      if (bytes == 0) continue;
      burst.add(bytes);
      out = out.subspan(bytes);
    }
  }
}

size_t MediaPath::protect(const OutgoingPacket& packet, std::span<uint8_t> out) {
  std::array<uint8_t, kMaxPayloadBytes + 2> scratch;
  const std::span<const uint8_t> payload = packet.payload(scratch);
  const auto written = sender_.protect(std::span(packet.header).first(packet.header_bytes), payload, out);
  // Numbers of one source only grow, so the one thing left to fail is a key that protected 2^48 packets.
  return written ? written.value() : 0;
}

bool MediaPath::pull_report(DatagramSink& sink, uint64_t realtime_us, Time now) {
  const std::span<uint8_t> out = sink.room(kReportBytes, 1);
  if (out.empty()) return false;
  std::array<uint8_t, kReportBytes> report;
  const size_t bytes =
      video_.pull_rtcp(std::span(report).first(kReportBytes - sender_.rtcp_overhead()), realtime_us, now);
  if (bytes == 0) return true;
  if (const auto written = sender_.protect_rtcp(std::span(report).first(bytes), out)) {
    sink.push(written.value(), written.value());
  }
  return true;
}

size_t MediaPath::write_bye(std::span<uint8_t> out) {
  std::array<uint8_t, 256> bye;
  const size_t bytes = video_.write_bye(bye);
  if (bytes == 0) return 0;
  const auto written = sender_.protect_rtcp(std::span(bye).first(bytes), out);
  return written ? written.value() : 0;
}

}  // namespace sdr::rtc
