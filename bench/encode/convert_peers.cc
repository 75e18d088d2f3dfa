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

#ifdef SDR_HAVE_SWSCALE

SwscalePeer::SwscalePeer(int width, int height) {
  SwsContext* const context = sws_getContext(width, height, AV_PIX_FMT_BGRA, width, height, AV_PIX_FMT_NV12,
                                             SWS_FAST_BILINEAR, nullptr, nullptr, nullptr);
  if (context == nullptr) return;
  const int* const bt709 = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(context, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  context_ = context;
}

SwscalePeer::~SwscalePeer() { sws_freeContext(static_cast<SwsContext*>(context_)); }

bool SwscalePeer::convert(const video::PixelView& in, video::Picture& out) {
  if (context_ == nullptr) return false;
  const int stride = static_cast<int>(in.stride_bytes);
  const uint8_t* const top[] = {in.pixels + static_cast<size_t>(in.height - 1) * in.stride_bytes};
  const int flipped[] = {-stride};
  uint8_t* const planes[] = {out.plane(0).data, out.plane(1).data};
  const int strides[] = {static_cast<int>(out.plane(0).stride_bytes), static_cast<int>(out.plane(1).stride_bytes)};
  return sws_scale(static_cast<SwsContext*>(context_), top, flipped, 0, in.height, planes, strides) == in.height;
}

#else

SwscalePeer::SwscalePeer(int, int) {}
SwscalePeer::~SwscalePeer() = default;
bool SwscalePeer::convert(const video::PixelView&, video::Picture&) { return false; }

#endif

bool convert_by_libyuv([[maybe_unused]] const video::PixelView& in, [[maybe_unused]] video::Picture& out) {
#ifdef SDR_HAVE_LIBYUV
  return libyuv::ARGBToNV12(in.pixels, static_cast<int>(in.stride_bytes), out.plane(0).data,
                            static_cast<int>(out.plane(0).stride_bytes), out.plane(1).data,
                            static_cast<int>(out.plane(1).stride_bytes), in.width, -in.height) == 0;
#else
  return false;
#endif
}

}  // namespace sdr::bench
