// SPDX-License-Identifier: Apache-2.0
#include "peers.h"

#ifdef SDR_HAVE_SWSCALE
extern "C" {
#include <libswscale/swscale.h>
}
#endif
#ifdef SDR_HAVE_LIBYUV
#include <libyuv.h>
#endif

namespace sdr::bench {
namespace {

[[maybe_unused]] int stride(const video::Picture& picture, int plane) {
  return static_cast<int>(picture.plane(plane).stride_bytes);
}

}  // namespace

#ifdef SDR_HAVE_SWSCALE

SwscaleHalvePeer::SwscaleHalvePeer(int width, int height)
    : context_(sws_getContext(width, height, AV_PIX_FMT_NV12, width / 2, height / 2, AV_PIX_FMT_NV12, SWS_FAST_BILINEAR,
                              nullptr, nullptr, nullptr)) {}

SwscaleHalvePeer::~SwscaleHalvePeer() { sws_freeContext(static_cast<SwsContext*>(context_)); }

bool SwscaleHalvePeer::halve(const video::Picture& in, video::Picture& out) {
  if (context_ == nullptr) return false;
  const uint8_t* const from[] = {in.plane(0).data, in.plane(1).data};
  const int from_strides[] = {stride(in, 0), stride(in, 1)};
  uint8_t* const to[] = {out.plane(0).data, out.plane(1).data};
  const int to_strides[] = {stride(out, 0), stride(out, 1)};
  return sws_scale(static_cast<SwsContext*>(context_), from, from_strides, 0, in.height(), to, to_strides) ==
         out.height();
}

#else

SwscaleHalvePeer::SwscaleHalvePeer(int, int) {}
SwscaleHalvePeer::~SwscaleHalvePeer() = default;
bool SwscaleHalvePeer::halve(const video::Picture&, video::Picture&) { return false; }

#endif

bool halve_by_libyuv([[maybe_unused]] const video::Picture& in, [[maybe_unused]] video::Picture& out) {
#ifdef SDR_HAVE_LIBYUV
  return libyuv::NV12Scale(in.plane(0).data, stride(in, 0), in.plane(1).data, stride(in, 1), in.width(), in.height(),
                           out.plane(0).data, stride(out, 0), out.plane(1).data, stride(out, 1), out.width(),
                           out.height(), libyuv::kFilterBox) == 0;
#else
  return false;
#endif
}

}  // namespace sdr::bench
