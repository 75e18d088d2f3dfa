// SPDX-License-Identifier: Apache-2.0
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
#include <libavutil/opt.h>
}

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "video/encoder.h"
#include "video/errc.h"

// FFmpeg inside this folder: owners of its objects, and what the files of the adapter (libav_*.cc) share. Nothing else
// includes this header.

namespace sdr::video::libav {

struct Free {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVBufferRef* buffer) const { av_buffer_unref(&buffer); }
  void operator()(AVDictionary* dictionary) const { av_dict_free(&dictionary); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// What we know of an encoder of FFmpeg's.
struct Kind {
  std::string_view name;
  Codec codec;
  PictureFormat format;
  bool live_bitrate;  ///< takes a new bitrate between two pictures
  bool vaapi;
};
const Kind* find_kind(std::string_view name);

/// An open encoder; `frames` and `device` only for VAAPI.
struct Session {
  Owned<AVBufferRef> device, frames;
  Owned<AVCodecContext> context;
};

/// Opens the encoder with the low-latency settings for its kind. Settings are checked already.
Result<Session> open_session(const Kind& kind, const EncoderSettings& settings);

/// Fields and private options for one kind of encoder, before it is opened.
void set_common_fields(const Kind& kind, const EncoderSettings& settings, AVCodecContext& context);
void set_rate(const EncoderSettings& settings, AVCodecContext& context);
Owned<AVDictionary> private_options(const Kind& kind, const EncoderSettings& settings);

/// VAAPI: the devices to try, in order.
std::vector<std::string> render_nodes();
/// VAAPI: opens the device and a pool of NV12 surfaces, and ties them to the context.
Status attach_vaapi(const std::string& render_node, const EncoderSettings& settings, Session& session);

/// Keeps what the library says at error level, per thread, instead of printing it. Call before anything else.
void capture_log();
void forget_log();
/// The first complaint since forget_log(), or the words for `error_number`.
std::string words_for(int error_number);

}  // namespace sdr::video::libav
