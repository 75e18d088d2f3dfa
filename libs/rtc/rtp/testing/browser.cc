// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/testing/browser.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "rtc/rtp/nal_units.h"
#include "rtc/rtp/rtcp_writer.h"

namespace sdr::rtc::testing {
namespace {

using std::chrono::milliseconds;

constexpr uint32_t kOwnSsrc = 1;
constexpr int kMostNacks = 10;
constexpr Duration kPatience = milliseconds(500);
constexpr Duration kFeedbackInterval = milliseconds(50), kReportInterval = milliseconds(1000);
constexpr Duration kTick = milliseconds(10);

}  // namespace

void Browser::on_datagram(std::span<const uint8_t> datagram, Time now) {
  if (is_rtcp(datagram)) {
    RtcpWalk walk(datagram);
    while (const auto packet = walk.next()) {
      const auto report = parse_sender_report(*packet);
      if (!report || report->ssrc != options_.media_ssrc) continue;
      last_sender_report_ = static_cast<uint32_t>(report->info.ntp >> 16);
      sender_report_arrived_ = now;
    }
    return;
  }
  const auto packet = parse_rtp(datagram);
  SDR_ASSERT(packet.ok(), "the sender made a packet that does not parse");
  const auto extensions = parse_extensions(*packet, options_.extensions);
  SDR_ASSERT(extensions.ok(), "the sender made an extension that does not parse");
  if (extensions->transport_sequence) note_arrival(*extensions->transport_sequence, now);
  if (extensions->playout_delay) playout_delay_ = extensions->playout_delay;
  if (!extensions->mid.empty()) mid_ = extensions->mid;
  RtpHeader header = packet->header;
  auto payload = packet->payload;
  if (header.ssrc == options_.repair_ssrc && payload.size() > 2) {
    ++repeats_;
    header.ssrc = options_.media_ssrc;
    header.sequence = static_cast<uint16_t>(payload[0] << 8 | payload[1]);
    payload = payload.subspan(2);
  }
  if (header.ssrc == options_.media_ssrc) on_media(header, payload, now);
}

void Browser::on_media(const RtpHeader& header, std::span<const uint8_t> payload, Time now) {
  const auto before = media_.newest();
  const int64_t sequence = media_.unwrap(header.sequence);
  if (!before) {
    first_ = sequence;
    first_arrival_ = now;
  }
  for (int64_t gap = before.value_or(sequence) + 1; gap < sequence; ++gap) note_gap(gap, now);
  missing_.erase(sequence);
  if (next_ && sequence < *next_) return;
  if (!buffer_.emplace(sequence, Packet{header, {payload.begin(), payload.end()}}).second) return;
  ++received_;
  ++packets_;
  show_frames(now);
}

void Browser::note_gap(int64_t sequence, Time now) { missing_[sequence] = {Time{}, 0, now}; }

void Browser::note_arrival(uint16_t sequence, Time now) {
  const int64_t number = transport_.unwrap(sequence);
  arrivals_.emplace(number, now);
  if (!feedback_from_ || number < *feedback_from_) feedback_from_ = number;
}

void Browser::show_frames(Time now) {
  while (take_frame(now) || skip_to_keyframe()) {
  }
}

// The frame that begins at next_, if all of it is there.
bool Browser::take_frame(Time now) {
  if (!next_ && !skip_to_keyframe()) return false;
  int64_t end = *next_;
  for (auto it = buffer_.find(end);; ++it, ++end) {
    if (it == buffer_.end() || it->first != end) return false;
    if (it->second.header.marker) break;
  }
  depacketizer_.reset();
  const uint32_t timestamp = buffer_.at(*next_).header.timestamp;
  for (int64_t i = *next_; i <= end; ++i) {
    SDR_ASSERT(buffer_.at(i).header.timestamp == timestamp, "one frame with two timestamps");
    SDR_ASSERT(depacketizer_.push(buffer_.at(i).payload).ok(), "a payload that does not parse");
  }
  newest_frame_.assign(depacketizer_.frame().begin(), depacketizer_.frame().end());
  bool keyframe = false;
  NalWalk walk(newest_frame_);
  while (const auto nal = walk.next())
    keyframe = keyframe || is_random_access(options_.codec, nal_type(options_.codec, nal->front()));
  if (!shown_.empty()) SDR_ASSERT(static_cast<int32_t>(timestamp - shown_.back().timestamp) > 0, "time goes back");
  next_ = end + 1;
  buffer_.erase(buffer_.begin(), buffer_.lower_bound(*next_));
  missing_.erase(missing_.begin(), missing_.lower_bound(*next_));
  if (needs_keyframe_ && !keyframe) return true;
  needs_keyframe_ = false;
  shown_.push_back({now, timestamp, keyframe, newest_frame_.size()});
  return true;
}

// A whole keyframe further on makes all before it superfluous.
bool Browser::skip_to_keyframe() {
  for (auto it = buffer_.begin(); it != buffer_.end(); ++it) {
    if (next_ && it->first == *next_) continue;
    const auto& payload = it->second.payload;
    const uint8_t type = nal_type(options_.codec, payload[0]);
    // Keyframes begin with their parameter sets, in an aggregation packet (or, small, in one packet with the slice).
    if (type != (options_.codec == VideoCodec::kH264 ? 24 : 48)) continue;
    int64_t at = it->first;
    for (auto end = it; end != buffer_.end() && end->first == at; ++end, ++at) {
      if (!end->second.header.marker) continue;
      next_ = it->first;
      buffer_.erase(buffer_.begin(), it);
      missing_.erase(missing_.begin(), missing_.lower_bound(*next_));
      return true;
    }
  }
  return false;
}

void Browser::lose_picture(Time now) {
  if (now - asked_for_keyframe_ < milliseconds(200)) return;
  asked_for_keyframe_ = now;
  ++plis_;
  std::array<uint8_t, 64> buffer;
  ByteWriter writer(buffer);
  write_pli(writer, {kOwnSsrc, options_.media_ssrc});
  control_.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(writer.size()));
}

void Browser::send_nacks(Time now) {
  std::vector<uint16_t> sequences;
  bool hopeless = false;
  for (auto& [sequence, missing] : missing_) {
    if (now - missing.since > kPatience || missing.times >= kMostNacks) hopeless = true;
    if (missing.times >= kMostNacks || now - missing.asked < options_.round_trip + kTick) continue;
    missing.asked = now;
    ++missing.times;
    if (sequences.size() < 200) sequences.push_back(static_cast<uint16_t>(sequence & 0xFFFF));
  }
  if (hopeless) lose_picture(now);
  if (sequences.empty()) return;
  std::vector<uint8_t> buffer(1200);
  ByteWriter writer(buffer);
  write_nack(writer, kOwnSsrc, options_.media_ssrc, sequences);
  buffer.resize(writer.size());
  control_.push_back(std::move(buffer));
}

void Browser::send_feedback(Time now) {
  next_feedback_ = now + kFeedbackInterval;
  while (options_.sends_feedback && !arrivals_.empty()) {
    const int64_t first = arrivals_.begin()->first, last = arrivals_.rbegin()->first;
    // From where the last feedback ended, so that what was lost in between is said, too.
    std::vector<std::optional<ArrivalTime>> statuses;
    for (int64_t i = first; i <= last; ++i) {
      const auto it = arrivals_.find(i);
      statuses.push_back(it == arrivals_.end() ? std::nullopt
                                               : std::optional(std::chrono::duration_cast<ArrivalTime>(
                                                     it->second.time_since_epoch() + std::chrono::hours(17))));
    }
    TransportFeedback head{
        kOwnSsrc, options_.media_ssrc, static_cast<uint16_t>(first & 0xFFFF), 0, 0, feedback_count_++, {}, {}};
    std::vector<uint8_t> buffer(1200);
    ByteWriter writer(buffer);
    const size_t count = write_transport_feedback(writer, head, statuses);
    if (count == 0) break;
    buffer.resize(writer.size());
    control_.push_back(std::move(buffer));
    arrivals_.erase(arrivals_.begin(), arrivals_.lower_bound(first + static_cast<int64_t>(count)));
  }
}

void Browser::send_report(Time now) {
  next_report_ = now + kReportInterval;
  if (!media_.newest()) return;
  const int64_t expected = *media_.newest() - first_ + 1;
  const int64_t lately = expected - expected_before_, arrived = received_ - received_before_;
  ReportBlock block;
  block.ssrc = options_.media_ssrc;
  if (lately > 0)
    block.fraction_lost = static_cast<uint8_t>(std::clamp<int64_t>((lately - arrived) * 256 / lately, 0, 255));
  block.cumulative_lost = static_cast<int32_t>(expected - received_);
  block.highest_sequence = static_cast<uint32_t>(*media_.newest());
  block.last_sender_report = last_sender_report_;
  // In 1/65536 s; of no meaning, and longer than fits, before the first report.
  const double since_s = std::chrono::duration<double>(now - sender_report_arrived_).count();
  block.delay_since_report = since_s < 65536 ? static_cast<uint32_t>(since_s * 65536) : 0;
  expected_before_ = expected;
  received_before_ = received_;
  std::vector<uint8_t> buffer(128);
  ByteWriter writer(buffer);
  write_receiver_report(writer, kOwnSsrc, std::span(&block, 1));
  buffer.resize(writer.size());
  control_.push_back(std::move(buffer));
}

void Browser::on_time(Time now) {
  send_nacks(now);
  // Nothing to show for long although packets come: what cannot be decoded was not even missed.
  const Time waiting_since = shown_.empty() ? first_arrival_ : shown_.back().time;
  if (!buffer_.empty() && now - waiting_since > kPatience) lose_picture(now);
  if (now >= next_feedback_) send_feedback(now);
  if (now >= next_report_) send_report(now);
}

Time Browser::next_time() const { return std::min(next_feedback_, next_report_); }

std::vector<std::vector<uint8_t>> Browser::take_control() { return std::exchange(control_, {}); }

Duration Browser::longest_freeze(Time from, Time to) const {
  Duration longest{};
  Time last = from;
  for (const Shown& frame : shown_) {
    if (frame.time < from || frame.time > to) continue;
    longest = std::max(longest, frame.time - last);
    last = frame.time;
  }
  return std::max(longest, to - last);
}

}  // namespace sdr::rtc::testing
