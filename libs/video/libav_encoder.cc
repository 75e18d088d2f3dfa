// SPDX-License-Identifier: Apache-2.0
#include "video/libav_encoder.h"

#include <utility>

#include "base/assert.h"
#include "video/access_unit.h"
#include "video/libav.h"

namespace sdr::video {
namespace {

using libav::Owned;

Error failed(const libav::Kind& kind, int error_number) {
  return error(Errc::kEncoderFailed, std::string(kind.name) + ": " + libav::words_for(error_number));
}

// FFmpeg copies a frame whose buffers it cannot count references to. Pictures are ours and stay alive during the call,
// and with no look-ahead nothing is kept beyond it, so frames refer to this byte instead of to real buffers.
Owned<AVBufferRef> uncounted_buffer() {
  static uint8_t byte = 0;
  const auto keep = [](void*, uint8_t*) {};
  return Owned<AVBufferRef>(av_buffer_create(&byte, 1, keep, nullptr, AV_BUFFER_FLAG_READONLY));
}

class LibavEncoder final : public Encoder {
 public:
  LibavEncoder(const libav::Kind& kind, const EncoderSettings& settings)
      : kind_(kind),
        settings_(settings),
        packet_(av_packet_alloc()),
        frame_(av_frame_alloc()),
        surface_(av_frame_alloc()) {
    SDR_ASSERT(packet_ && frame_ && surface_, "out of memory");
  }

  Status open();

  Result<EncodedPicture> encode(const Picture& picture, bool keyframe) override;
  Status reconfigure(const EncoderSettings& settings) override;

  const EncoderSettings& settings() const override { return settings_; }
  Codec codec() const override { return kind_.codec; }
  PictureFormat format() const override { return kind_.format; }
  std::string_view name() const override { return kind_.name; }
  const std::string& codec_string() const override { return normalizer_->codec_string(); }

 private:
  void fill_frame(const Picture& picture, bool keyframe);
  Result<AVFrame*> upload();

  const libav::Kind& kind_;
  EncoderSettings settings_;
  libav::Session session_;
  std::unique_ptr<AccessUnitNormalizer> normalizer_;
  Owned<AVPacket> packet_;
  Owned<AVFrame> frame_, surface_;
  int64_t next_pts_ = 0;
};

Status LibavEncoder::open() {
  // The old session first: drivers and cards allow only so many.
  session_ = {};
  av_frame_unref(frame_.get());
  auto session = libav::open_session(kind_, settings_);
  if (!session) return session.error();
  session_ = std::move(session).value();
  normalizer_ = std::make_unique<AccessUnitNormalizer>(kind_.codec);
  next_pts_ = 0;
  frame_->buf[0] = uncounted_buffer().release();
  SDR_ASSERT(frame_->buf[0] != nullptr, "out of memory");
  frame_->format = kind_.vaapi ? AV_PIX_FMT_NV12 : session_.context->pix_fmt;
  frame_->width = settings_.width;
  frame_->height = settings_.height;
  frame_->color_range = session_.context->color_range;
  const AVCodecContext& context = *session_.context;
  if (context.extradata == nullptr || context.extradata_size <= 0) return Status();
  return normalizer_->set_parameter_sets({context.extradata, static_cast<size_t>(context.extradata_size)});
}

void LibavEncoder::fill_frame(const Picture& picture, bool keyframe) {
  for (int i = 0; i < 3; ++i) {
    frame_->data[i] = picture.plane(i).data;
    frame_->linesize[i] = static_cast<int>(picture.plane(i).stride_bytes);
  }
  frame_->pts = next_pts_++;
  frame_->pict_type = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
}

// VAAPI only: the picture into a surface on the GPU.
Result<AVFrame*> LibavEncoder::upload() {
  av_frame_unref(surface_.get());
  if (const int got = av_hwframe_get_buffer(session_.frames.get(), surface_.get(), 0); got < 0)
    return failed(kind_, got);
  if (const int sent = av_hwframe_transfer_data(surface_.get(), frame_.get(), 0); sent < 0) return failed(kind_, sent);
  surface_->pts = frame_->pts;
  surface_->pict_type = frame_->pict_type;
  return surface_.get();
}

Result<EncodedPicture> LibavEncoder::encode(const Picture& picture, bool keyframe) {
  if (picture.width() != settings_.width || picture.height() != settings_.height || picture.format() != kind_.format) {
    return error(Errc::kWrongPicture);
  }
  if (session_.context == nullptr) return error(Errc::kEncoderFailed, std::string(kind_.name) + " is not open");
  libav::forget_log();
  const bool must_start = keyframe || next_pts_ == 0;
  fill_frame(picture, must_start);
  AVFrame* input = frame_.get();
  if (kind_.vaapi) {
    auto uploaded = upload();
    if (!uploaded) return uploaded.error();
    input = *uploaded;
  }
  av_packet_unref(packet_.get());
  if (const int sent = avcodec_send_frame(session_.context.get(), input); sent < 0) return failed(kind_, sent);
  const int received = avcodec_receive_packet(session_.context.get(), packet_.get());
  if (received == AVERROR(EAGAIN)) return error(Errc::kHeldBack, std::string(kind_.name));
  if (received < 0) return failed(kind_, received);
  auto unit = normalizer_->normalize({packet_->data, static_cast<size_t>(packet_->size)});
  if (!unit) return unit.error();
  if (must_start && !unit->keyframe) {
    return error(Errc::kEncoderFailed, std::string(kind_.name) + ": no keyframe where one was asked for");
  }
  return EncodedPicture{unit->bytes, unit->keyframe};
}

Status LibavEncoder::reconfigure(const EncoderSettings& wanted) {
  auto settings = checked(wanted);
  if (!settings) return settings.error();
  if (*settings == settings_ && session_.context != nullptr) return Status();
  EncoderSettings only_rate = settings_;
  only_rate.bitrate_bps = settings->bitrate_bps;
  settings_ = *settings;
  if (kind_.live_bitrate && only_rate == settings_ && session_.context != nullptr) {
    libav::set_rate(settings_, *session_.context);
    return Status();
  }
  return open();
}

}  // namespace

Result<std::unique_ptr<Encoder>> open_libav_encoder(std::string_view name, const EncoderSettings& settings) {
  const libav::Kind* const kind = libav::find_kind(name);
  if (kind == nullptr) return error(Errc::kUnknownEncoder, std::string(name));
  auto encoder = std::make_unique<LibavEncoder>(*kind, settings);
  SDR_TRY(encoder->open());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

bool has_libav_encoder(std::string_view name) {
  return avcodec_find_encoder_by_name(std::string(name).c_str()) != nullptr;
}

}  // namespace sdr::video
