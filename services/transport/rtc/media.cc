// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/media.h"

#include <sched.h>

#include <algorithm>

namespace sdr::transport {
namespace {

constexpr size_t kHome = 0;
constexpr size_t kThreadsMax = 8;  // unless more are asked for

}  // namespace

size_t media_threads(int64_t asked) {
  if (asked >= 0) return static_cast<size_t>(asked);
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const size_t count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? static_cast<size_t>(CPU_COUNT(&cores)) : 1;
  return count <= 2 ? 0 : std::min(count - 2, kThreadsMax);
}

RtcMedia::RtcMedia(EventLoop& loop, Registry& registry, int socket, size_t threads, Hooks hooks)
    : loop_(loop), metrics_(registry), hooks_(std::move(hooks)) {
  MediaEvents& events = *this;
  lanes_.push_back({std::make_unique<MediaLoop>(loop, socket, metrics_, events), 0, {}});
  for (size_t i = 0; i < threads; ++i) {
    lanes_.push_back({std::make_unique<MediaThread>(loop, socket, metrics_, events), 0, {}});
  }
  registry.gauge("rtc_threads", "Threads beside the loop that send media").set(static_cast<double>(threads));
}

void RtcMedia::begin(RtcSession& session, const rtc::SrtpKeys& keys) {
  if (!session.media_config) return;
  auto media = std::make_unique<MediaSession>(session.number, session.feed->id(), session.way, *session.media_config,
                                              keys, loop_.now());
  Lane& lane = lane_for(session.way);
  if (begin_in(lane, session, media)) return;
  const bool begun = begin_in(lanes_[kHome], session, media);
  SDR_ASSERT(begun, "the loop's own lane has room");
}

bool RtcMedia::begin_in(Lane& lane, RtcSession& session, std::unique_ptr<MediaSession>& media) {
  Feed* const feed = open(lane, *session.feed);
  MediaSession* const handle = media.get();
  if (feed == nullptr || !lane.lane->begin(media)) return false;
  ++feed->sessions;
  ++lane.sessions;
  session.media = {handle, static_cast<size_t>(&lane - lanes_.data()), session.way};
  return true;
}

RtcMedia::Lane& RtcMedia::lane_for(const MediaWay& way) {
  if (way.is_tcp() || lanes_.size() == 1) return lanes_[kHome];
  return *std::min_element(lanes_.begin() + 1, lanes_.end(),
                           [](const Lane& a, const Lane& b) { return a.sessions < b.sessions; });
}

// With what the camera has kept, so that who comes first in a lane sees a picture as soon as others do.
RtcMedia::Feed* RtcMedia::open(Lane& lane, RtcFeed& feed) {
  const auto found =
      std::find_if(lane.feeds.begin(), lane.feeds.end(), [&](const Feed& f) { return f.id == feed.id(); });
  if (found != lane.feeds.end()) return &*found;
  if (!lane.lane->open_feed(feed.id(), feed.layers())) return nullptr;
  lane.feeds.push_back({.id = feed.id(), .layers = feed.layers(), .layers_told = feed.layers()});
  feed.for_each_kept([&](const MediaFrame& frame) { give(lane, lane.feeds.back(), 0, frame); });
  return &lane.feeds.back();
}

void RtcMedia::give(Lane& lane, Feed& feed, size_t layer, const MediaFrame& frame) {
  bool& needs_keyframe = feed.needs_keyframe[layer];
  if (needs_keyframe && !frame.keyframe) return;
  needs_keyframe = !lane.lane->on_frame(feed.id, layer, frame);
  if (needs_keyframe) hooks_.want_keyframe(feed.id, layer);
}

void RtcMedia::leave(RtcSession& session) {
  Lane& lane = lanes_[session.media.lane];
  --lane.sessions;
  for (Feed& feed : lane.feeds) feed.sessions -= feed.id == session.feed->id() ? 1 : 0;
  session.media = {};
}

void RtcMedia::end(RtcSession& session, bool bye) {
  session.media_config.reset();
  if (session.media.handle == nullptr) return;
  lanes_[session.media.lane].lane->end(session.media.handle, bye);
  leave(session);
}

void RtcMedia::on_way(RtcSession& session) {
  MediaPlace& place = session.media;
  if (place.handle == nullptr || place.told == session.way) return;
  MediaLane& lane = *lanes_[place.lane].lane;
  if (session.way.is_tcp() && place.lane != kHome) {
    if (lane.give_back(place.handle)) leave(session);
  } else if (lane.set_way(place.handle, session.way)) {
    place.told = session.way;
  }
}

void RtcMedia::on_given_back(std::unique_ptr<MediaSession> media) {
  RtcSession* const session = hooks_.find(media->number);
  if (session == nullptr || session->over) return;  // it has ended meanwhile
  media->way = session->way;
  const bool begun = begin_in(lanes_[kHome], *session, media);
  SDR_ASSERT(begun, "the loop's own lane has room");
  lanes_[kHome].lane->flush();
}

bool RtcMedia::on_control(RtcSession& session, std::span<const uint8_t> datagram, const MediaWay& way) {
  if (session.media.handle == nullptr) return false;
  const bool is_known = way.peer == session.way.peer;
  const bool tell_authentic = !is_known || session.peer().wants_authentic();
  lanes_[session.media.lane].lane->on_control(session.media.handle, {way, tell_authentic}, datagram);
  return true;
}

void RtcMedia::on_frame(RtcFeed& feed, size_t layer, const MediaFrame& frame) {
  for (Lane& lane : lanes_) {
    for (Feed& each : lane.feeds) {
      if (each.id == feed.id()) give(lane, each, layer, frame);
    }
  }
}

void RtcMedia::on_layers(RtcFeed& feed) {
  for (Lane& lane : lanes_) {
    for (Feed& each : lane.feeds) {
      if (each.id != feed.id()) continue;
      each.layers = feed.layers();
      tell_layers(lane, each);
    }
  }
}

void RtcMedia::tell_layers(Lane& lane, Feed& feed) {
  if (feed.layers != feed.layers_told && lane.lane->set_layers(feed.id, feed.layers)) feed.layers_told = feed.layers;
}

void RtcMedia::flush() {
  for (Lane& lane : lanes_) lane.lane->flush();
}

void RtcMedia::tick(const std::vector<std::unique_ptr<RtcSession>>& sessions) {
  for (const auto& session : sessions) {
    if (!session->over) on_way(*session);
  }
  for (Lane& lane : lanes_) {
    for (Feed& feed : lane.feeds) tell_layers(lane, feed);
    std::erase_if(lane.feeds, [&](const Feed& feed) { return feed.sessions == 0 && lane.lane->close_feed(feed.id); });
  }
}

MediaLinks RtcMedia::links() {
  MediaLinks all;
  for (Lane& lane : lanes_) {
    const MediaLinks& links = lane.lane->links();
    all.sessions += links.sessions;
    all.thinned += links.thinned;
    all.low += links.low;
  }
  return all;
}

bool RtcMedia::low_used(const RtcFeed& feed) {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](Lane& lane) {
    const MediaLinks& links = lane.lane->links();
    const std::span used = std::span(links.low_feeds).first(links.low_feed_count);
    return std::find(used.begin(), used.end(), feed.id()) != used.end();
  });
}

}  // namespace sdr::transport
