// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "rtc/rtp/video_sender.h"

// What a peer says about the video it gets: reports, lost packets, lost pictures, arrival times.

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;

constexpr Duration kLongestRoundTrip = std::chrono::seconds(3);
constexpr double kRoundTripSmoothing = 0.3;  // of the way to the newest
constexpr ArrivalTime kLargestStep = std::chrono::seconds(5), kLargestDistance = std::chrono::hours(24);
constexpr Duration kKeyframeOnItsWay = milliseconds(300);

Duration clamp_round_trip(Duration measured) {
  return std::clamp<Duration>(measured, milliseconds(1), kLongestRoundTrip);
}

// Feeds one parsed packet to its handler; false where it did not parse.
template <typename Parsed, typename Handle>
bool with(const Result<Parsed>& parsed, Handle handle) {
  if (parsed) handle(*parsed);
  return parsed.ok();
}

}  // namespace

void VideoSender::on_rtcp(std::span<const uint8_t> datagram, Time now) {
  if (!check_rtcp(datagram)) {
    ++counters_.malformed;
    return;
  }
  RtcpWalk walk(datagram);
  while (const auto packet = walk.next())
    if (!on_control(*packet, now)) ++counters_.malformed;
}

bool VideoSender::on_control(const RtcpPacket& packet, Time now) {
  switch (packet.type) {
    case RtcpType::kSenderReport:
      return with(parse_sender_report(packet), [&](const SenderReport& report) { on_report(report.blocks, now); });
    case RtcpType::kReceiverReport:
      return with(parse_receiver_report(packet), [&](const ReceiverReport& report) { on_report(report.blocks, now); });
    case RtcpType::kTransportFeedback:
      if (packet.format == kFormatNack) return with(parse_nack(packet), [&](const Nack& nack) { on_nack(nack, now); });
      if (packet.format == kFormatTransportWide) {
        const auto feedback = parse_transport_feedback(packet);
        return feedback && on_feedback(*feedback, now);
      }
      return true;
    case RtcpType::kPayloadFeedback:
      if (packet.format == kFormatFir) return with(parse_fir(packet), [&](const Fir& fir) { on_fir(fir, now); });
      if (packet.format == kFormatPli) {
        return with(parse_pli(packet), [&](const Pli& pli) {
          if (pli.media_ssrc == media_.ssrc()) on_picture_lost(now);
        });
      }
      return true;
    default:
      return true;  // descriptions, farewells (the connection's end says it), extended reports: nothing for us
  }
}

void VideoSender::on_report(const ReportBlocks& blocks, Time now) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const ReportBlock block = blocks[i];
    if (block.ssrc == media_.ssrc()) on_block(block, now);
  }
}

// The round trip by our own clock: when the report that it echoes was sent. RFC 3550 section 6.4.1.
void VideoSender::on_block(const ReportBlock& block, Time now) {
  is_known_ = true;
  for (const Report& report : reports_) {
    if (block.last_sender_report == 0 || report.ntp_middle != block.last_sender_report) continue;
    const Duration held(static_cast<int64_t>(block.delay_since_report) * 1'000'000'000 / 65536);
    const Duration measured = clamp_round_trip(now - report.sent - held);
    round_trip_ =
        has_round_trip_
            ? round_trip_ + std::chrono::duration_cast<Duration>(kRoundTripSmoothing * (measured - round_trip_))
            : measured;
    has_round_trip_ = true;
  }
  const uint32_t packets = media_.packets() - reported_packets_;
  reported_packets_ = media_.packets();
  if (!last_feedback_) bandwidth_.on_report(block.fraction_lost / 256.0, packets, sent_rate_.rate_bps(now), now);
}

void VideoSender::on_nack(const Nack& nack, Time now) {
  if (nack.media_ssrc != media_.ssrc()) return;
  ++counters_.nacks;
  nack.for_each([&](uint16_t sequence) { on_lost(sequence, now); });
}

void VideoSender::on_lost(uint16_t sequence, Time now) {
  ++counters_.lost;
  // What was lost before a keyframe that has long arrived is of no use any more.
  const auto keyframe = static_cast<uint16_t>(keyframe_sequence_ & 0xFFFF);
  const bool is_past = sequence_distance(keyframe, sequence) < 0;
  if (is_past && wish_.fulfilled() && now - *wish_.fulfilled() > 2 * round_trip_) return;
  const auto place = sent_.find(sequence);
  const auto packet = place ? stored(*place) : std::nullopt;
  if (packet && repair_stream_) {
    const size_t bytes = packet->payload.size() + kMaxHeaderBytes + config_.overhead_bytes;
    const auto verdict = repair_.on_lost(sequence, bytes, round_trip_, now);
    if (verdict == RepairVerdict::kQueued || verdict == RepairVerdict::kOnItsWay) return;
  }
  ++counters_.hopeless;
  if (!is_past) on_picture_lost(now);
}

void VideoSender::on_fir(const Fir& fir, Time now) {
  const auto request = fir.request_for(media_.ssrc());
  if (!request || request == last_fir_) return;
  last_fir_ = request;
  on_picture_lost(now);
}

void VideoSender::on_picture_lost(Time now) {
  const auto newest = wish_.fulfilled();
  const bool on_its_way = newest && now - *newest < std::min(round_trip_, kKeyframeOnItsWay);
  if (!on_its_way) wish_.want();
}

// What to add to the peer's clock so that it runs on beside ours: its reference wraps after 12 days, and may say
// anything.
ArrivalTime VideoSender::follow_clock(ArrivalTime reference, Time now) {
  const ArrivalTime own(static_cast<int64_t>(to_us(now)));
  const ArrivalTime elapsed = last_feedback_ ? std::chrono::duration_cast<ArrivalTime>(now - *last_feedback_) : own;
  const ArrivalTime expected = reference_ + elapsed;
  if (std::chrono::abs(reference + clock_offset_ - expected) > kLargestStep) clock_offset_ = expected - reference;
  if (std::chrono::abs(reference + clock_offset_ - own) > kLargestDistance) clock_offset_ = own - reference;
  reference_ = reference + clock_offset_;
  return clock_offset_;
}

bool VideoSender::on_feedback(const TransportFeedback& feedback, Time now) {
  if (feedback.status_count > TransportHistory::kPackets) return false;  // of more than was ever in flight
  const ArrivalTime offset = follow_clock(kReferenceStep * feedback.reference_time, now);
  last_feedback_ = now;
  Time newest_sent{};
  TransportFeedbackWalk walk(feedback);
  while (const auto status = walk.next()) {
    if (!status->arrival) {
      if (history_.mark_lost(status->sequence)) bandwidth_.on_lost();
      continue;
    }
    const auto packet = history_.take_arrived(status->sequence, now);
    if (!packet) continue;
    newest_sent = std::max(newest_sent, packet->sent);
    bandwidth_.on_arrived(*packet, *status->arrival + offset);
    prober_.on_arrived(*packet, *status->arrival + offset);
  }
  if (!has_round_trip_ && newest_sent != Time{})
    round_trip_ = std::min(round_trip_, clamp_round_trip(now - newest_sent));
  bandwidth_.on_feedback_end(round_trip_, now);
  if (const auto found = prober_.result(round_trip_, now)) bandwidth_.on_probe(*found);
  update_thinning(now);
  return true;
}

}  // namespace sdr::rtc
