// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <vector>

#include "video/libav.h"

// For tests: what a player sees. FFmpeg's decoders, told to hold nothing back.

namespace sdr::video {

struct DecodedPicture {
  int width = 0, height = 0;
  std::vector<uint8_t> y, u, v;  // without padding
  int colour_range = 0, matrix = 0, primaries = 0, transfer = 0;
};

class TestDecoder {
 public:
  explicit TestDecoder(Codec codec) {
    const AVCodecID id = codec == Codec::kH264   ? AV_CODEC_ID_H264
                         : codec == Codec::kHevc ? AV_CODEC_ID_HEVC
                                                 : AV_CODEC_ID_MJPEG;
    const AVCodec* const decoder = avcodec_find_decoder(id);
    context_.reset(avcodec_alloc_context3(decoder));
    context_->thread_count = 1;
    EXPECT_EQ(avcodec_open2(context_.get(), decoder, nullptr), 0);
  }

  /// Pictures that came out for this access unit.
  std::vector<DecodedPicture> decode(std::span<const uint8_t> bytes) {
    std::vector<DecodedPicture> pictures;
    libav::Owned<AVPacket> packet(av_packet_alloc());
    EXPECT_EQ(av_new_packet(packet.get(), static_cast<int>(bytes.size())), 0);
    std::copy(bytes.begin(), bytes.end(), packet->data);
    EXPECT_EQ(avcodec_send_packet(context_.get(), packet.get()), 0);
    libav::Owned<AVFrame> frame(av_frame_alloc());
    while (avcodec_receive_frame(context_.get(), frame.get()) == 0) pictures.push_back(copy(*frame));
    return pictures;
  }

 private:
  static std::vector<uint8_t> plane(const AVFrame& frame, int index, int width, int height) {
    std::vector<uint8_t> out;
    for (int y = 0; y < height; ++y) {
      const uint8_t* const row = frame.data[index] + ptrdiff_t{y} * frame.linesize[index];
      out.insert(out.end(), row, row + width);
    }
    return out;
  }
  static DecodedPicture copy(const AVFrame& frame) {
    const int width = frame.width, height = frame.height;
    return {width,
            height,
            plane(frame, 0, width, height),
            plane(frame, 1, width / 2, height / 2),
            plane(frame, 2, width / 2, height / 2),
            frame.color_range,
            frame.colorspace,
            frame.color_primaries,
            frame.color_trc};
  }

  libav::Owned<AVCodecContext> context_;
};

}  // namespace sdr::video
