// SPDX-License-Identifier: Apache-2.0
#include "peers.h"

#ifdef SDR_HAVE_X264
extern "C" {
#include <x264.h>
}
#endif

namespace sdr::bench {

#ifdef SDR_HAVE_X264

struct X264Peer::State {
  x264_t* encoder = nullptr;
  int64_t next_pts = 0;
  ~State() {
    if (encoder != nullptr) x264_encoder_close(encoder);
  }
};

bool X264Peer::open(const video::EncoderSettings& settings) {
  const bool quick = video::favours_speed(settings);
  x264_param_t param;
  x264_param_default_preset(&param, quick ? "ultrafast" : "superfast", "zerolatency");
  param.rc.i_aq_mode = X264_AQ_NONE;
  if (quick) {
    param.b_cabac = 1;
    param.b_deblocking_filter = 1;
  }
  param.i_log_level = X264_LOG_NONE;
  param.i_width = settings.width;
  param.i_height = settings.height;
  param.i_csp = X264_CSP_NV12;
  param.i_threads = 1;
  param.i_bframe = 0;
  param.i_frame_reference = 1;
  param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
  param.i_scenecut_threshold = 0;
  param.b_repeat_headers = 1;
  param.b_annexb = 1;
  param.i_fps_num = static_cast<uint32_t>(settings.fps);
  param.i_fps_den = 1;
  param.rc.i_rc_method = X264_RC_ABR;
  param.rc.i_bitrate = param.rc.i_vbv_max_bitrate = static_cast<int>(settings.bitrate_bps / 1000);
  param.rc.i_vbv_buffer_size = static_cast<int>(settings.bitrate_bps / 1000 / settings.fps);
  x264_param_apply_profile(&param, "main");
  state_ = std::make_unique<State>();
  state_->encoder = x264_encoder_open(&param);
  return state_->encoder != nullptr;
}

size_t X264Peer::encode(const video::Picture& picture) {
  x264_picture_t in, out;
  x264_picture_init(&in);
  in.img.i_csp = X264_CSP_NV12;
  in.img.i_plane = 2;
  for (int i = 0; i < 2; ++i) {
    in.img.plane[i] = picture.plane(i).data;
    in.img.i_stride[i] = static_cast<int>(picture.plane(i).stride_bytes);
  }
  in.i_pts = state_->next_pts++;
  x264_nal_t* units = nullptr;
  int count = 0;
  const int bytes = x264_encoder_encode(state_->encoder, &units, &count, &in, &out);
  return bytes < 0 ? 0 : static_cast<size_t>(bytes);
}

#else

struct X264Peer::State {};
bool X264Peer::open(const video::EncoderSettings&) { return false; }
size_t X264Peer::encode(const video::Picture&) { return 0; }

#endif

X264Peer::X264Peer() = default;
X264Peer::~X264Peer() = default;

}  // namespace sdr::bench
