// SPDX-License-Identifier: Apache-2.0
#include "video/probe.h"

#include <chrono>
#include <utility>

#include "video/convert.h"
#include "video/errc.h"
#include "video/nal.h"
#include "video/sps.h"

namespace sdr::video {
namespace {

constexpr int kPictures = 9, kForcedKeyframe = 4;

// A picture with edges and gradients that move, so that the time is that of real work.
Status paint(int index, PictureFormat format, const EncoderSettings& settings, std::vector<uint8_t>& pixels,
             Picture& picture) {
  const size_t stride = static_cast<size_t>(settings.width) * 4;
  pixels.resize(stride * static_cast<size_t>(settings.height));
  uint8_t* pixel = pixels.data();
  for (int y = 0; y < settings.height; ++y) {
    for (int x = 0; x < settings.width; ++x, pixel += 4) {
      const bool tile = (((x + index * 3) / 32) ^ (y / 32)) % 2 != 0;
      pixel[0] = static_cast<uint8_t>(x + index);
      pixel[1] = static_cast<uint8_t>(tile ? y : 255 - y);
      pixel[2] = static_cast<uint8_t>(tile ? 200 : 60);
      pixel[3] = 255;
    }
  }
  return convert({pixels.data(), settings.width, settings.height, stride, PixelOrder::kBgra, RowOrder::kTopDown},
                 format, picture);
}

// The promise of stream.md, read from the keyframe itself.
Status check_keyframe(Codec codec, const EncoderSettings& settings, std::span<const uint8_t> bytes) {
  if (!inspect(codec, bytes).keyframe()) return error(Errc::kEncoderFailed, "a keyframe lacks its parameter sets");
  if (codec == Codec::kJpeg) return Status();
  AnnexBReader reader(bytes);
  while (const auto nal = reader.next()) {
    const uint8_t type = nal_type(codec, nal->bytes);
    if (type != (codec == Codec::kH264 ? uint8_t{h264::kSps} : uint8_t{hevc::kSps})) continue;
    const auto sps = parse_sps(codec, nal->bytes);
    if (!sps) return sps.error();
    if (sps->max_num_reorder != 0u) return error(Errc::kEncoderFailed, "the SPS allows reordering");
    if (sps->width != settings.width || sps->height != settings.height) {
      return error(Errc::kEncoderFailed,
                   "the SPS says " + std::to_string(sps->width) + "x" + std::to_string(sps->height));
    }
    return Status();
  }
  return error(Errc::kEncoderFailed, "a keyframe lacks its SPS");
}

Status try_out(Encoder& encoder, ProbeResult& result) {
  using std::chrono::steady_clock;
  Picture picture;
  std::vector<uint8_t> pixels;
  steady_clock::duration spent{};
  for (int i = 0; i < kPictures; ++i) {
    SDR_TRY(paint(i, encoder.format(), encoder.settings(), pixels, picture));
    const bool keyframe = i == 0 || i == kForcedKeyframe;
    const auto begin = steady_clock::now();
    const auto encoded = encoder.encode(picture, keyframe);
    if (i > 0) spent += steady_clock::now() - begin;
    if (!encoded) return encoded.error();
    if (encoder.codec() != Codec::kJpeg && encoded->keyframe != keyframe) {
      return error(Errc::kEncoderFailed, "a keyframe that nobody asked for");
    }
    if (keyframe) SDR_TRY(check_keyframe(encoder.codec(), encoder.settings(), encoded->bytes));
  }
  result.ms_per_frame = std::chrono::duration<double, std::milli>(spent).count() / (kPictures - 1);
  return Status();
}

// The reason alone: what failed stands beside it anyway.
std::string reason(const Error& failure, std::string_view name) {
  std::string words = failure.context().empty() ? failure.message() : failure.context();
  const std::string prefix = std::string(name) + ": ";
  return words.starts_with(prefix) ? words.substr(prefix.size()) : words;
}

}  // namespace

ProbeResult probe_encoder(std::string_view name, const EncoderSettings& settings) {
  ProbeResult result;
  result.name = name;
  result.codec = codec_of_encoder(name).value_or(Codec::kH264);
  auto encoder = open_encoder(name, settings);
  if (!encoder) {
    result.why_not = reason(encoder.error(), name);
    return result;
  }
  const Status tried = try_out(**encoder, result);
  result.works = tried.ok();
  if (!tried) result.why_not = reason(tried.error(), name);
  result.codec_string = (*encoder)->codec_string();
  return result;
}

std::vector<ProbeResult> probe_encoders(const EncoderSettings& settings) {
  std::vector<ProbeResult> results;
  for (const auto name : all_encoder_names()) results.push_back(probe_encoder(name, settings));
  return results;
}

Result<ChosenEncoder> choose_encoder(std::string_view wish, const EncoderSettings& settings) {
  const auto good = checked(settings);
  if (!good) return good.error();
  const auto names = encoder_names(wish);
  if (names.empty()) return error(Errc::kUnknownEncoder, std::string(wish));
  ChosenEncoder chosen;
  std::string reasons;
  for (const auto name : names) {
    chosen.tried.push_back(probe_encoder(name, *good));
    if (chosen.tried.back().works) {
      auto encoder = open_encoder(name, *good);
      if (encoder) {
        chosen.encoder = std::move(encoder).value();
        return chosen;
      }
      chosen.tried.back() = {std::string(name), *codec_of_encoder(name), false, reason(encoder.error(), name), 0.0, {}};
    }
    reasons += (reasons.empty() ? "" : "; ") + std::string(name) + ": " + chosen.tried.back().why_not;
  }
  return error(Errc::kEncoderUnavailable, reasons);
}

}  // namespace sdr::video
