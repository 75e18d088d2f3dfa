// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "rtc/rtp/depacketizer.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/rtcp.h"
#include "rtc/rtp/sequence.h"
#include "rtc/rtp/transport_feedback.h"

// A receiver that does with video what a browser does: puts packets in order, asks for lost ones again each round trip,
// takes repeats out of their RTX packets, gives up for a keyframe, reports arrivals, and shows a frame when all before
// it since a keyframe are there. In virtual time; nothing is decoded.

namespace sdr::rtc::testing {

class Browser {
 public:
  struct Options {
    uint32_t media_ssrc = 0, repair_ssrc = 0;
    ExtensionIds extensions;
    VideoCodec codec = VideoCodec::kH264;
    Duration round_trip = std::chrono::milliseconds(40);  ///< it is measured elsewhere
    bool sends_feedback = true;
  };
  struct Shown {
    Time time;
    uint32_t timestamp = 0;
    bool keyframe = false;
    size_t bytes = 0;
  };

  explicit Browser(const Options& options) : options_(options), depacketizer_(options.codec) {}

  void on_datagram(std::span<const uint8_t> datagram, Time now);
  void on_time(Time now);
  Time next_time() const;
  /// Control datagrams to be sent since the last call.
  std::vector<std::vector<uint8_t>> take_control();

  const std::vector<Shown>& shown() const { return shown_; }
  /// The longest time without a new picture between two times.
  Duration longest_freeze(Time from, Time to) const;
  const std::vector<uint8_t>& newest_frame() const { return newest_frame_; }
  uint64_t repeats() const { return repeats_; }
  uint64_t pictures_lost() const { return plis_; }
  uint64_t packets() const { return packets_; }
  std::optional<PlayoutDelay> playout_delay() const { return playout_delay_; }
  const std::string& mid() const { return mid_; }

 private:
  struct Packet {
    RtpHeader header;
    std::vector<uint8_t> payload;
  };
  struct Missing {
    Time asked{};
    int times = 0;
    Time since{};
  };

  void on_media(const RtpHeader& header, std::span<const uint8_t> payload, Time now);
  void note_arrival(uint16_t sequence, Time now);
  void note_gap(int64_t sequence, Time now);
  void show_frames(Time now);
  bool take_frame(Time now);
  bool skip_to_keyframe();
  void lose_picture(Time now);
  void send_nacks(Time now);
  void send_feedback(Time now);
  void send_report(Time now);

  const Options options_;
  Depacketizer depacketizer_;
  SequenceUnwrapper media_, transport_;
  std::map<int64_t, Packet> buffer_;
  std::map<int64_t, Missing> missing_;
  std::optional<int64_t> next_;  ///< first packet of the frame that is to be shown next
  bool needs_keyframe_ = true;
  Time asked_for_keyframe_{}, next_feedback_{}, next_report_{};
  std::map<int64_t, Time> arrivals_;  ///< transport-wide, since the last feedback
  std::optional<int64_t> feedback_from_;
  uint8_t feedback_count_ = 0;
  uint32_t last_sender_report_ = 0;
  Time sender_report_arrived_{}, first_arrival_{};
  int64_t expected_before_ = 0, received_ = 0, received_before_ = 0, first_ = 0;

  std::vector<Shown> shown_;
  std::vector<uint8_t> newest_frame_;
  std::vector<std::vector<uint8_t>> control_;
  uint64_t repeats_ = 0, plis_ = 0, packets_ = 0;
  std::optional<PlayoutDelay> playout_delay_;
  std::string mid_;
};

}  // namespace sdr::rtc::testing
