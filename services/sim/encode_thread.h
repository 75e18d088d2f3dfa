// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/queue.h"
#include "sim/low_layer.h"
#include "sim/stream_control.h"
#include "sim/wake.h"
#include "video/encoder.h"

// The encode thread: takes the newest picture and has it encoded and committed to the ring, by an encoder that it chose
// and replaces where it breaks; then leaves the picture to the low layer. Heartbeats go to the ring from here, frames
// or none.
//
// Thread: the public functions on the event loop's, picture_ready(), request_keyframe() and set_bus_lost() on any.
// Errors: an encoder that breaks is replaced by the next one that works; a frame that the ring refuses is counted.

namespace sdr::sim {

struct EncodeOptions {
  std::string codec = "auto";
  int64_t bitrate_bps = 0;
};

struct EncodeInfo {
  std::string encoder;
  video::Codec codec = video::Codec::kH264;
  video::EncoderSettings settings;
  double ms_per_frame = 0.0;  // of its trial
};

class EncodeThread {
 public:
  EncodeThread(EncodeOptions options, frames::RingWriter ring, LatestSlot<video::Picture>& pictures,
               StreamShared& shared, StreamStats stats, LowLayer& low, std::function<void(std::string)> failed);
  ~EncodeThread();
  void start();
  void stop();

  void picture_ready() { wake_.notify(); }
  void request_keyframe() {
    keyframe_requested_.store(true);
    wake_.notify();
  }
  void set_bus_lost(bool lost) { bus_lost_.store(lost); }
  [[nodiscard]] bool send(EncodeCommand&& command) { return commands_.try_push(std::move(command)); }

  /// Any thread; nothing before the encoder was chosen.
  std::optional<EncodeInfo> info() const;

 private:
  void run();
  void take_commands();
  std::string apply(const EncodeCommand& command);
  Status encode(const video::Picture& picture);
  Status fit(const video::Picture& picture);
  Status choose(const std::string& wish, const video::EncoderSettings& settings);
  void publish_info();

  EncodeOptions options_;
  LatestSlot<video::Picture>& pictures_;
  StreamShared& shared_;
  const StreamStats stats_;
  LowLayer& low_;
  const std::function<void(std::string)> failed_;
  SpscQueue<EncodeCommand> commands_{16};
  Wake wake_;
  std::atomic<bool> keyframe_requested_{false};
  std::atomic<bool> bus_lost_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  mutable std::mutex info_mutex_;  // changes of encoder and settings; never per picture
  std::optional<EncodeInfo> info_;

  // The encode thread's own.
  LayerOutput output_;
  std::unique_ptr<video::Encoder> encoder_;
  double trial_ms_ = 0.0;
  bool broken_ = false;
};

}  // namespace sdr::sim
