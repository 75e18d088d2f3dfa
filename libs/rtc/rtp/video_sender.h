// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "rtc/rtp/bandwidth_estimator.h"
#include "rtc/rtp/keyframe_wish.h"
#include "rtc/rtp/pacer.h"
#include "rtc/rtp/packet_store.h"
#include "rtc/rtp/prober.h"
#include "rtc/rtp/repair.h"
#include "rtc/rtp/rtp_stream.h"
#include "rtc/rtp/sent_frames.h"
#include "rtc/rtp/thinning.h"
#include "rtc/rtp/transport_history.h"

// Everything that one peer's video needs between the packets that all peers share and the encryption: which frames it
// gets, its headers, pacing, repair, sender reports, what its feedback says about the link, and when a keyframe is
// needed. A protocol without sockets or clocks: tell it of frames and of control packets, then pull what is to be sent.
//
// Thread: one. Some 30 kB, all of it inside the object; nothing allocates after construction. The stores outlive it, or
// are replaced first.

namespace sdr::rtc {

/// A packet as it goes to the encryption: a header of the peer's own, and payload that all share.
struct OutgoingPacket {
  std::array<uint8_t, kMaxHeaderBytes> header;
  uint8_t header_bytes = 0;
  bool is_repeat = false;                ///< RTX: the payload is preceded by the original sequence number
  uint16_t original_sequence = 0;        ///< of a repeat
  std::span<const uint8_t> store_bytes;  ///< in the store: valid until it takes its next frame

  size_t payload_bytes() const { return store_bytes.size() + (is_repeat ? 2 : 0); }
  /// What is to be encrypted behind the header; a repeat is put together in `scratch` of payload_bytes().
  std::span<const uint8_t> payload(std::span<uint8_t> scratch) const;
};

class VideoSender {
 public:
  struct Config {
    RtpStream::Config media;
    std::optional<RtpStream::Config> repair;  ///< RTX, where it was negotiated
    ExtensionIds extensions;
    std::string mid, cname;
    PlayoutDelay playout_delay;
    Duration frame_interval = std::chrono::microseconds(16'667);
    size_t overhead_bytes = 16 + 28;  ///< per packet beyond header and payload: authentication, UDP and IP
    BandwidthEstimator::Limits bandwidth;
  };
  struct Counters {
    uint64_t frames = 0, skipped_frames = 0, late_frames = 0;  ///< late: gone from the store, or the queue was full
    uint64_t packets = 0, bytes = 0, repeats = 0, probes = 0;
    uint64_t nacks = 0, lost = 0, hopeless = 0;  ///< packets said to be lost, those not repeated
    uint64_t keyframe_requests = 0, layer_changes = 0;
    uint64_t malformed = 0;  ///< control packets
  };

  VideoSender(const Config& config, Time now);

  /// What the peer sees from now on, best layer first. Also to change the camera. With a keyframe that is recent enough
  /// in the first store it starts at once, else it asks for one. Where only a layer that it does not get comes or goes,
  /// what it gets goes on.
  void set_layers(std::span<const PacketStore* const> stores, Time now);

  /// The store of this layer has a new frame, the one with this number. For each frame, each layer, in order.
  void on_frame(size_t layer, uint64_t id, Time now);
  /// The newest one.
  void on_frame(size_t layer, Time now);
  /// A decrypted control datagram. A malformed one is counted and changes nothing.
  void on_rtcp(std::span<const uint8_t> datagram, Time now);

  /// Fills in what may leave now: repeats, then video, then probes. How many; 0: nothing before next_time().
  size_t pull(std::span<OutgoingPacket> out, Time now);
  /// A sender report where one is due, the first once media was sent; its bytes, else 0. Goes before media.
  /// `realtime_us` is CLOCK_REALTIME.
  size_t pull_rtcp(std::span<uint8_t> out, uint64_t realtime_us, Time now);
  /// The layer that needs a keyframe; the same is said again while none came.
  std::optional<size_t> take_keyframe_request(Time now);
  /// When to pull again, if nothing happens before.
  Time next_time() const;
  void on_time(Time now);
  /// Asks for the memory that on_frame() and pull() will touch.
  void prefetch() const;
  /// The last word: that the source has left.
  size_t write_bye(std::span<uint8_t> out) const;

  const Counters& counters() const { return counters_; }
  const BandwidthEstimator& bandwidth() const { return bandwidth_; }
  const Thinning& thinning() const { return thinning_; }
  Duration round_trip() const { return round_trip_; }

 private:
  struct Queued {
    uint64_t id = 0;
    size_t layer = 0;
    size_t bytes = 0;
  };
  struct Report {
    uint32_t ntp_middle = 0;  ///< as a receiver report echoes it
    Time sent;
  };
  struct Pulled {
    size_t packets = 0, bytes = 0;  ///< bytes: on the wire
  };
  static constexpr size_t kQueuedFrames = 32, kReports = 4;

  // What is to be sent: video_sender.cc
  bool goes_on_with(std::span<const PacketStore* const> stores) const;
  void join(Time now);
  void enqueue(size_t layer, const StoredFrame& frame);
  void drop_queue();
  bool begin_frame(Time now);
  Extensions extensions_for(const StoredFrame& frame) const;
  Pulled pull_media(std::span<OutgoingPacket> out, Time now);
  size_t write_media(const SentFrame& frame, std::span<const uint8_t> payload, OutgoingPacket& out, Time now);
  bool next_repeat(OutgoingPacket& out, Time now);
  bool next_probe(OutgoingPacket& out, Time now);
  void write_repeat(const SentFrames::Place& place, const StoredPacket& packet, uint8_t probe, OutgoingPacket& out,
                    Time now);
  std::optional<StoredPacket> stored(const SentFrames::Place& place) const;
  size_t wire_bytes(const OutgoingPacket& packet) const;
  void update_thinning(Time now);
  bool can_probe() const { return repair_stream_ && config_.extensions.transport_sequence != 0; }

  // What the peer says: video_sender_feedback.cc
  bool on_control(const RtcpPacket& packet, Time now);
  void on_report(const ReportBlocks& blocks, Time now);
  void on_block(const ReportBlock& block, Time now);
  void on_nack(const Nack& nack, Time now);
  void on_lost(uint16_t sequence, Time now);
  bool on_feedback(const TransportFeedback& feedback, Time now);
  ArrivalTime follow_clock(ArrivalTime reference, Time now);
  void on_fir(const Fir& fir, Time now);
  void on_picture_lost(Time now);

  const Config config_;
  RtpStream media_;
  std::optional<RtpStream> repair_stream_;
  std::array<const PacketStore*, kMaxLayers> stores_{};
  size_t layers_ = 0;

  std::array<Queued, kQueuedFrames> queue_{};
  uint64_t queue_begin_ = 0, queue_end_ = 0;
  size_t queued_bytes_ = 0;
  bool is_joining_ = false;  ///< what it joined with is still queued
  bool in_frame_ = false;    ///< the newest of sent_ is being sent, from packet_ on
  size_t packet_ = 0;
  FrameHeaders headers_;
  int64_t keyframe_sequence_ = 0;  ///< first packet of the newest keyframe

  SentFrames sent_;
  TransportHistory history_;
  Repair repair_;
  Pacer pacer_;
  BandwidthEstimator bandwidth_;
  Prober prober_;
  Thinning thinning_;
  KeyframeWish wish_;
  RateMeter sent_rate_;
  size_t probe_packet_ = 0;
  Time next_update_{}, next_trial_{}, last_sent_{}, silent_since_{};

  std::array<Report, kReports> reports_{};
  size_t report_count_ = 0;
  Time next_report_;
  Duration round_trip_ = std::chrono::milliseconds(100);
  bool has_round_trip_ = false, is_known_ = false;  ///< is_known_: the peer has reported on our source
  uint32_t reported_packets_ = 0;
  std::optional<uint8_t> last_fir_;
  std::optional<Time> last_feedback_;
  ArrivalTime reference_{0}, clock_offset_{0};  ///< the peer's clock: see follow_clock()
  Counters counters_;
};

}  // namespace sdr::rtc
