// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

// Reading control packets (RFC 3550 section 6, RFC 4585, RFC 5104), compound or of reduced size (RFC 5506): first the
// whole datagram is checked and cut into packets, then each is read by its kind. transport_feedback.h reads the kind
// that bandwidth estimation lives on; what nobody here knows (XR, REMB, application packets) is skipped by its length.
//
// Thread: any; nothing copies or allocates. Spans are those of the datagram. Errors: kTruncated, kBadVersion,
// kBadPadding, kWrongKind, kBadFeedback.

namespace sdr::rtc {

enum class RtcpType : uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kDescription = 202,
  kBye = 203,
  kApplication = 204,
  kTransportFeedback = 205,
  kPayloadFeedback = 206,
  kExtendedReport = 207,
};

// The format field of feedback packets.
inline constexpr uint8_t kFormatNack = 1, kFormatTransportWide = 15;               // kTransportFeedback
inline constexpr uint8_t kFormatPli = 1, kFormatFir = 4, kFormatApplication = 15;  // kPayloadFeedback

inline constexpr size_t kControlHeaderBytes = 4;

/// One control packet of a datagram.
struct RtcpPacket {
  RtcpType type{};
  uint8_t format = 0;             ///< or count: the five bits of the header
  std::span<const uint8_t> body;  ///< behind the four header bytes, without padding

  bool is(RtcpType wanted_type, uint8_t wanted_format) const { return type == wanted_type && format == wanted_format; }
};

/// Whether the datagram is made of whole control packets; only the last may be padded.
Status check_rtcp(std::span<const uint8_t> datagram);

/// Walks over the packets of a datagram; ends early where it is malformed.
class RtcpWalk {
 public:
  explicit RtcpWalk(std::span<const uint8_t> datagram) : rest_(datagram) {}
  std::optional<RtcpPacket> next();
  /// Why it ended before the end of the datagram.
  Status status() const;

 private:
  std::span<const uint8_t> rest_;
  int error_ = 0;  ///< an RtpErrc
};

/// What a receiver says of one stream. RFC 3550 section 6.4.1.
struct ReportBlock {
  uint32_t ssrc = 0;
  uint8_t fraction_lost = 0;    ///< of 256, since the last report
  int32_t cumulative_lost = 0;  ///< 24 bits, signed
  uint32_t highest_sequence = 0;
  uint32_t jitter = 0;              ///< in ticks of the stream's clock
  uint32_t last_sender_report = 0;  ///< middle 32 bits of its NTP time; 0: none yet
  uint32_t delay_since_report = 0;  ///< in 1/65536 s
};

inline constexpr size_t kReportBlockBytes = 24;

/// Report blocks in place.
class ReportBlocks {
 public:
  ReportBlocks() = default;
  explicit ReportBlocks(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size() / kReportBlockBytes; }
  ReportBlock operator[](size_t index) const;

 private:
  std::span<const uint8_t> bytes_;
};

struct SenderInfo {
  uint64_t ntp = 0;
  uint32_t timestamp = 0;  ///< the stream's clock at that time
  uint32_t packet_count = 0, octet_count = 0;
};
struct SenderReport {
  uint32_t ssrc = 0;
  SenderInfo info;
  ReportBlocks blocks;
};
struct ReceiverReport {
  uint32_t ssrc = 0;
  ReportBlocks blocks;
};
Result<SenderReport> parse_sender_report(const RtcpPacket& packet);
Result<ReceiverReport> parse_receiver_report(const RtcpPacket& packet);

/// The first CNAME of a source description; empty where there is none.
Result<std::string_view> parse_cname(const RtcpPacket& packet);

/// The sources that leave, four bytes each.
Result<std::span<const uint8_t>> parse_bye(const RtcpPacket& packet);

/// Negative acknowledgement: RFC 4585 section 6.2.1.
struct Nack {
  uint32_t sender_ssrc = 0, media_ssrc = 0;
  std::span<const uint8_t> items;

  /// Calls `visit(uint16_t sequence)` for each packet that is said to be lost, 17 per item at most.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (size_t at = 0; at + 4 <= items.size(); at += 4) {
      const auto first = static_cast<uint16_t>(items[at] << 8 | items[at + 1]);
      const unsigned following = static_cast<unsigned>(items[at + 2] << 8 | items[at + 3]);
      visit(first);
      for (unsigned bit = 0; bit < 16; ++bit)
        if (following >> bit & 1) visit(static_cast<uint16_t>(first + bit + 1));
    }
  }
};
Result<Nack> parse_nack(const RtcpPacket& packet);

/// Picture loss indication: RFC 4585 section 6.3.1.
struct Pli {
  uint32_t sender_ssrc = 0, media_ssrc = 0;
};
Result<Pli> parse_pli(const RtcpPacket& packet);

/// Full intra request: RFC 5104 section 4.3.1.
struct Fir {
  uint32_t sender_ssrc = 0;
  std::span<const uint8_t> items;

  /// The number of the request for this source, which a repeated request repeats.
  std::optional<uint8_t> request_for(uint32_t ssrc) const;
};
Result<Fir> parse_fir(const RtcpPacket& packet);

}  // namespace sdr::rtc
