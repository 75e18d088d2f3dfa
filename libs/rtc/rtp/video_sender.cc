// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/video_sender.h"

#include <algorithm>

#include "base/assert.h"
#include "base/prefetch.h"
#include "rtc/rtp/media_time.h"
#include "rtc/rtp/rtcp_writer.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Who joins gets the newest keyframe and what follows it, up to here; a new keyframe may be half a second away.
constexpr uint64_t kJoinFrames = 28;
constexpr size_t kJoinBytes = 256 * 1024;  // more takes a link as long as waiting would
constexpr size_t kLongQueue = 16;          // frames: the peer has fallen behind
constexpr size_t kSkippableQueue = 3;
constexpr auto kUpdateInterval = milliseconds(50);
constexpr Duration kReportInterval = seconds(1), kFirstReportInterval = milliseconds(200);
constexpr size_t kFirstReports = 4;  // soon after each other: a receiver needs two to know our clock
constexpr Duration kSilence = seconds(1), kSilenceAgain = milliseconds(500);
constexpr auto kTrialInterval = seconds(8);
constexpr double kWireOverhead = 1.08;  // headers and authentication, on top of payload

}  // namespace

std::span<const uint8_t> OutgoingPacket::payload(std::span<uint8_t> scratch) const {
  if (!is_repeat) return store_bytes;
  ByteWriter writer(scratch);
  writer.u16(original_sequence);
  writer.bytes(store_bytes);
  SDR_ASSERT(writer.ok(), "no room for a repeated packet");
  return scratch.first(writer.size());
}

VideoSender::VideoSender(const Config& config, Time now)
    : config_(config),
      media_(config.media),
      pacer_(config.frame_interval),
      bandwidth_(config.bandwidth),
      next_report_(now) {
  SDR_ASSERT_OP(config.mid.size(), <=, kMaxMidBytes);
  SDR_ASSERT_OP(config.cname.size(), <=, 255u);
  if (config.repair) repair_stream_.emplace(*config.repair);
}

void VideoSender::set_layers(std::span<const PacketStore* const> stores, Time now) {
  SDR_ASSERT(!stores.empty() && stores.size() <= kMaxLayers, "one or two layers");
  const bool goes_on = goes_on_with(stores);
  std::copy(stores.begin(), stores.end(), stores_.begin());
  layers_ = stores.size();
  if (goes_on) return thinning_.change_layers(layers_);
  thinning_.set_layers(layers_);
  sent_ = SentFrames();  // what was sent lies in stores that may go
  repair_.clear_queue();
  drop_queue();
  in_frame_ = false;
  join(now);
}

// The layer that it is at stays, and nothing of another one is on its way.
bool VideoSender::goes_on_with(std::span<const PacketStore* const> stores) const {
  const size_t shared = std::min(layers_, stores.size());
  if (thinning_.layer() >= shared || !std::equal(stores_.begin(), stores_.begin() + shared, stores.begin()))
    return false;
  if (in_frame_ && sent_.newest()->layer >= shared) return false;
  for (uint64_t i = queue_begin_; i < queue_end_; ++i) {
    if (queue_[i % kQueuedFrames].layer >= shared) return false;
  }
  return true;
}

// A picture at once where the newest keyframe is recent.
void VideoSender::join(Time now) {
  const PacketStore& best = *stores_[0];
  const StoredFrame* const keyframe = best.newest_keyframe();
  if (keyframe == nullptr || best.newest()->id - keyframe->id >= kJoinFrames) return;
  size_t bytes = 0;
  for (uint64_t id = keyframe->id; const StoredFrame* const frame = best.find(id); ++id) bytes += frame->payload_bytes;
  if (bytes > kJoinBytes && best.newest()->id != keyframe->id) return;
  is_joining_ = true;
  wish_.fulfilled(now);
  for (uint64_t id = keyframe->id; const StoredFrame* const frame = best.find(id); ++id) {
    thinning_.joined(0, frame->payload_bytes, now);
    enqueue(0, *frame);
  }
}

void VideoSender::on_frame(size_t layer, Time now) {
  SDR_ASSERT_OP(layer, <, layers_);
  if (const StoredFrame* const frame = stores_[layer]->newest()) on_frame(layer, frame->id, now);
}

void VideoSender::on_frame(size_t layer, uint64_t id, Time now) {
  SDR_ASSERT_OP(layer, <, layers_);
  const StoredFrame* const frame = stores_[layer]->find(id);
  if (frame == nullptr) return;
  if (now >= next_update_) update_thinning(now);
  const size_t layer_before = thinning_.layer();
  if (!thinning_.admit(layer, frame->keyframe, frame->payload_bytes, now)) {
    counters_.skipped_frames += layer == layer_before ? 1 : 0;
    return;
  }
  counters_.layer_changes += layer == layer_before ? 0 : 1;
  if (frame->keyframe) {
    wish_.fulfilled(now);
    if (queue_end_ - queue_begin_ >= kSkippableQueue) drop_queue();  // it makes the rest superfluous
  } else if (queue_end_ - queue_begin_ >= (is_joining_ ? kQueuedFrames : kLongQueue)) {
    drop_queue();
    thinning_.wait_for_keyframe();
    return;
  }
  enqueue(layer, *frame);
}

void VideoSender::enqueue(size_t layer, const StoredFrame& frame) {
  queue_[queue_end_++ % kQueuedFrames] = {frame.id, layer, frame.payload_bytes};
  queued_bytes_ += frame.payload_bytes;
  pacer_.on_queue(queued_bytes_, bandwidth_.estimate_bps(), thinning_.is_reduced());
}

void VideoSender::drop_queue() {
  counters_.late_frames += queue_end_ - queue_begin_;
  queue_begin_ = queue_end_;
  queued_bytes_ = 0;
  is_joining_ = false;
}

void VideoSender::update_thinning(Time now) {
  next_update_ = now + kUpdateInterval;
  if (layers_ == 0) return;
  std::array<Thinning::Layer, kMaxLayers> layers;
  for (size_t i = 0; i < layers_; ++i)
    layers[i] = {kWireOverhead * stores_[i]->rate_bps(now), stores_[i]->keyframe_bytes()};
  thinning_.update(bandwidth_.estimate_bps(), {layers.data(), layers_}, now);
  const double wanted_bps = thinning_.wanted_bps();
  if (can_probe()) {
    prober_.update(wanted_bps, bandwidth_.estimate_bps(), !bandwidth_.is_overused(), now);
  } else if (wanted_bps <= bandwidth_.estimate_bps()) {
    next_trial_ = now + kTrialInterval;
  } else if (now >= next_trial_) {  // nothing to probe with: try, and see
    next_trial_ = now + kTrialInterval;
    bandwidth_.on_probe(wanted_bps);
  }
}

Extensions VideoSender::extensions_for(const StoredFrame& frame) const {
  Extensions values;
  values.transport_sequence = uint16_t{0};  // its place; each packet has its own
  if (!is_known_) values.mid = config_.mid;
  if (!is_known_ || frame.keyframe) values.playout_delay = config_.playout_delay;
  if (frame.capture_us != 0) values.capture_ntp = ntp_of_realtime_us(frame.capture_us);
  return values;
}

bool VideoSender::begin_frame(Time now) {
  if (queue_begin_ == queue_end_) {
    is_joining_ = false;
    return false;
  }
  const Queued& queued = queue_[queue_begin_++ % kQueuedFrames];
  queued_bytes_ -= std::min(queued_bytes_, queued.bytes);
  const StoredFrame* const frame = stores_[queued.layer]->find(queued.id);
  if (frame == nullptr) {
    ++counters_.late_frames;
    drop_queue();
    thinning_.wait_for_keyframe();
    return false;
  }
  SentFrame sent;
  sent.id = frame->id;
  sent.layer = static_cast<uint8_t>(queued.layer);
  sent.timestamp = media_.timestamp_of(*frame);
  sent.packet_count = static_cast<uint16_t>(frame->packet_count);
  sent.first_sequence = media_.take_sequences(frame->packet_count);
  if (frame->keyframe) keyframe_sequence_ = sent.first_sequence;
  sent_.add(sent);
  const RtpHeader header{false, media_.payload_type(), 0, sent.timestamp, media_.ssrc()};
  headers_.set(header, config_.extensions, extensions_for(*frame));
  packet_ = 0;
  in_frame_ = true;
  ++counters_.frames;
  last_sent_ = now;
  return true;
}

std::optional<StoredPacket> VideoSender::stored(const SentFrames::Place& place) const {
  if (place.frame->layer >= layers_) return std::nullopt;
  const PacketStore& from = *stores_[place.frame->layer];
  const StoredFrame* const frame = from.find(place.frame->id);
  if (frame == nullptr) return std::nullopt;
  return from.packet(*frame, place.packet);
}

size_t VideoSender::wire_bytes(const OutgoingPacket& packet) const {
  return packet.header_bytes + packet.payload_bytes() + config_.overhead_bytes;
}

// As much of the queue as may go, a frame at a time: what is the same for its packets is looked up once.
VideoSender::Pulled VideoSender::pull_media(std::span<OutgoingPacket> out, Time now) {
  const size_t allowed = pacer_.allowance(now);
  size_t count = 0, bytes = 0;
  while (count < out.size() && bytes < allowed && (in_frame_ || begin_frame(now))) {
    const SentFrame& sent = *sent_.newest();
    const PacketStore& from = *stores_[sent.layer];
    const StoredFrame* const frame = from.find(sent.id);
    if (frame == nullptr) {  // gone in the middle: nothing but a keyframe helps
      in_frame_ = false;
      drop_queue();
      thinning_.wait_for_keyframe();
      break;
    }
    for (; in_frame_ && count < out.size() && bytes < allowed; ++count)
      bytes += write_media(sent, from.payload(*frame, packet_), out[count], now);
  }
  if (bytes > 0) {
    pacer_.on_sent(bytes, now);
    repair_.on_media(bytes);
  }
  return {count, bytes};
}

size_t VideoSender::write_media(const SentFrame& frame, std::span<const uint8_t> payload, OutgoingPacket& out,
                                Time now) {
  const auto sequence = static_cast<uint16_t>(frame.first_sequence + static_cast<int64_t>(packet_));
  in_frame_ = ++packet_ < frame.packet_count;
  out.header_bytes = static_cast<uint8_t>(headers_.bytes());
  out.is_repeat = false;
  out.store_bytes = payload;
  const size_t bytes = headers_.bytes() + payload.size() + config_.overhead_bytes;
  const uint16_t transport_sequence = headers_.has_transport_sequence() ? history_.add(bytes, 0, now) : uint16_t{0};
  headers_.write(sequence, transport_sequence, !in_frame_, out.header);
  media_.count(payload.size());
  return bytes;
}

void VideoSender::write_repeat(const SentFrames::Place& place, const StoredPacket& packet, uint8_t probe,
                               OutgoingPacket& out, Time now) {
  out.is_repeat = true;
  out.original_sequence = static_cast<uint16_t>(place.frame->first_sequence + static_cast<int64_t>(place.packet));
  out.store_bytes = packet.payload;
  RtpHeader header;
  header.marker = packet.last;
  header.payload_type = repair_stream_->payload_type();
  header.sequence = static_cast<uint16_t>(repair_stream_->take_sequences(1));
  header.timestamp = place.frame->timestamp;
  header.ssrc = repair_stream_->ssrc();
  Extensions values;
  values.transport_sequence = uint16_t{0};
  if (!is_known_) values.mid = config_.mid;
  ByteWriter writer(out.header);
  const HeaderLayout layout = write_header(writer, header, config_.extensions, values);
  out.header_bytes = static_cast<uint8_t>(layout.bytes);
  if (layout.transport_sequence_at != 0) {
    ByteWriter place_of(std::span(out.header).subspan(layout.transport_sequence_at, 2));
    place_of.u16(history_.add(wire_bytes(out), probe, now));
  }
  repair_stream_->count(out.payload_bytes());
}

bool VideoSender::next_repeat(OutgoingPacket& out, Time now) {
  while (const auto sequence = repair_.next()) {
    const auto place = sent_.find(*sequence);
    const auto packet = place ? stored(*place) : std::nullopt;
    if (!packet) continue;
    write_repeat(*place, *packet, 0, out, now);
    thinning_.on_repeat(wire_bytes(out));
    ++counters_.repeats;
    return true;
  }
  return false;
}

bool VideoSender::next_probe(OutgoingPacket& out, Time now) {
  const auto probe = prober_.active(now);
  const SentFrame* const frame = sent_.newest();
  if (!probe || frame == nullptr || in_frame_) return false;
  const SentFrames::Place place{frame, probe_packet_++ % frame->packet_count};
  const auto packet = stored(place);
  if (!packet) {
    prober_.cancel(now);
    return false;
  }
  write_repeat(place, *packet, *probe, out, now);
  prober_.on_sent(wire_bytes(out), now);
  ++counters_.probes;
  return true;
}

size_t VideoSender::pull(std::span<OutgoingPacket> out, Time now) {
  size_t count = 0, bytes = 0;
  const auto add_wire_bytes = [&] { bytes += wire_bytes(out[count++]); };
  while (count < out.size() && next_repeat(out[count], now)) add_wire_bytes();
  const Pulled media = pull_media(out.subspan(count), now);
  count += media.packets;
  bytes += media.bytes;
  while (count < out.size() && next_probe(out[count], now)) add_wire_bytes();
  counters_.packets += count;
  counters_.bytes += bytes;
  if (count > 0) sent_rate_.add(bytes, now);
  return count;
}

size_t VideoSender::pull_rtcp(std::span<uint8_t> out, uint64_t realtime_us, Time now) {
  if (media_.packets() == 0 || now < next_report_) return 0;
  next_report_ = now + (report_count_ < kFirstReports ? kFirstReportInterval : kReportInterval);
  const SenderInfo info = media_.sender_info(realtime_us, now);
  reports_[report_count_++ % kReports] = {static_cast<uint32_t>(info.ntp >> 16), now};
  ByteWriter writer(out);
  write_sender_report(writer, media_.ssrc(), info);
  write_cname(writer, media_.ssrc(), config_.cname);
  return writer.ok() ? writer.size() : 0;
}

std::optional<size_t> VideoSender::take_keyframe_request(Time now) {
  const auto needed = thinning_.needs_keyframe(now);
  if (needed) wish_.want();
  if (layers_ == 0 || !wish_.take(now)) return std::nullopt;
  ++counters_.keyframe_requests;
  return needed.value_or(thinning_.layer());
}

Time VideoSender::next_time() const {
  if (!repair_.is_idle()) return Time{};
  Time next = wish_.next_time();
  if (media_.packets() > 0) next = std::min(next, next_report_);
  if (in_frame_ || queue_begin_ != queue_end_) next = std::min(next, pacer_.next_time());
  if (!in_frame_ && sent_.newest() != nullptr) next = std::min(next, prober_.next_time());
  return next;
}

void VideoSender::on_time(Time now) {
  if (last_feedback_ && last_sent_ > *last_feedback_ && now - std::max(*last_feedback_, silent_since_) > kSilence) {
    bandwidth_.on_silence();
    silent_since_ = now - kSilence + kSilenceAgain;
  }
  if (now >= next_update_) update_thinning(now);
}

// All but the rings, of which a line or two are touched, one knows only then which.
void VideoSender::prefetch() const {
  const auto* const end = reinterpret_cast<const char*>(this + 1);
  const auto rest_from = [end](const void* from) { return static_cast<size_t>(end - static_cast<const char*>(from)); };
  sdr::prefetch(&config_, sizeof config_ + sizeof media_);
  sdr::prefetch(&queue_begin_, static_cast<size_t>(reinterpret_cast<const char*>(&sent_) -
                                                   reinterpret_cast<const char*>(&queue_begin_)));
  constexpr size_t kTail = 64;  // where a ring's positions stand
  sdr::prefetch(reinterpret_cast<const char*>(&sent_ + 1) - kTail, kTail);
  sdr::prefetch(reinterpret_cast<const char*>(&repair_ + 1) - kTail, kTail + sizeof pacer_);
  bandwidth_.prefetch();
  sdr::prefetch(&prober_, rest_from(&prober_));
}

size_t VideoSender::write_bye(std::span<uint8_t> out) const {
  ByteWriter writer(out);
  write_receiver_report(writer, media_.ssrc());  // a compound begins with a report: RFC 3550 section 6.1
  write_cname(writer, media_.ssrc(), config_.cname);
  std::array<uint32_t, 2> sources{media_.ssrc(), repair_stream_ ? repair_stream_->ssrc() : 0};
  rtc::write_bye(writer, std::span(sources).first(repair_stream_ ? 2 : 1));
  return writer.ok() ? writer.size() : 0;
}

}  // namespace sdr::rtc
