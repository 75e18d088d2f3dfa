// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "video/encoder.h"
#include "video/picture.h"

// What our conversion and encoding are measured beside: the same work by others, with nothing of ours around it.

namespace sdr::bench {

/// Rendered pixels (BGRA, bottom row first) to NV12 in BT.709, by libswscale. False where it is not built in.
class SwscalePeer {
 public:
  SwscalePeer(int width, int height);
  ~SwscalePeer();
  bool convert(const video::PixelView& in, video::Picture& out);

 private:
  void* context_ = nullptr;
};

/// The same by libyuv, which knows BT.601 only: a bound for speed, not a replacement. False where it is not built in.
bool convert_by_libyuv(const video::PixelView& in, video::Picture& out);

/// A picture in NV12 of half the size, by libswscale's quickest filter. False where it is not built in.
class SwscaleHalvePeer {
 public:
  SwscaleHalvePeer(int width, int height);
  ~SwscaleHalvePeer();
  bool halve(const video::Picture& in, video::Picture& out);

 private:
  void* context_ = nullptr;
};

/// The same by libyuv's box filter.
bool halve_by_libyuv(const video::Picture& in, video::Picture& out);

/// libx264 through its own interface, set up as ours is.
class X264Peer {
 public:
  X264Peer();
  ~X264Peer();
  /// False where it is not built in.
  bool open(const video::EncoderSettings& settings);
  /// Bytes of the access unit.
  size_t encode(const video::Picture& picture);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sdr::bench
