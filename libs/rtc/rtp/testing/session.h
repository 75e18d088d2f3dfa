// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/testing/browser.h"
#include "rtc/rtp/testing/simulated_link.h"
#include "rtc/rtp/video_sender.h"

// A whole session in virtual time: an encoder of random bytes with a given rate that makes keyframes as it is asked to,
// a sender, a link in both directions and a browser. What tests and figures of recovery are made of.

namespace sdr::rtc::testing {

/// An access unit of this size whose slice is made of random bytes; a keyframe has its parameter sets in front.
std::vector<uint8_t> make_access_unit(VideoCodec codec, bool keyframe, size_t bytes, std::mt19937& random);

/// What the simulator's encoder and keyframe debouncer do.
class FakeEncoder {
 public:
  FakeEncoder(double rate_bps, double keyframe_factor, uint32_t seed)
      : frame_bytes_(rate_bps / 8 / 60),
        keyframe_factor_(keyframe_factor),
        random_(seed),
        packetizer_(VideoCodec::kH264, store) {}

  void request_keyframe() { requested_ = true; }
  void next_frame(uint64_t capture_us, Time now);

  PacketStore store;
  uint64_t keyframes = 0;

 private:
  const double frame_bytes_, keyframe_factor_;
  std::mt19937 random_;
  Packetizer packetizer_;
  bool requested_ = true;
  Time last_keyframe_{};
};

class Session {
 public:
  struct Options {
    LinkOptions down, up;
    std::vector<double> layer_bps{8e6};
    double keyframe_factor = 4;  ///< of an ordinary frame's size
    bool has_repair = true, has_feedback = true;
    uint32_t seed = 1;
  };

  explicit Session(const Options& options);
  /// Goes on for so long.
  void run(Duration duration);
  Time now() const { return now_; }

  std::vector<std::unique_ptr<FakeEncoder>> encoders;
  SimulatedLink down, up;
  std::optional<VideoSender> sender;
  std::optional<Browser> browser;

 private:
  void tick();
  void send();
  uint64_t realtime_us() const { return kRealtimeUs + to_us(now_); }

  static constexpr uint64_t kRealtimeUs = 1'700'000'000'000'000;
  Time now_{std::chrono::hours(1)};
  Time next_frame_{std::chrono::hours(1)};
  std::array<OutgoingPacket, 64> packets_;
};

/// What both ends of a test agree on.
VideoSender::Config test_config(bool has_repair = true, bool has_feedback = true);

}  // namespace sdr::rtc::testing
