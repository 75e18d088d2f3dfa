// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/ice/candidate.h"

// A session description (SDP, RFC 8866) as far as WebRTC uses it (JSEP, RFC 8829): what browsers, GStreamer and aiortc
// write and what we write ourselves, as values. What means nothing to us is passed over when reading, as SDP asks.
//
// Every text in here that was read is free of line breaks and control characters, so that it can be written again.
// Thread: any; value types. Everything is bounded by SdpLimits.

namespace sdr::rtc {

struct SdpLimits {
  static constexpr size_t kBytes = 64 * 1024;
  static constexpr size_t kLineBytes = 2048;
  static constexpr size_t kLines = 2000;
  static constexpr size_t kMedia = 32;
  static constexpr size_t kPerSection = 64;  ///< formats, extensions, candidates, sources: of each
  static constexpr size_t kMidBytes = 32;
};

enum class MediaDirection : uint8_t { kSendReceive, kSendOnly, kReceiveOnly, kInactive };

/// RFC 4145 4, RFC 8842: who begins the DTLS handshake.
enum class DtlsSetup : uint8_t { kActPass, kActive, kPassive, kHoldConnection };

/// What identifies the other end of a transport.
struct TransportParameters {
  std::string ice_ufrag, ice_password;
  std::vector<std::string> fingerprints;  ///< "sha-256 AB:CD:...", form checked, algorithm not
  std::optional<DtlsSetup> setup;

  bool is_complete() const { return !ice_ufrag.empty() && !ice_password.empty() && !fingerprints.empty(); }
  friend bool operator==(const TransportParameters&, const TransportParameters&) = default;
};

/// One RTP payload type: rtpmap, fmtp and rtcp-fb together.
struct RtpFormat {
  uint8_t payload_type = 0;
  std::string name;  ///< empty where no rtpmap says
  uint32_t clock_rate = 0;
  std::string channels;               ///< behind the second '/', if there
  std::string parameters;             ///< fmtp's, as written
  std::vector<std::string> feedback;  ///< "nack", "nack pli", ...

  friend bool operator==(const RtpFormat&, const RtpFormat&) = default;
};

struct HeaderExtension {
  uint16_t id = 0;
  std::string uri;
  friend bool operator==(const HeaderExtension&, const HeaderExtension&) = default;
};

/// a=ssrc lines of one source (RFC 5576).
struct MediaSource {
  uint32_t ssrc = 0;
  std::string cname;
  std::string msid;  ///< "STREAM TRACK"
  friend bool operator==(const MediaSource&, const MediaSource&) = default;
};

struct SourceGroup {
  std::string semantics;  ///< "FID": the second repairs the first
  std::vector<uint32_t> ssrcs;
  friend bool operator==(const SourceGroup&, const SourceGroup&) = default;
};

struct MediaSection {
  std::string kind;      ///< "video", "audio", "application"
  uint16_t port = 9;     ///< 0: rejected, or carried by another section (bundle_only)
  std::string protocol;  ///< "UDP/TLS/RTP/SAVPF"
  std::vector<std::string> formats;

  std::string mid;
  MediaDirection direction = MediaDirection::kSendReceive;
  TransportParameters transport;  ///< when read: the session's, where the section has none of its own
  bool rtcp_mux = false, rtcp_reduced_size = false, bundle_only = false, extmap_allow_mixed = false;

  std::vector<RtpFormat> rtp;  ///< in the order of `formats`, those that are payload types
  std::vector<HeaderExtension> extensions;
  std::string msid;  ///< "STREAM TRACK"
  std::vector<MediaSource> sources;
  std::vector<SourceGroup> source_groups;

  std::optional<uint16_t> sctp_port;
  std::optional<uint64_t> max_message_size;

  std::vector<Candidate> candidates;
  size_t candidates_ignored = 0;  ///< not understood, which is no reason to refuse the rest (RFC 8839 5.1)
  bool end_of_candidates = false;

  friend bool operator==(const MediaSection&, const MediaSection&) = default;
};

struct SessionDescription {
  std::string session_id = "0";  ///< digits
  uint64_t version = 0;
  bool ice_lite = false;
  std::vector<std::string> ice_options;           ///< "trickle", ...
  std::vector<std::vector<std::string>> bundles;  ///< mids of each BUNDLE group (RFC 9143)
  std::vector<MediaSection> media;

  /// The section with that mid, or null.
  const MediaSection* find(std::string_view mid) const;
  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

/// Lines end with CR LF or LF; after the first one those of a level may come in any order.
/// Errors: kTooLarge, kBadLine, kBadAttribute, with the number of the line.
Result<SessionDescription> parse_sdp(std::string_view text);

/// As it goes over the wire, with CR LF.
std::string to_sdp(const SessionDescription& description);

}  // namespace sdr::rtc
