// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include "video/libav.h"

// Opening encoders: the plain ones at once, VAAPI on the first render node, and with the first entry point, that works.

namespace sdr::video::libav {
namespace {

constexpr int kSurfaces = 4;  // one being written, one being read, references
constexpr int kFirstRenderNode = 128, kRenderNodes = 8;

Error unavailable(const Kind& kind, const std::string& why) {
  return error(Errc::kEncoderUnavailable, std::string(kind.name) + ": " + why);
}

Status open_context(const Kind& kind, const EncoderSettings& settings, const AVCodec& codec, bool low_power,
                    Session& session) {
  Owned<AVDictionary> options = private_options(kind, settings);
  AVDictionary* remaining = options.release();
  if (low_power) av_dict_set(&remaining, "low_power", "1", 0);
  const int opened = avcodec_open2(session.context.get(), &codec, &remaining);
  // What remains are options that this build's version of the encoder does not have; a trial shows what that means.
  options.reset(remaining);
  if (opened < 0) return unavailable(kind, words_for(opened));
  return Status();
}

Result<Session> try_open(const Kind& kind, const EncoderSettings& settings, const std::string& render_node,
                         bool low_power) {
  forget_log();
  const AVCodec* const codec = avcodec_find_encoder_by_name(std::string(kind.name).c_str());
  if (codec == nullptr) return unavailable(kind, "not part of this build of FFmpeg");
  Session session;
  session.context.reset(avcodec_alloc_context3(codec));
  if (session.context == nullptr) return unavailable(kind, "out of memory");
  set_common_fields(kind, settings, *session.context);
  if (kind.vaapi) SDR_TRY(attach_vaapi(render_node, settings, session));
  SDR_TRY(open_context(kind, settings, *codec, low_power, session));
  return session;
}

}  // namespace

std::vector<std::string> render_nodes() {
  std::vector<std::string> nodes;
  for (int i = 0; i < kRenderNodes; ++i) {
    std::string path = "/dev/dri/renderD" + std::to_string(kFirstRenderNode + i);
    std::error_code ignored_missing;
    if (std::filesystem::exists(path, ignored_missing)) nodes.push_back(std::move(path));
  }
  return nodes;
}

Status attach_vaapi(const std::string& render_node, const EncoderSettings& settings, Session& session) {
  AVBufferRef* device = nullptr;
  const int created = av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VAAPI, render_node.c_str(), nullptr, 0);
  if (created < 0) return error(Errc::kEncoderUnavailable, render_node + ": " + words_for(created));
  session.device.reset(device);
  session.frames.reset(av_hwframe_ctx_alloc(device));
  if (session.frames == nullptr) return error(Errc::kEncoderUnavailable, "out of memory");
  auto& frames = *reinterpret_cast<AVHWFramesContext*>(session.frames->data);
  frames.format = AV_PIX_FMT_VAAPI;
  frames.sw_format = AV_PIX_FMT_NV12;
  frames.width = settings.width;
  frames.height = settings.height;
  frames.initial_pool_size = kSurfaces;
  const int ready = av_hwframe_ctx_init(session.frames.get());
  if (ready < 0) return error(Errc::kEncoderUnavailable, render_node + ": " + words_for(ready));
  session.context->hw_frames_ctx = av_buffer_ref(session.frames.get());
  if (session.context->hw_frames_ctx == nullptr) return error(Errc::kEncoderUnavailable, "out of memory");
  return Status();
}

Result<Session> open_session(const Kind& kind, const EncoderSettings& settings) {
  capture_log();
  if (!kind.vaapi) return try_open(kind, settings, {}, false);
  Result<Session> last = unavailable(kind, "no GPU's render node (/dev/dri/renderD*)");
  for (const std::string& node : render_nodes()) {
    for (const bool low_power : {false, true}) {  // newer Intel GPUs have only the low-power entry point
      last = try_open(kind, settings, node, low_power);
      if (last) return last;
    }
  }
  return last;
}

}  // namespace sdr::video::libav
