// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "transport/client.h"
#include "transport/frame_source.h"
#include "transport/keyframe_requests.h"

// One camera's stream: takes frames from its ring's thread and gives each to every viewer, from the same bytes.
//
// A round (one frame to all viewers) is done in slices, between which the loop serves whatever else is ready, so that a
// command of the operator does not wait for a thousand sends. A viewer that cannot follow loses frames up to the next
// keyframe; nobody waits for it. One who joins gets the newest keyframe and the frames since, which are kept for that.
//
// Thread: the loop's. Bounds: 31 frames kept, 64 per viewer, and no frame waits for a slow viewer longer than
// `backlog_max`. In steady state a round allocates nothing and takes no lock.

namespace sdr::transport {

struct CameraOptions {
  std::string name;  // empty: the first camera
  FrameSourceOptions source;
  Duration backlog_max = std::chrono::milliseconds(500);
};

struct CameraMetrics {
  Histogram& forward_latency;  // from the notice of a frame in the ring to a viewer's socket having it
  Counter& frames_sent;
  Counter& bytes_sent;
  Counter& frames_dropped;  // for viewers that were behind
  Counter& keyframe_requests;
};

class Camera {
 public:
  struct Hooks {
    std::function<void(const std::string& camera)> request_keyframe;
    std::function<void(Client& client)> on_broken;
    std::function<void(Camera& camera, VideoMessage& frame)> before_round;  // may put telemetry behind the frame
    std::function<void(Camera& camera)> after_round;
    std::function<void(Camera& camera, const VideoMessage& frame)> on_frame;  // while somebody watches by other ways
  };

  Camera(EventLoop& loop, CameraOptions options, CameraMetrics metrics, Hooks hooks);
  ~Camera();

  /// Begins to send; from what is kept, at once.
  void add(Client& client);
  void remove(Client& client);
  /// A viewer that sees the picture another way wants no video here, or wants it again: then as one who joins.
  void pause(Client& client, bool paused);
  /// Somebody follows it by other ways than a socket of ours: frames come to Hooks::on_frame.
  void watch();
  void unwatch();
  /// The newest keyframe and the frames since, where these are not too many.
  template <typename Function>
  void for_each_kept(Function function) const {
    for (const MessageRef& frame : kept_) function(static_cast<const VideoMessage&>(*frame));
  }
  /// Somebody needs a keyframe: a viewer that fell behind, a page whose decoder lost its way.
  void want_keyframe();
  /// Once in a while: asks again for viewers that still wait. Gives those whose wait has become hopeless.
  std::vector<Client*> sweep(Time now, Duration wait_max);

  const std::string& name() const { return options_.name; }
  size_t viewer_count() const { return viewer_count_; }
  size_t watcher_count() const { return watcher_count_; }
  std::optional<Time> unwatched_since() const { return unwatched_since_; }
  FrameSource& source() { return source_; }
  const FrameSource& source() const { return source_; }
  /// The newest frame seen here; size 0 before the first.
  const frames::FrameHeader& newest() const { return newest_; }
  uint64_t frames_received() const { return frames_received_; }

 private:
  void look_away();
  void on_source();
  void run_rounds();
  void begin_round(VideoMessage& frame);
  void finish_round();
  void start(Client& client);
  bool offer(Client& client);
  void fall_behind(Client& client);
  void keep(const MessageRef& frame);
  void request_due();

  EventLoop& loop_;
  const CameraOptions options_;
  CameraMetrics metrics_;
  Hooks hooks_;
  Notifier next_slice_;
  std::vector<Client*> viewers_;  // a place becomes empty when its viewer leaves, and goes at the end of the round
  size_t viewer_count_ = 0;
  size_t watcher_count_ = 0;
  std::optional<Time> unwatched_since_;
  MessageRef round_;  // the frame that is being given out
  const VideoMessage* round_frame_ = nullptr;
  size_t cursor_ = 0;
  std::vector<MessageRef> kept_;  // the newest keyframe and the frames since; empty when those are too many
  KeyframeRequests requests_;
  EventLoop::TimerId request_timer_ = EventLoop::TimerId::none;
  frames::FrameHeader newest_;
  uint64_t frames_received_ = 0;
  uint64_t received_at_sweep_ = 0;
  FrameSource source_;  // last: its thread ends before what its frames refer to
};

}  // namespace sdr::transport
