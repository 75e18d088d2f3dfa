// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/slab.h"
#include "net/socket.h"
#include "rtc/ice/address.h"
#include "rtc/peer/media_path.h"

namespace sdr::transport {

/// Between a peer and us, in the protocols' form and in the kernel's.
struct MediaWay {
  rtc::Address peer;
  net::Address to, from;  ///< `from`: ours that the peer talks to; of no family: the kernel chooses

  bool is_tcp() const { return peer.transport() == rtc::Transport::kTcp; }
  friend bool operator==(const MediaWay&, const MediaWay&) = default;
};
static_assert(std::is_trivially_copyable_v<MediaWay>, "goes through a queue of bytes");

/// A session as the shard that sends its video has it. The port makes it and hands it over; from then on its pointer is
/// a name there, and no more. All of them lie side by side in large pages: a frame visits each.
struct MediaSession {
  static void* operator new(size_t) { return slab().take(); }
  static void operator delete(void* session) { slab().give_back(session); }

  MediaSession(uint64_t session_number, uint32_t feed_id, const MediaWay& first, const rtc::MediaConfig& config,
               const rtc::SrtpKeys& keys, Time now)
      : way(first), number(session_number), feed(feed_id), path(config, keys, now) {}

  MediaWay way;
  size_t turn = 0;  ///< its place in the shard's order
  const uint64_t number;
  const uint32_t feed;
  rtc::MediaPath path;

 private:
  /// Never destroyed: a session may outlive what is static.
  static Slab& slab() {
    static Slab* const kept = new Slab(sizeof(MediaSession));
    return *kept;
  }
};
static_assert(alignof(MediaSession) <= Slab::kAlign);

/// A control datagram that is a session's if its key opens it.
struct MediaControl {
  MediaWay way;                 ///< on which it came
  bool tell_authentic = false;  ///< the port wants to know: nothing is sent to there yet, or it is the first
};
static_assert(std::is_trivially_copyable_v<MediaControl>);

}  // namespace sdr::transport
