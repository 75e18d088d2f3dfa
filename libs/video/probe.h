// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "video/encoder.h"

// Which encoders work on this machine, found out by encoding with each: that a library knows a name says nothing about
// a driver or a card. A trial passes where each picture gives an access unit at once, the first is a keyframe with
// parameter sets, a forced keyframe is one, and the SPS promises no reordering.

namespace sdr::video {

struct ProbeResult {
  std::string name;  ///< FFmpeg's name
  Codec codec = Codec::kH264;
  bool works = false;
  std::string why_not;        ///< one line, where it does not
  double ms_per_frame = 0.0;  ///< mean of the trial's pictures after the first
  std::string codec_string;
};

/// Tries one encoder with a few pictures of the given settings; takes some ten frame times.
ProbeResult probe_encoder(std::string_view name, const EncoderSettings& settings);

/// Tries every encoder known here, in the order of preference, for `sdr doctor`.
std::vector<ProbeResult> probe_encoders(const EncoderSettings& settings);

struct ChosenEncoder {
  std::unique_ptr<Encoder> encoder;  ///< fresh: its first picture is a keyframe
  std::vector<ProbeResult> tried;    ///< in order; the last one is the encoder's
};

/// The first encoder that passes its trial, in the order of `encoder_names(wish)`.
/// Errors: kBadSettings, kUnknownEncoder (the wish), kEncoderUnavailable (none works; the context says why each
/// failed).
Result<ChosenEncoder> choose_encoder(std::string_view wish, const EncoderSettings& settings);

}  // namespace sdr::video
