// SPDX-License-Identifier: Apache-2.0
#include "video/jpeg_encoder.h"

#include <turbojpeg.h>

#include <algorithm>
#include <string>
#include <vector>

#include "video/errc.h"

namespace sdr::video {
namespace {

constexpr int kWorstQuality = 25, kBestQuality = 88, kFirstQuality = 75;

struct Close {
  void operator()(void* handle) const { tjDestroy(handle); }
};

class JpegEncoder final : public Encoder {
 public:
  explicit JpegEncoder(const EncoderSettings& settings) : settings_(settings), handle_(tjInitCompress()) { prepare(); }

  bool open() const { return handle_ != nullptr; }

  Result<EncodedPicture> encode(const Picture& picture, bool keyframe) override;

  Status reconfigure(const EncoderSettings& settings) override {
    auto good = checked(settings);
    if (!good) return good.error();
    settings_ = *good;
    prepare();
    return Status();
  }

  const EncoderSettings& settings() const override { return settings_; }
  Codec codec() const override { return Codec::kJpeg; }
  PictureFormat format() const override { return PictureFormat::kI420Jfif; }
  std::string_view name() const override { return kJpegEncoderName; }
  const std::string& codec_string() const override { return codec_string_; }

 private:
  void prepare() {
    buffer_.resize(tjBufSize(settings_.width, settings_.height, TJSAMP_420));
    target_bytes_ = settings_.bitrate_bps * kIntraFactor / 8 / settings_.fps;
  }
  void adapt_quality(size_t bytes);

  EncoderSettings settings_;
  std::unique_ptr<void, Close> handle_;
  std::vector<uint8_t> buffer_;
  std::string codec_string_;
  int64_t target_bytes_ = 0;
  int quality_ = kFirstQuality;
};

// Down quickly, up slowly: a queue that builds up is worse than a picture that is a little softer than it might be.
void JpegEncoder::adapt_quality(size_t bytes) {
  const auto size = static_cast<int64_t>(bytes);
  if (size > target_bytes_) quality_ -= size > target_bytes_ * 3 / 2 ? 10 : 2;
  if (size < target_bytes_ * 8 / 10) quality_ += 1;
  quality_ = std::clamp(quality_, kWorstQuality, kBestQuality);
}

Result<EncodedPicture> JpegEncoder::encode(const Picture& picture, bool /*keyframe*/) {
  if (picture.width() != settings_.width || picture.height() != settings_.height || picture.format() != format()) {
    return error(Errc::kWrongPicture);
  }
  const uint8_t* planes[3];
  int strides[3];
  for (int i = 0; i < 3; ++i) {
    planes[i] = picture.plane(i).data;
    strides[i] = static_cast<int>(picture.plane(i).stride_bytes);
  }
  unsigned char* out = buffer_.data();
  unsigned long bytes = buffer_.size();
  const int failed = tjCompressFromYUVPlanes(handle_.get(), planes, settings_.width, strides, settings_.height,
                                             TJSAMP_420, &out, &bytes, quality_, TJFLAG_NOREALLOC);
  if (failed != 0) return error(Errc::kEncoderFailed, std::string("jpeg: ") + tjGetErrorStr2(handle_.get()));
  codec_string_ = name_of(Codec::kJpeg);
  adapt_quality(bytes);
  return EncodedPicture{{buffer_.data(), bytes}, true};
}

}  // namespace

Result<std::unique_ptr<Encoder>> open_jpeg_encoder(const EncoderSettings& settings) {
  auto encoder = std::make_unique<JpegEncoder>(settings);
  if (!encoder->open()) return error(Errc::kEncoderUnavailable, std::string("jpeg: ") + tjGetErrorStr2(nullptr));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace sdr::video
