// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/metrics.h"
#include "net/udp_sender.h"
#include "transport/rtc/media_lane.h"

// The media of some of the sessions: cuts frames into packets once for all of them, and gives these out. A round (a
// frame to all sessions) is done in slices, between which its owner serves what else is ready; what a session sends
// leaves as few segmented sends, those of many sessions in one call. A session's memory is cold when its turn comes,
// and fetching it costs more than what is done with it: so all that a frame brings it is done in one visit, and whose
// turn it is stands in a table of its own.
//
// Thread: one. No clock of its own. Owns its sessions, its feeds' packets and its way into the kernel: shards share a
// socket and nothing else. Bounds: the sender's megabyte: a socket that takes no more stops the round until it does. In
// steady state nothing allocates.

namespace sdr::transport {

/// Of all shards; each is updated from any thread.
struct MediaMetrics {
  explicit MediaMetrics(Registry& registry);

  Histogram& forward_latency;  // from the notice of a frame in the ring to the kernel having it for a shard's sessions
  Counter &frames, &packets, &bytes;
  Counter &refused, &blocked, &lost;
};

class MediaShard {
 public:
  enum class Round : uint8_t { kDone, kMore, kBlocked };

  /// `socket` and the rest outlive it.
  MediaShard(int socket, MediaMetrics& metrics, MediaEvents& events);
  ~MediaShard();

  void open_feed(uint32_t feed, size_t layers);
  void close_feed(uint32_t feed);
  void set_layers(uint32_t feed, size_t layers, Time now);
  void on_frame(uint32_t feed, size_t layer, const MediaFrame& frame, Time now);

  /// The session's feed is open.
  void begin(std::unique_ptr<MediaSession> session, Time now);
  void end(MediaSession& session, bool bye);
  std::unique_ptr<MediaSession> take(MediaSession& session);
  void set_way(MediaSession& session, const MediaWay& way, Time now);
  void on_control(MediaSession& session, const MediaControl& control, std::span<const uint8_t> datagram, Time now);

  /// Sends what may leave, a slice of it; kBlocked: go on after on_writable().
  Round run(Time now);
  void on_writable() { blocked_ = false; }
  /// When on_time() and run() are to be called, if nothing happens before.
  Time next_time() const;
  void on_time(Time now);

  size_t count() const { return sessions_.size(); }
  MediaLinks links() const;

 private:
  class Sink;
  class TcpSink;
  /// What is asked of every session each time.
  struct Turn {
    MediaSession* session = nullptr;
    const MediaFeed* feed = nullptr;
    Time due{};          // when it wants to be asked
    bool ready = false;  // something may be sent
    bool owed = false;   // `frame_`, before anything else
  };
  struct Given {
    size_t layer = 0;
    uint64_t id = 0;
  };

  MediaFeed* find(uint32_t feed);
  void note(MediaSession& session, Time now);
  void set_ready(Turn& turn);
  void give(Turn& turn, Time now);
  void give_all_owed(Time now);
  void prefetch_next() const;
  bool pull(Turn& turn, uint64_t now_realtime_us, Time now);
  bool flush();
  void say_bye(MediaSession& session);
  void count_sent();

  MediaMetrics& metrics_;
  MediaEvents& events_;
  net::UdpSender sender_;
  std::vector<uint8_t> tcp_room_;
  std::vector<std::unique_ptr<MediaFeed>> feeds_;
  std::vector<std::unique_ptr<MediaSession>> sessions_;
  std::vector<Turn> turns_;  // of the sessions, in their order
  Given frame_;
  size_t cursor_ = 0, left_ = 0;  // whose turn it is, and how many are to be looked at before all have been
  bool blocked_ = false;
  uint64_t round_born_us_ = 0;
  uint64_t packets_ = 0, bytes_ = 0;  // since the metrics were told
};

}  // namespace sdr::transport
