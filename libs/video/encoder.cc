// SPDX-License-Identifier: Apache-2.0
#include "video/encoder.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "video/errc.h"
#include "video/jpeg_encoder.h"
#include "video/libav_encoder.h"

namespace sdr::video {
namespace {

constexpr int64_t kLowestBitrate = 100'000, kHighestBitrate = 200'000'000;
constexpr int kHighestFps = 240;

constexpr std::string_view kH264[] = {"h264_nvenc", "h264_vaapi", "libx264"};
constexpr std::string_view kHevc[] = {"hevc_nvenc", "hevc_vaapi", "libx265"};

bool good_side(int side) { return side >= kSmallestSide && side <= kLargestSide && side % 2 == 0; }

}  // namespace

int64_t default_bitrate_bps(int width, int height, int fps) {
  constexpr double kFullRate = 8e6, kFullPixels = 1280.0 * 720.0, kFullFps = 60.0;
  // Small pictures need more bits per pixel: the same edges lie in fewer of them.
  constexpr double kGrowth = 0.75;
  const double pixels = std::min(1.0, static_cast<double>(width) * height / kFullPixels);
  const double rate = kFullRate * std::pow(pixels, kGrowth) * std::min(1.0, fps / kFullFps);
  return std::max(kLowestBitrate, static_cast<int64_t>(rate));
}

bool favours_speed(const EncoderSettings& settings) {
  // x264's superfast takes some 9 ns a pixel on a core of 2023: from here on it would want more than the seventh of
  // each core that software rendering leaves it.
  constexpr int64_t kPixelsPerSecondAndCore = 16'000'000;
  if (settings.quickest) return true;
  const auto cores = static_cast<int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  return int64_t{settings.width} * settings.height * settings.fps > kPixelsPerSecondAndCore * cores;
}

Result<EncoderSettings> checked(EncoderSettings settings) {
  if (!good_side(settings.width) || !good_side(settings.height)) {
    return error(Errc::kBadSettings, std::to_string(settings.width) + "x" + std::to_string(settings.height) +
                                         " (sides are even, 64 to 4096)");
  }
  if (settings.fps < 1 || settings.fps > kHighestFps) {
    return error(Errc::kBadSettings, std::to_string(settings.fps) + " fps (1 to 240)");
  }
  if (settings.bitrate_bps == 0) {
    settings.bitrate_bps = default_bitrate_bps(settings.width, settings.height, settings.fps);
  }
  if (settings.bitrate_bps < kLowestBitrate || settings.bitrate_bps > kHighestBitrate) {
    return error(Errc::kBadSettings, std::to_string(settings.bitrate_bps) + " bit/s (100 kbit/s to 200 Mbit/s)");
  }
  return settings;
}

std::vector<std::string_view> encoder_names(std::string_view wish) {
  std::vector<std::string_view> names;
  const bool hevc = wish == name_of(Codec::kHevc),
             h264 = wish.empty() || wish == "auto" || wish == name_of(Codec::kH264);
  if (hevc) names.insert(names.end(), std::begin(kHevc), std::end(kHevc));
  if (hevc || h264) names.insert(names.end(), std::begin(kH264), std::end(kH264));
  if (hevc || h264 || wish == name_of(Codec::kJpeg)) names.push_back(kJpegEncoderName);
  if (!names.empty()) return names;
  for (const auto known : all_encoder_names()) {
    if (known == wish) names.push_back(known);
  }
  return names;
}

std::vector<std::string_view> all_encoder_names() {
  std::vector<std::string_view> names(std::begin(kH264), std::end(kH264));
  names.insert(names.end(), std::begin(kHevc), std::end(kHevc));
  names.push_back(kJpegEncoderName);
  return names;
}

std::optional<Codec> codec_of_encoder(std::string_view name) {
  if (std::ranges::find(kH264, name) != std::end(kH264)) return Codec::kH264;
  if (std::ranges::find(kHevc, name) != std::end(kHevc)) return Codec::kHevc;
  if (name == kJpegEncoderName) return Codec::kJpeg;
  return std::nullopt;
}

std::vector<Codec> codecs_to_ask_for() {
  std::vector<Codec> codecs;
  if (std::ranges::any_of(kH264, has_libav_encoder)) codecs.push_back(Codec::kH264);
  if (std::ranges::any_of(kHevc, has_libav_encoder)) codecs.push_back(Codec::kHevc);
  codecs.push_back(Codec::kJpeg);
  return codecs;
}

Result<std::unique_ptr<Encoder>> open_encoder(std::string_view name, const EncoderSettings& settings) {
  const auto good = checked(settings);
  if (!good) return good.error();
  if (name == kJpegEncoderName) return open_jpeg_encoder(*good);
  return open_libav_encoder(name, *good);
}

}  // namespace sdr::video
