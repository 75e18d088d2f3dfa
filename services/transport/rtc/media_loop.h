// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/event_loop.h"
#include "transport/rtc/media_shard.h"

// A shard on an event loop: gives it time and slices, and waits where the socket takes no more.
//
// Thread: the loop's. Bounds: the shard's; a slice of 64 sessions at a time.

namespace sdr::transport {

class MediaLoop final : public MediaLane {
 public:
  /// `socket` is a UDP socket; this one waits for it by a descriptor of its own.
  MediaLoop(EventLoop& loop, int socket, MediaMetrics& metrics, MediaEvents& events);
  ~MediaLoop() override;

  bool open_feed(uint32_t feed, size_t layers) override { return shard_.open_feed(feed, layers), true; }
  bool close_feed(uint32_t feed) override { return shard_.close_feed(feed), true; }
  bool set_layers(uint32_t feed, size_t layers) override { return shard_.set_layers(feed, layers, loop_.now()), true; }
  bool on_frame(uint32_t feed, size_t layer, const MediaFrame& frame) override {
    return shard_.on_frame(feed, layer, frame, loop_.now()), true;
  }
  bool begin(std::unique_ptr<MediaSession>& session) override {
    return shard_.begin(std::move(session), loop_.now()), true;
  }
  void end(MediaSession* session, bool bye) override { shard_.end(*session, bye); }
  bool give_back(MediaSession* session) override { return events_.on_given_back(shard_.take(*session)), true; }
  bool set_way(MediaSession* session, const MediaWay& way) override {
    return shard_.set_way(*session, way, loop_.now()), true;
  }
  void on_control(MediaSession* session, const MediaControl& control, std::span<const uint8_t> datagram) override {
    shard_.on_control(*session, control, datagram, loop_.now());
  }
  void flush() override;
  const MediaLinks& links() override { return links_ = shard_.links(); }

 private:
  void on_timer();
  void arm();

  EventLoop& loop_;
  MediaEvents& events_;
  const FileDescriptor socket_;
  MediaShard shard_;
  MediaLinks links_;
  Notifier next_slice_;
  bool waits_ = false;  // until the socket takes more
  EventLoop::TimerId timer_ = EventLoop::TimerId::none;
  Time armed_for_{};
};

}  // namespace sdr::transport
