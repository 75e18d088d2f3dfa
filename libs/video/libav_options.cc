// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "video/libav.h"

// How each encoder is told to be as quick as it can: no B-pictures, no look-ahead, no frame threads, constant rate with
// one frame of buffer, keyframes only on demand, parameter sets in the stream.

namespace sdr::video::libav {
namespace {

constexpr std::array kKinds = {
    Kind{"h264_nvenc", Codec::kH264, PictureFormat::kNv12Bt709, true, false},
    Kind{"h264_vaapi", Codec::kH264, PictureFormat::kNv12Bt709, false, true},
    Kind{"libx264", Codec::kH264, PictureFormat::kNv12Bt709, true, false},
    Kind{"hevc_nvenc", Codec::kHevc, PictureFormat::kNv12Bt709, true, false},
    Kind{"hevc_vaapi", Codec::kHevc, PictureFormat::kNv12Bt709, false, true},
    Kind{"libx265", Codec::kHevc, PictureFormat::kI420Bt709, false, false},
};

// "No keyframe of your own accord", as the largest distance that each takes: x264's name for infinite, and VAAPI
// drivers that count pictures in 16 bits.
int longest_gop(const Kind& kind) { return kind.vaapi ? INT16_MAX : 1 << 30; }

int profile_of(const Kind& kind) { return kind.codec == Codec::kH264 ? FF_PROFILE_H264_MAIN : FF_PROFILE_HEVC_MAIN; }

AVPixelFormat pixel_format(const Kind& kind) {
  if (kind.vaapi) return AV_PIX_FMT_VAAPI;
  return kind.format == PictureFormat::kNv12Bt709 ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P;
}

struct Option {
  const char *key, *value;
};

// CABAC and the in-loop filter are what edges at these rates need most, adaptive quantisation what they can do least
// with: it moves bits from edges to flat areas. README.md has the measurements. The quicker variant leaves out most of
// the search for motion and modes.
constexpr Option kX264[] = {{"preset", "superfast"},     {"tune", "zerolatency"}, {"profile", "main"},
                            {"forced-idr", "1"},         {"sc_threshold", "0"},   {"aud", "0"},
                            {"x264-params", "aq-mode=0"}};
constexpr Option kX264Quicker[] = {{"preset", "ultrafast"},
                                   {"tune", "zerolatency"},
                                   {"profile", "main"},
                                   {"forced-idr", "1"},
                                   {"sc_threshold", "0"},
                                   {"aud", "0"},
                                   {"x264-params", "aq-mode=0:cabac=1:deblock=0,0"}};
// One frame thread and no look-ahead, else a picture comes out for the one before it.
constexpr Option kX265[] = {{"preset", "ultrafast"},
                            {"tune", "zerolatency"},
                            {"forced-idr", "1"},
                            {"x265-params",
                             "keyint=-1:scenecut=0:bframes=0:rc-lookahead=0:frame-threads=1:pools=none:wpp=0:"
                             "repeat-headers=1:info=0:log-level=none"}};
// `delay` is unlimited unless set: the classic source of late pictures. `ldkfs` lets keyframes fit one frame of buffer.
constexpr Option kNvenc[] = {{"preset", "p1"},
                             {"tune", "ull"},
                             {"rc", "cbr"},
                             {"delay", "0"},
                             {"zerolatency", "1"},
                             {"surfaces", "1"},
                             {"forced-idr", "1"},
                             {"multipass", "disabled"},
                             {"no-scenecut", "1"},
                             {"profile", "main"},
                             {"b_ref_mode", "disabled"},
                             {"ldkfs", "1"},
                             {"aud", "0"}};
constexpr Option kVaapi[] = {{"rc_mode", "CBR"}, {"async_depth", "1"}, {"profile", "main"}, {"aud", "0"}};

std::span<const Option> options_of(const Kind& kind, const EncoderSettings& settings) {
  if (kind.vaapi) return kVaapi;
  if (kind.name == "libx264") return favours_speed(settings) ? std::span<const Option>(kX264Quicker) : kX264;
  if (kind.name == "libx265") return kX265;
  return kNvenc;
}

}  // namespace

const Kind* find_kind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

void set_rate(const EncoderSettings& settings, AVCodecContext& context) {
  context.bit_rate = settings.bitrate_bps;
  context.rc_max_rate = settings.bitrate_bps;
  context.rc_min_rate = settings.bitrate_bps;
  context.rc_buffer_size = static_cast<int>(settings.bitrate_bps / settings.fps);
}

void set_common_fields(const Kind& kind, const EncoderSettings& settings, AVCodecContext& context) {
  context.width = settings.width;
  context.height = settings.height;
  context.time_base = {1, settings.fps};
  context.framerate = {settings.fps, 1};
  context.pix_fmt = pixel_format(kind);
  context.profile = profile_of(kind);
  context.gop_size = longest_gop(kind);
  context.max_b_frames = 0;
  context.refs = 1;
  context.thread_count = 1;
  context.flags |= AV_CODEC_FLAG_LOW_DELAY | AV_CODEC_FLAG_CLOSED_GOP;
  context.color_range = AVCOL_RANGE_MPEG;
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = AVCOL_TRC_BT709;
  context.colorspace = AVCOL_SPC_BT709;
  context.chroma_sample_location = AVCHROMA_LOC_CENTER;
  set_rate(settings, context);
}

Owned<AVDictionary> private_options(const Kind& kind, const EncoderSettings& settings) {
  AVDictionary* options = nullptr;
  for (const Option& option : options_of(kind, settings)) av_dict_set(&options, option.key, option.value, 0);
  return Owned<AVDictionary>(options);
}

}  // namespace sdr::video::libav
