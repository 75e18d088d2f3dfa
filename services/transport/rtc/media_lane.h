// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "transport/rtc/media_feed.h"
#include "transport/rtc/media_session.h"

// One of the ways by which media leaves, as the port sees it: a shard on the port's own loop (MediaLoop), told by plain
// calls, or one on a thread of its own (MediaThread), told through a queue. Tell it many things, then flush().
//
// Thread: the port's loop. What may be lost on the way to a thread is lost as on a network, or made up for by a
// keyframe; what may not says whether there was room, and where there is none it is told again later. Room for the end
// of a session is kept from its beginning on.

namespace sdr::transport {

/// What a lane tells, on the port's loop: from within a function of its own, or later.
class MediaEvents {
 public:
  virtual void want_keyframe(uint32_t feed, size_t layer) = 0;
  /// A control datagram of this session's that came on that way was authentic.
  virtual void on_authentic(uint64_t session, const MediaWay& way) = 0;
  /// As give_back() asked.
  virtual void on_given_back(std::unique_ptr<MediaSession> session) = 0;
  virtual void send_tcp(const rtc::Address& to, std::span<const uint8_t> datagram) = 0;

 protected:
  ~MediaEvents() = default;
};

/// What the links of a lane's sessions carry.
struct MediaLinks {
  static constexpr size_t kFeedsMax = 16;  // more than there are cameras

  size_t sessions = 0, thinned = 0, low = 0;
  std::array<uint32_t, kFeedsMax> low_feeds{};  ///< whose lower layer somebody gets or waits for
  size_t low_feed_count = 0;
};

class MediaLane {
 public:
  virtual ~MediaLane() = default;

  /// A feed's frames come from now on. Before its sessions, and never twice. False: no room.
  [[nodiscard]] virtual bool open_feed(uint32_t feed, size_t layers) = 0;
  /// After its last session. False: no room.
  [[nodiscard]] virtual bool close_feed(uint32_t feed) = 0;
  /// False: no room.
  [[nodiscard]] virtual bool set_layers(uint32_t feed, size_t layers) = 0;
  /// False where it was lost: that layer goes on with a keyframe, and what comes before one is not to be told.
  [[nodiscard]] virtual bool on_frame(uint32_t feed, size_t layer, const MediaFrame& frame) = 0;

  /// Takes the session, or leaves it where there is no room.
  [[nodiscard]] virtual bool begin(std::unique_ptr<MediaSession>& session) = 0;
  /// `bye`: the peer may still be spoken to, and is told.
  virtual void end(MediaSession* session, bool bye) = 0;
  /// It is to go on in another lane. False: no room.
  [[nodiscard]] virtual bool give_back(MediaSession* session) = 0;
  /// False: no room.
  [[nodiscard]] virtual bool set_way(MediaSession* session, const MediaWay& way) = 0;
  virtual void on_control(MediaSession* session, const MediaControl& control, std::span<const uint8_t> datagram) = 0;
  /// What was told is done now, or soon.
  virtual void flush() = 0;

  /// As of now, or of a moment ago.
  virtual const MediaLinks& links() = 0;
};

}  // namespace sdr::transport
