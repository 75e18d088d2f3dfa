// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/prefetch.h"
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/video_sender.h"
#include "rtc/sdp/negotiation.h"
#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"

// One peer's video from the shared packets to datagrams, and its control packets the other way: VideoSender between
// SrtpSender and SrtpReceiver. It exists from the moment that DTLS has made keys.
//
// Thread: one. Some 35 kB, all of it allocated at construction; nothing allocates on the media path.

namespace sdr::rtc {

/// Where datagrams to one peer are written and queued.
class DatagramSink {
 public:
  /// Memory for `bytes`, of which up to `pushes` take one piece after the other; empty where they do not fit now.
  virtual std::span<uint8_t> room(size_t bytes, size_t pushes) = 0;
  /// Datagrams of `segment_bytes`, the last may be shorter.
  virtual void push(size_t bytes, size_t segment_bytes) = 0;

 protected:
  ~DatagramSink() = default;
};

struct MediaConfig {
  NegotiatedVideo negotiated;
  uint32_t ssrc = 0, rtx_ssrc = 0;
  uint16_t sequence = 0, rtx_sequence = 0;  ///< the first ones, below 2^15
  std::string cname;
  PlayoutDelay playout_delay;
  Duration frame_interval = std::chrono::microseconds(16'667);
};

class MediaPath {
 public:
  static constexpr size_t kDatagramMax = kMaxHeaderBytes + kMaxPayloadBytes + 2 + 16;  ///< of media; 2: RTX, 16: SRTP

  MediaPath(const MediaConfig& config, const SrtpKeys& keys, Time now);

  VideoSender& video() { return video_; }
  const VideoSender& video() const { return video_; }

  /// A datagram of SRTCP, opened in a copy. False where it is not the peer's, or was here before.
  bool on_srtcp(std::span<const uint8_t> datagram, Time now);
  /// Writes and queues what may leave now. False where the sink had no room: to be called again.
  bool pull(DatagramSink& sink, uint64_t realtime_us, Time now);
  /// The last word to the peer; its bytes.
  size_t write_bye(std::span<uint8_t> out);

  /// Asks for the memory that a frame's way through here will touch.
  void prefetch() const {
    sdr::prefetch(&sender_, sizeof sender_);
    video_.prefetch();
  }
  /// Then, when that is there, for what it refers to.
  void prefetch_keys() const { sender_.prefetch_keys(); }

  uint64_t not_authentic() const { return not_authentic_; }

 private:
  bool pull_report(DatagramSink& sink, uint64_t realtime_us, Time now);
  size_t protect(const OutgoingPacket& packet, std::span<uint8_t> out);

  SrtpSender sender_;
  SrtpReceiver receiver_;
  VideoSender video_;
  uint64_t not_authentic_ = 0;
};

}  // namespace sdr::rtc
