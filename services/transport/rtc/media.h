// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/event_loop.h"
#include "transport/rtc/media_thread.h"
#include "transport/rtc/session.h"

// Which session's media leaves by which lane: the port's own loop, or one of some threads beside it. With threads a new
// session goes to the one with the fewest; what goes over TCP stays on the loop, whose the connections are, and a
// session that changes over to TCP moves there with all that it is, since its numbers may never be used twice.
//
// Thread: the loop's. Bounds: the lanes'. A feed is cut into packets in those lanes alone that have a session of it.
// What a lane has no room for is told again with tick(); a lane that has none for a new session is passed over.

namespace sdr::transport {

class RtcMedia final : private MediaEvents {
 public:
  struct Hooks {
    std::function<void(uint32_t feed, size_t layer)> want_keyframe;
    std::function<void(uint64_t session, const MediaWay& way)> on_authentic;
    /// The session of that number, null where it has ended.
    std::function<RtcSession*(uint64_t session)> find;
    std::function<void(const rtc::Address& to, std::span<const uint8_t> datagram)> send_tcp;
  };

  RtcMedia(EventLoop& loop, Registry& registry, int socket, size_t threads, Hooks hooks);

  /// Video flows, where it was agreed on.
  void begin(RtcSession& session, const rtc::SrtpKeys& keys);
  void end(RtcSession& session, bool bye);
  /// Its way is another one, perhaps.
  void on_way(RtcSession& session);
  /// False where it can be nobody's: no video flows.
  bool on_control(RtcSession& session, std::span<const uint8_t> datagram, const MediaWay& way);

  void on_frame(RtcFeed& feed, size_t layer, const MediaFrame& frame);
  void on_layers(RtcFeed& feed);
  /// What was told is done now, or soon.
  void flush();

  /// Every 250 ms.
  void tick(const std::vector<std::unique_ptr<RtcSession>>& sessions);
  /// Of all lanes.
  MediaLinks links();
  /// Whether a session of the feed is on the lower layer or waits for it.
  bool low_used(const RtcFeed& feed);
  size_t threads() const { return lanes_.size() - 1; }

 private:
  struct Feed {
    uint32_t id = 0;
    size_t sessions = 0, layers = 0, layers_told = 0;
    std::array<bool, rtc::kMaxLayers> needs_keyframe{};
  };
  struct Lane {
    std::unique_ptr<MediaLane> lane;
    size_t sessions = 0;
    std::vector<Feed> feeds;
  };

  bool begin_in(Lane& lane, RtcSession& session, std::unique_ptr<MediaSession>& media);
  Lane& lane_for(const MediaWay& way);
  Feed* open(Lane& lane, RtcFeed& feed);
  void give(Lane& lane, Feed& feed, size_t layer, const MediaFrame& frame);
  void leave(RtcSession& session);
  void tell_layers(Lane& lane, Feed& feed);

  void want_keyframe(uint32_t feed, size_t layer) override { hooks_.want_keyframe(feed, layer); }
  void on_authentic(uint64_t session, const MediaWay& way) override { hooks_.on_authentic(session, way); }
  void on_given_back(std::unique_ptr<MediaSession> media) override;
  void send_tcp(const rtc::Address& to, std::span<const uint8_t> datagram) override { hooks_.send_tcp(to, datagram); }

  EventLoop& loop_;
  MediaMetrics metrics_;
  Hooks hooks_;
  std::vector<Lane> lanes_;  // the first is the loop's own
};

/// How many threads beside the loop: as asked for, or what the cores that this process may use allow: none with one or
/// two, else two fewer than there are, 8 at most.
size_t media_threads(int64_t asked);

}  // namespace sdr::transport
