// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "rtc/rtp/extensions.h"
#include "rtc/sdp/session_description.h"
#include "rtc/sdp/video_format.h"

// What two sides agreed on, and how this server answers an offer: one video that we send, one SCTP association for data
// channels, both over one transport (BUNDLE, rtcp-mux) on which we are the ICE-lite side and the DTLS server (RFC 8829,
// RFC 8842, RFC 9143). Everything else that is offered is refused section by section, and never the whole for it.
//
// Thread: any; values. Allocates, since it happens once per session.

namespace sdr::rtc {

/// What we send to the other side.
struct NegotiatedVideo {
  std::string mid;
  size_t stream = 0;  ///< which of AnswerOptions::streams
  FormatMatch match = FormatMatch::kNone;
  uint8_t payload_type = 0;
  std::optional<uint8_t> rtx_payload_type;
  ExtensionIds extensions;
  bool nack = false, pli = false, fir = false, transport_cc = false;
};

struct NegotiatedData {
  std::string mid;
  uint16_t remote_sctp_port = 0;
  uint64_t remote_max_message_size = 0;  ///< the largest message they take; 0: any
};

struct Negotiated {
  std::optional<NegotiatedVideo> video;
  std::optional<NegotiatedData> data;
  TransportParameters remote;
};

struct AnswerOptions {
  std::string session_id;     ///< digits
  TransportParameters local;  ///< ICE credentials and certificate's fingerprint; setup is ours to choose
  std::vector<Candidate> candidates;

  std::vector<VideoStream> streams;  ///< what there is to send, the best first; empty: no video
  uint32_t ssrc = 0, rtx_ssrc = 0;
  std::string cname, stream_id, track_id;  ///< tokens

  bool data = true;
  uint16_t sctp_port = 5000;
  uint64_t max_message_size = 64 * 1024;
};

struct Answer {
  SessionDescription description;
  Negotiated negotiated;
};

/// Errors: kNothingInCommon where neither video nor data can be served, kNoTransport, kBadSetup.
Result<Answer> make_answer(const SessionDescription& offer, const AnswerOptions& options);

}  // namespace sdr::rtc
