// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/byte_queue.h"
#include "base/queue.h"
#include "transport/rtc/media_loop.h"

// A shard on a thread and a loop of its own, because encrypting and sending for many viewers is more than one core's
// work. What it is told comes as bytes through one queue, frames too: their bytes are copied once for each thread,
// which is little beside what its sessions cost, and then nothing is shared that would have to be counted or waited
// for.
//
// Thread: as MediaLane, the port's loop; everything behind "the thread's own" below is that thread's. One writer and
// one reader for each queue. Bounds: kQueueBytes; of these the ends of all sessions here have their room, what has to
// arrive (sessions, feeds, addresses) kOrdersBytes more, frames and control packets the rest: what does not fit is lost
// and counted. 256 answers: a lost one is given again, and a session that goes back waits. No locks, and in steady
// state no allocation. The end: what was told is done, the thread joined, sessions that are left are told goodbye.

namespace sdr::transport {

class MediaThread final : public MediaLane, private MediaEvents {
 public:
  static constexpr size_t kQueueBytes = 4 << 20, kOrdersBytes = 64 << 10;

  /// `loop` is the port's, on which `events` are told.
  MediaThread(EventLoop& loop, int socket, MediaMetrics& metrics, MediaEvents& events);
  ~MediaThread() override;

  bool open_feed(uint32_t feed, size_t layers) override;
  bool close_feed(uint32_t feed) override;
  bool set_layers(uint32_t feed, size_t layers) override;
  bool on_frame(uint32_t feed, size_t layer, const MediaFrame& frame) override;
  bool begin(std::unique_ptr<MediaSession>& session) override;
  void end(MediaSession* session, bool bye) override;
  bool give_back(MediaSession* session) override;
  bool set_way(MediaSession* session, const MediaWay& way) override;
  void on_control(MediaSession* session, const MediaControl& control, std::span<const uint8_t> datagram) override;
  void flush() override;
  const MediaLinks& links() override;

 private:
  struct Order;
  struct Answer {
    enum class Kind : uint8_t { kNone, kKeyframe, kAuthentic, kGivenBack };
    Kind kind = Kind::kNone;
    uint32_t feed = 0;
    size_t layer = 0;
    uint64_t session = 0;
    MediaWay way{};
    std::unique_ptr<MediaSession> given_back{};
  };

  bool tell(const Order& order, size_t spare_bytes, std::span<const uint8_t> more = {},
            std::span<const uint8_t> bytes = {});
  size_t room_for_ends(size_t sessions) const;
  void take_answers();

  // The thread's own:
  void run();
  bool take_some();
  void take(const Order& order, std::span<const uint8_t> rest);
  bool answer(Answer& answer);
  void send_back();
  void show_links();
  void want_keyframe(uint32_t feed, size_t layer) override;
  void on_authentic(uint64_t session, const MediaWay& way) override;
  void on_given_back(std::unique_ptr<MediaSession> session) override;
  void send_tcp(const rtc::Address& to, std::span<const uint8_t> datagram) override;

  MediaMetrics& metrics_;
  MediaEvents& events_;
  SpscByteQueue told_;
  SpscQueue<Answer> answers_;
  LatestSlot<MediaLinks> links_;
  Notifier answered_;
  size_t sessions_ = 0;
  bool untold_ = false;  // something was put that the thread is not woken for

  EventLoop thread_loop_;
  MediaLoop media_;
  Notifier wake_;
  std::vector<std::unique_ptr<MediaSession>> leaving_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sdr::transport
