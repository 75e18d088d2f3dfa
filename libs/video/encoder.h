// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "video/codec.h"
#include "video/picture.h"

// Pictures in, access units out: exactly one for each picture, at once. Every encoder behind this interface is set up
// for the lowest latency (no reordering, no look-ahead, constant rate with one frame of buffer, no keyframes but those
// asked for), and what it gives is made uniform: Annex B; each keyframe starts with its parameter sets; the SPS says
// that nothing is reordered; a keyframe is what the NAL units say, not the encoder's flag.

namespace sdr::video {

struct EncoderSettings {
  int width = 640, height = 360;  ///< both even, kSmallestSide to kLargestSide
  int fps = 60;                   ///< 1 to 240; what rate control assumes, pictures may come at other times
  int64_t bitrate_bps = 0;        ///< 0: default_bitrate_bps(); else 100 kbit/s to 200 Mbit/s

  bool quickest = false;  ///< quickest settings whatever favours_speed() finds: beside another that needs them

  bool operator==(const EncoderSettings&) const = default;
};

/// 8 Mbit/s from 1280x720 on, less below (2.8 Mbit/s for 640x360), in proportion to the rate of pictures below 60 fps.
int64_t default_bitrate_bps(int width, int height, int fps);

/// Whether software encoders are to use their quickest settings rather than their usual ones: where pixels per second
/// and core are so many that encoding and software rendering together would not keep up.
bool favours_speed(const EncoderSettings& settings);

/// kBadSettings with words, or the settings with the bitrate filled in.
Result<EncoderSettings> checked(EncoderSettings settings);

/// One access unit. `bytes` is the encoder's, valid until its next call.
struct EncodedPicture {
  std::span<const uint8_t> bytes;
  bool keyframe = false;
};

/// Thread: one at a time. Owns its buffers; encode() allocates nothing of ours in steady state (an encoder library
/// may).
class Encoder {
 public:
  virtual ~Encoder() = default;

  /// Encodes one picture of format() and of the settings' size; the first is a keyframe, and each with `keyframe` set.
  /// Errors: kWrongPicture (nothing happened, convert and come again); kEncoderFailed, kHeldBack (open another
  /// encoder).
  virtual Result<EncodedPicture> encode(const Picture& picture, bool keyframe) = 0;

  /// Changes size, rate or bitrate from the next picture on. A change of bitrate goes on with the stream where the
  /// encoder can; any other starts anew with a keyframe. On an error the encoder goes on with its old settings where
  /// settings were bad (kBadSettings), and is of no more use where it could not be opened anew (kEncoderUnavailable).
  virtual Status reconfigure(const EncoderSettings& settings) = 0;

  virtual const EncoderSettings& settings() const = 0;
  virtual Codec codec() const = 0;
  virtual PictureFormat format() const = 0;
  /// FFmpeg's name: "libx264", "h264_nvenc", ...
  virtual std::string_view name() const = 0;
  /// RFC 6381, from the newest keyframe's SPS: "avc1.4D401F", "hvc1.1.6.L93.B0", "jpeg"; empty before the first.
  virtual const std::string& codec_string() const = 0;
};

/// Opens one encoder by FFmpeg's name (one of all_encoder_names()), without trying it.
/// Errors: kBadSettings, kUnknownEncoder, kEncoderUnavailable with the library's own words.
Result<std::unique_ptr<Encoder>> open_encoder(std::string_view name, const EncoderSettings& settings);

/// What to try, in order, for a wish: a codec ("h264", which "" and "auto" also mean, "hevc", "jpeg") gives its
/// encoders, hardware first, then what can stand in for them, JPEG last; an encoder's name gives that one only. Empty
/// where the wish is not understood.
std::vector<std::string_view> encoder_names(std::string_view wish);
/// Every encoder that is known here.
std::vector<std::string_view> all_encoder_names();
std::optional<Codec> codec_of_encoder(std::string_view name);
/// Codecs that a wish can name with some hope: the installed libraries have an encoder for each.
std::vector<Codec> codecs_to_ask_for();

}  // namespace sdr::video
