// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rtc/sdp/negotiation.h"

// The pieces that a negotiation is made of, one section at a time. For make_answer(), make_offer() and accept_answer().
//
// Thread: any.

namespace sdr::rtc {

struct FormatChoice {
  const RtpFormat* format = nullptr;  ///< in the section
  size_t stream = 0;
  FormatMatch match = FormatMatch::kNone;
};

/// The payload type for the first stream that the section's receiver plays at all, of several the best match; nothing
/// where the section is no video that the other side wants to receive, with RTCP on the same port.
std::optional<FormatChoice> choose_format(const MediaSection& section, std::span<const VideoStream> streams);

/// What a chosen format brings with it: RTX, feedback, header extensions.
NegotiatedVideo negotiate_video(const MediaSection& section, const FormatChoice& choice);

/// The formats of an answer: the chosen one, and its RTX.
std::vector<RtpFormat> answered_formats(const MediaSection& offered, const NegotiatedVideo& video,
                                        const VideoStream& stream);

/// Those of the section's extensions that have an id in `ids`.
std::vector<HeaderExtension> common_extensions(const MediaSection& section, const ExtensionIds& ids);

/// An SCTP association for data channels over DTLS (RFC 8841).
bool is_data_section(const MediaSection& section);
NegotiatedData negotiate_data(const MediaSection& section);

/// The BUNDLE group that the section is in, or null.
const std::vector<std::string>* bundle_of(const SessionDescription& description, const MediaSection& section);

/// Where a section's transport is described: in it or, where it is bundled and says nothing, in the group's first one.
const TransportParameters& transport_parameters(const SessionDescription& description, const MediaSection& section);

}  // namespace sdr::rtc
