// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/media_shard.h"

#include <algorithm>

#include "base/assert.h"
#include "base/prefetch.h"

namespace sdr::transport {
namespace {

constexpr size_t kSliceSessions = 64;  // at some 8 µs each
constexpr size_t kDatagramsMax = 256;  // bursts that wait for one call of the kernel

}  // namespace

MediaMetrics::MediaMetrics(Registry& registry)
    : forward_latency(registry.histogram(
          "rtc_forward_latency_us",
          "From the notice of a frame in the ring to the kernel having it for all WebRTC sessions of a thread")),
      frames(registry.counter("rtc_frames_sent_total", "Frames given to WebRTC sessions")),
      packets(registry.counter("rtc_packets_sent_total", "Datagrams of media sent to WebRTC sessions")),
      bytes(registry.counter("rtc_bytes_sent_total", "Bytes of datagrams of media sent to WebRTC sessions")),
      refused(
          registry.counter("rtc_datagrams_refused_total", "Datagrams of sessions' addresses that proved to be none")),
      blocked(registry.counter("rtc_send_blocked_total", "Times that the socket took no more")),
      lost(registry.counter("rtc_media_lost_total", "Frames and control packets that a media thread had no room for")) {
}

/// Where one session's datagrams are written: straight into what is sent from.
class MediaShard::Sink final : public rtc::DatagramSink {
 public:
  Sink(MediaShard& shard, const MediaWay& way) : shard_(shard), way_(way) {}

  std::span<uint8_t> room(size_t bytes, size_t pushes) override {
    std::span<uint8_t> room = shard_.sender_.room(bytes, pushes);
    if (room.empty() && shard_.flush()) room = shard_.sender_.room(bytes, pushes);
    return room;
  }
  void push(size_t bytes, size_t segment_bytes) override {
    shard_.packets_ += (bytes + segment_bytes - 1) / segment_bytes;
    shard_.bytes_ += bytes;
    shard_.sender_.push(bytes, segment_bytes, way_.to, way_.from);
  }

 private:
  MediaShard& shard_;
  const MediaWay& way_;
};

/// For a session over TCP: datagrams are taken apart again, since a stream has no segments.
class MediaShard::TcpSink final : public rtc::DatagramSink {
 public:
  TcpSink(MediaShard& shard, const rtc::Address& to) : shard_(shard), to_(to) {}

  std::span<uint8_t> room(size_t bytes, size_t) override {
    if (shard_.tcp_room_.size() < bytes) shard_.tcp_room_.resize(bytes);
    next_ = shard_.tcp_room_.data();
    return {next_, bytes};
  }
  void push(size_t bytes, size_t segment_bytes) override {
    for (const uint8_t* const end = next_ + bytes; next_ < end;) {
      const size_t size = std::min(segment_bytes, static_cast<size_t>(end - next_));
      ++shard_.packets_;
      shard_.bytes_ += size;
      shard_.events_.send_tcp(to_, {next_, size});
      next_ += size;
    }
  }

 private:
  MediaShard& shard_;
  const rtc::Address to_;
  uint8_t* next_ = nullptr;
};

MediaShard::MediaShard(int socket, MediaMetrics& metrics, MediaEvents& events)
    : metrics_(metrics), events_(events), sender_(socket, {.capacity_sends = kDatagramsMax}) {}

MediaShard::~MediaShard() {
  while (!sessions_.empty()) end(*sessions_.back(), true);
  (void)flush();
}

MediaFeed* MediaShard::find(uint32_t feed) {
  for (const auto& each : feeds_) {
    if (each->id == feed) return each.get();
  }
  return nullptr;
}

void MediaShard::open_feed(uint32_t feed, size_t layers) {
  SDR_ASSERT(find(feed) == nullptr, "a feed is opened once");
  feeds_.push_back(std::make_unique<MediaFeed>(feed, layers));
}

void MediaShard::close_feed(uint32_t feed) {
  for (const Turn& turn : turns_) SDR_ASSERT(turn.feed->id != feed, "a feed goes after its sessions");
  std::erase_if(feeds_, [feed](const auto& each) { return each->id == feed; });
}

void MediaShard::set_layers(uint32_t id, size_t layers, Time now) {
  MediaFeed* const feed = find(id);
  if (feed == nullptr) return;
  give_all_owed(now);
  feed->set_layers(layers);
  for (Turn& turn : turns_) {
    if (turn.feed != feed) continue;
    turn.session->path.video().set_layers(feed->stores(), now);
    set_ready(turn);
  }
}

void MediaShard::on_frame(uint32_t id, size_t layer, const MediaFrame& frame, Time now) {
  MediaFeed* const feed = find(id);
  if (feed == nullptr) return;
  give_all_owed(now);
  const MediaFeed::Push pushed = feed->push(layer, frame, now);
  if (pushed == MediaFeed::Push::kNeedsKeyframe) events_.want_keyframe(id, layer);
  if (pushed != MediaFeed::Push::kStored) return;
  round_born_us_ = frame.born_us;
  frame_ = {layer, feed->stores()[layer]->newest()->id};
  uint64_t given = 0;
  for (Turn& turn : turns_) {
    if (turn.feed != feed) continue;
    turn.owed = true;
    set_ready(turn);
    ++given;
  }
  if (layer == 0) metrics_.frames.add(given);
}

void MediaShard::give(Turn& turn, Time now) {
  if (std::exchange(turn.owed, false)) turn.session->path.video().on_frame(frame_.layer, frame_.id, now);
}

// A round that is late: those whose turn has not come since the last frame get it now, and send both.
void MediaShard::give_all_owed(Time now) {
  for (Turn& turn : turns_) give(turn, now);
}

void MediaShard::begin(std::unique_ptr<MediaSession> owned, Time now) {
  MediaFeed* const feed = find(owned->feed);
  SDR_ASSERT(feed != nullptr, "a session's feed is opened before it");
  MediaSession& session = *owned;
  session.turn = turns_.size();
  turns_.push_back({&session, feed, now, false, false});
  sessions_.push_back(std::move(owned));
  session.path.video().set_layers(feed->stores(), now);
  set_ready(turns_.back());
}

void MediaShard::end(MediaSession& session, bool bye) {
  if (bye) say_bye(session);
  (void)take(session);
}

// The last one gets its place.
std::unique_ptr<MediaSession> MediaShard::take(MediaSession& session) {
  const size_t place = session.turn;
  std::unique_ptr<MediaSession> taken = std::move(sessions_[place]);
  if (place + 1 < sessions_.size()) {
    sessions_[place] = std::move(sessions_.back());
    turns_[place] = turns_.back();
    sessions_[place]->turn = place;
  }
  sessions_.pop_back();
  turns_.pop_back();
  if (cursor_ >= turns_.size()) cursor_ = 0;
  if (left_ > 0) left_ = turns_.size();
  return taken;
}

void MediaShard::say_bye(MediaSession& session) {
  std::array<uint8_t, 512> bye;
  const size_t bytes = session.path.write_bye(bye);
  if (bytes == 0) return;
  if (session.way.is_tcp()) return events_.send_tcp(session.way.peer, std::span(bye).first(bytes));
  Sink sink(*this, session.way);
  const std::span<uint8_t> room = sink.room(bytes, 1);
  if (room.empty()) return;  // lost, as on a network
  std::copy_n(bye.begin(), bytes, room.begin());
  sink.push(bytes, bytes);
  (void)flush();  // before what else its end is told by
}

void MediaShard::set_way(MediaSession& session, const MediaWay& way, Time now) {
  session.way = way;
  note(session, now);
}

void MediaShard::on_control(MediaSession& session, const MediaControl& control, std::span<const uint8_t> datagram,
                            Time now) {
  const bool authentic = session.path.on_srtcp(datagram, now);
  if (!authentic) metrics_.refused.add();
  note(session, now);
  if (authentic && control.tell_authentic) events_.on_authentic(session.number, control.way);
}

// Something happened to it: it may have something to send, and another time to be asked at.
void MediaShard::note(MediaSession& session, Time now) {
  Turn& turn = turns_[session.turn];
  turn.due = now;
  set_ready(turn);
}

void MediaShard::set_ready(Turn& turn) {
  turn.ready = true;
  left_ = turns_.size();
}

// The sessions whose turns come next, each one step deeper the nearer it is.
void MediaShard::prefetch_next() const {
  const auto ahead = [this](size_t steps) -> const Turn& { return turns_[(cursor_ + steps) % turns_.size()]; };
  if (const Turn& third = ahead(3); third.ready) prefetch(third.session, sizeof(MediaWay));
  if (const Turn& second = ahead(2); second.ready) second.session->path.prefetch();
  if (const Turn& first = ahead(1); first.ready) first.session->path.prefetch_keys();
}

// In a circle, so that a round that is late when the next frame comes is late for somebody else the next time.
MediaShard::Round MediaShard::run(Time now) {
  const uint64_t now_realtime_us = realtime_us();
  size_t budget = kSliceSessions;
  for (; left_ > 0; --left_, cursor_ = cursor_ + 1 < turns_.size() ? cursor_ + 1 : 0) {
    Turn& turn = turns_[cursor_];
    if (!turn.ready) continue;
    if (blocked_) return Round::kBlocked;
    if (budget == 0) return flush() ? Round::kMore : Round::kBlocked;
    prefetch_next();
    if (!pull(turn, now_realtime_us, now)) return Round::kBlocked;  // goes on when the socket takes more
    --budget;
  }
  if (!flush()) return Round::kBlocked;
  if (const uint64_t born_us = std::exchange(round_born_us_, 0); born_us != 0 && !turns_.empty()) {
    metrics_.forward_latency.observe_us(static_cast<double>(monotonic_us() - born_us));
  }
  return Round::kDone;
}

// False where the socket takes no more.
bool MediaShard::pull(Turn& turn, uint64_t now_realtime_us, Time now) {
  MediaSession& session = *turn.session;
  give(turn, now);
  if (session.way.is_tcp()) {
    TcpSink sink(*this, session.way.peer);
    (void)session.path.pull(sink, now_realtime_us, now);  // there is always room: what is too much is lost
  } else {
    Sink sink(*this, session.way);
    if (!session.path.pull(sink, now_realtime_us, now)) return false;
  }
  turn.ready = false;
  if (const auto layer = session.path.video().take_keyframe_request(now)) events_.want_keyframe(session.feed, *layer);
  turn.due = session.path.video().next_time();
  return true;
}

bool MediaShard::flush() {
  count_sent();
  if (sender_.flush()) return true;
  if (!std::exchange(blocked_, true)) metrics_.blocked.add();
  return false;
}

void MediaShard::count_sent() {
  if (packets_ == 0) return;
  metrics_.packets.add(std::exchange(packets_, 0));
  metrics_.bytes.add(std::exchange(bytes_, 0));
}

Time MediaShard::next_time() const {
  Time next = Time::max();
  for (const Turn& turn : turns_) next = std::min(next, turn.due);
  return next;
}

void MediaShard::on_time(Time now) {
  for (Turn& turn : turns_) {
    if (turn.due > now) continue;
    turn.due = Time::max();  // pull() says when next
    turn.session->path.video().on_time(now);
    set_ready(turn);
  }
}

MediaLinks MediaShard::links() const {
  MediaLinks links;
  links.sessions = sessions_.size();
  for (const auto& session : sessions_) {
    const rtc::Thinning& thinning = session->path.video().thinning();
    links.thinned += thinning.is_thinning() ? 1 : 0;
    links.low += thinning.layer() > 0 ? 1 : 0;
    const auto end = links.low_feeds.begin() + static_cast<std::ptrdiff_t>(links.low_feed_count);
    const bool is_known = std::find(links.low_feeds.begin(), end, session->feed) != end;
    if (!thinning.is_reduced() || is_known || links.low_feed_count == links.low_feeds.size()) continue;
    links.low_feeds[links.low_feed_count++] = session->feed;
  }
  return links;
}

}  // namespace sdr::transport
