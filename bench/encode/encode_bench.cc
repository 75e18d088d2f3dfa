// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/assert.h"
#include "bench/common/flags.h"
#include "peers.h"
#include "video/convert.h"
#include "video/encoder.h"
#include "video/halve.h"

// What conversion and encoding cost per picture, beside bare work of the same kind on the same pictures in the same
// run: a copy of the pixels, libswscale and libyuv for the conversion; libx264 through its own interface for the
// encoder; and what the low layer (half the sides, a quarter of the bitrate) takes on top, beside the first one's
// encoding and others' scalers. Measurements take turns picture by picture, so that whatever else the machine does hits
// all alike.

namespace {

using sdr::video::EncoderSettings, sdr::video::Picture, sdr::video::PictureFormat, sdr::video::PixelView;

constexpr int kPictures = 300, kWarmUp = 20, kScenes = 12;

class Samples {
 public:
  template <typename Work>
  void measure(bool counts, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    if (counts) ms_.push_back(spent.count());
  }
  /// 0 where nothing was measured.
  double quantile(double q) {
    if (ms_.empty()) return 0.0;
    std::sort(ms_.begin(), ms_.end());
    return ms_[static_cast<size_t>(q * static_cast<double>(ms_.size() - 1))];
  }
  double median() { return quantile(0.5); }

 private:
  std::vector<double> ms_;
};

// A floor of tiles seen at a slant under moving stripes, fine lines included, as a renderer gives it: BGRA, bottom row
// first. Scenes follow one another smoothly there and back.
std::vector<uint8_t> paint(int index, int width, int height) {
  std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  uint8_t* pixel = pixels.data();
  for (int y = 0; y < height; ++y) {
    const double depth = 1.0 / (1.05 - static_cast<double>(y) / height);
    for (int x = 0; x < width; ++x, pixel += 4) {
      const double across = (x - width / 2.0) / height * depth * 6 + index * 0.02, along = depth * 3 + index * 0.05;
      const bool tile = (static_cast<int>(std::floor(across)) ^ static_cast<int>(std::floor(along))) % 2 != 0;
      const bool line = across - std::floor(across) < 0.04;
      const double fog = std::exp(-depth * 0.08);
      const double grey = (line ? 150 : tile ? 90 : 60) * fog + 170 * (1 - fog);
      const bool post = (x + index * 2) % 160 < 12 && y > height / 4;
      pixel[0] = static_cast<uint8_t>(post ? 40 : grey + 10);
      pixel[1] = static_cast<uint8_t>(post ? 120 : grey);
      pixel[2] = static_cast<uint8_t>(post ? 220 : grey - 10);
      pixel[3] = 255;
    }
  }
  return pixels;
}

struct Figures {
  Samples copy, convert_bgra, convert_portable, swscale, libyuv, encode, x264;
  size_t bytes = 0, x264_bytes = 0;
  std::string encoder, codec;
};

// The low layer, as the simulator makes it.
struct LowFigures {
  Samples halve, portable, swscale, libyuv, encode;
  size_t bytes = 0;
};

class LowLayer {
 public:
  explicit LowLayer(const EncoderSettings& first)
      : encoder_(sdr::video::open_encoder(
            "libx264", {first.width / 2, first.height / 2, first.fps, first.bitrate_bps / kPartOfBitrate,
                        sdr::video::favours_speed(first)})),
        swscale_(first.width, first.height) {
    SDR_ASSERT(encoder_.ok(), "libx264 does not open");
    SDR_ASSERT(other_.resize(first.width / 2, first.height / 2, PictureFormat::kNv12Bt709).ok(), "size");
  }

  void measure(bool counts, const Picture& picture, LowFigures& figures) {
    bool done = false;
    SDR_ASSERT(sdr::video::halve(picture, half_).ok(), "halving failed");  // warm for all alike
    figures.portable.measure(counts, [&] { done = sdr::video::halve_portable(picture, other_).ok(); });
    if (swscale_.halve(picture, other_)) {
      figures.swscale.measure(counts, [&] { done = swscale_.halve(picture, other_); });
    }
    if (sdr::bench::halve_by_libyuv(picture, other_)) {
      figures.libyuv.measure(counts, [&] { done = sdr::bench::halve_by_libyuv(picture, other_); });
    }
    figures.halve.measure(counts, [&] { done = sdr::video::halve(picture, half_).ok(); });
    SDR_ASSERT(done, "halving failed");
    figures.encode.measure(counts, [&] {
      const auto encoded = (*encoder_)->encode(half_, false);
      SDR_ASSERT(encoded.ok(), "encoding failed");
      figures.bytes += encoded->bytes.size();
    });
  }

 private:
  static constexpr int kPartOfBitrate = 4;

  sdr::Result<std::unique_ptr<sdr::video::Encoder>> encoder_;
  sdr::bench::SwscaleHalvePeer swscale_;
  Picture half_, other_;
};

void measure(const EncoderSettings& settings, const std::vector<std::vector<uint8_t>>& scenes, Figures& figures,
             LowFigures& low_figures) {
  auto encoder = sdr::video::open_encoder("libx264", settings);
  SDR_ASSERT(encoder.ok(), "libx264 does not open");
  sdr::bench::SwscalePeer swscale(settings.width, settings.height);
  sdr::bench::X264Peer x264;
  LowLayer low((*encoder)->settings());
  const bool has_x264 = x264.open((*encoder)->settings());
  const auto format = PictureFormat::kNv12Bt709;
  Picture picture, other;
  SDR_ASSERT(other.resize(settings.width, settings.height, format).ok(), "size");
  std::vector<uint8_t> copy(scenes[0].size());
  for (int i = 0; i < kPictures; ++i) {
    const bool counts = i >= kWarmUp;
    const int turn = i % (2 * kScenes - 2);
    const auto& scene = scenes[static_cast<size_t>(turn < kScenes ? turn : 2 * kScenes - 2 - turn)];
    const PixelView view{scene.data(),
                         settings.width,
                         settings.height,
                         static_cast<size_t>(settings.width) * 4,
                         sdr::video::PixelOrder::kBgra,
                         sdr::video::RowOrder::kBottomUp};
    figures.copy.measure(counts, [&] { std::memcpy(copy.data(), scene.data(), copy.size()); });
    bool done = false;
    figures.convert_portable.measure(counts, [&] { done = sdr::video::convert_portable(view, format, other).ok(); });
    if (swscale.convert(view, other)) figures.swscale.measure(counts, [&] { done = swscale.convert(view, other); });
    if (sdr::bench::convert_by_libyuv(view, other)) {
      figures.libyuv.measure(counts, [&] { done = sdr::bench::convert_by_libyuv(view, other); });
    }
    figures.convert_bgra.measure(counts, [&] { done = sdr::video::convert(view, format, picture).ok(); });
    SDR_ASSERT(done, "conversion failed");
    figures.encode.measure(counts, [&] {
      const auto encoded = (*encoder)->encode(picture, false);
      SDR_ASSERT(encoded.ok(), "encoding failed");
      figures.bytes += encoded->bytes.size();
    });
    low.measure(counts, picture, low_figures);
    if (has_x264) figures.x264.measure(counts, [&] { figures.x264_bytes += x264.encode(picture); });
  }
  figures.codec = (*encoder)->codec_string();
}

double ratio(double ours, double theirs) { return theirs > 0.0 ? ours / theirs : 0.0; }

void report_low(const EncoderSettings& settings, Figures& first, LowFigures& f) {
  const double bps = static_cast<double>(f.bytes) * 8 * settings.fps / kPictures;
  const double part = ratio(f.halve.median() + f.encode.median(), first.encode.median());
  std::printf(
      "  low layer    halving %.4f ms; portable code %.4f, libswscale %.4f, libyuv %.4f; encoding %.3f ms (p99 %.3f), "
      "%.2f Mbit/s; both over the first layer's encoding %.3f\n",
      f.halve.median(), f.portable.median(), f.swscale.median(), f.libyuv.median(), f.encode.median(),
      f.encode.quantile(0.99), bps / 1e6, part);
  std::printf(
      "{\"bench\":\"encode_low_layer\",\"width\":%d,\"height\":%d,\"halve_ms\":%.4f,\"halve_portable_ms\":%.4f,"
      "\"halve_swscale_ms\":%.4f,\"halve_libyuv_ms\":%.4f,\"encode_ms\":%.4f,\"encode_p99_ms\":%.4f,"
      "\"bitrate_bps\":%.0f,\"low_over_first\":%.4f}\n",
      settings.width / 2, settings.height / 2, f.halve.median(), f.portable.median(), f.swscale.median(),
      f.libyuv.median(), f.encode.median(), f.encode.quantile(0.99), bps, part);
}

void report(const EncoderSettings& settings, Figures& f) {
  const double seconds = static_cast<double>(kPictures) / settings.fps;
  const auto megabits = [&](size_t bytes) { return static_cast<double>(bytes) * 8 / seconds / 1e6; };
  std::printf("%dx%d at %d fps, %s, %s\n", settings.width, settings.height, settings.fps, f.codec.c_str(),
              sdr::video::favours_speed(settings) ? "quickest settings" : "usual settings");
  std::printf(
      "  conversion   %.3f ms (p99 %.3f); copy of the pixels %.3f, portable code %.3f, libswscale %.3f, "
      "libyuv (BT.601) %.3f\n",
      f.convert_bgra.median(), f.convert_bgra.quantile(0.99), f.copy.median(), f.convert_portable.median(),
      f.swscale.median(), f.libyuv.median());
  std::printf("  encoder      %.3f ms (p99 %.3f), %.2f Mbit/s; bare libx264 %.3f (p99 %.3f), %.2f Mbit/s; ratio %.3f\n",
              f.encode.median(), f.encode.quantile(0.99), megabits(f.bytes), f.x264.median(), f.x264.quantile(0.99),
              megabits(f.x264_bytes), ratio(f.encode.median(), f.x264.median()));
  std::printf(
      "{\"bench\":\"encode\",\"width\":%d,\"height\":%d,\"convert_ms\":%.4f,\"copy_ms\":%.4f,\"convert_over_copy\":%."
      "3f,"
      "\"swscale_ms\":%.4f,\"libyuv_ms\":%.4f,\"portable_ms\":%.4f,\"encode_ms\":%.4f,\"encode_p99_ms\":%.4f,"
      "\"x264_ms\":%.4f,\"encode_over_x264\":%.4f,\"bitrate_bps\":%.0f}\n",
      settings.width, settings.height, f.convert_bgra.median(), f.copy.median(),
      ratio(f.convert_bgra.median(), f.copy.median()), f.swscale.median(), f.libyuv.median(),
      f.convert_portable.median(), f.encode.median(), f.encode.quantile(0.99), f.x264.median(),
      ratio(f.encode.median(), f.x264.median()), megabits(f.bytes) * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  sdr::bench::Flags("encode").read(argc, argv);
  for (const auto& [width, height] : {std::pair{640, 360}, std::pair{1280, 720}}) {
    const EncoderSettings settings{width, height, 60, 0};
    std::vector<std::vector<uint8_t>> scenes;
    for (int i = 0; i < kScenes; ++i) scenes.push_back(paint(i, width, height));
    Figures figures;
    LowFigures low;
    measure(settings, scenes, figures, low);
    report(settings, figures);
    report_low(settings, figures, low);
  }
  return 0;
}
