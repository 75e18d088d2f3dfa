// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

// Pictures on their way from the renderer to the encoder: the renderer's pixels as a view, the encoder's planes as an
// owned buffer that is reused for every picture.

namespace sdr::video {

/// Order of the bytes of a pixel in memory.
enum class PixelOrder : uint8_t { kRgb, kBgra, kRgba };
enum class RowOrder : uint8_t { kTopDown, kBottomUp };

/// Rendered pixels, 8 bits per component, owned by someone else. `pixels` is the first byte in memory, which is the
/// bottom row where `rows` is kBottomUp (what OpenGL reads back).
struct PixelView {
  const uint8_t* pixels = nullptr;
  int width = 0, height = 0;
  size_t stride_bytes = 0;  ///< from one row to the next; at least width times bytes_per_pixel()
  PixelOrder order = PixelOrder::kRgb;
  RowOrder rows = RowOrder::kBottomUp;
};

constexpr int bytes_per_pixel(PixelOrder order) { return order == PixelOrder::kRgb ? 3 : 4; }

/// What an encoder takes; ask `Encoder::format()`. Video is BT.709 limited range, JPEG is BT.601 full range (JFIF).
enum class PictureFormat : uint8_t {
  kNv12Bt709,  ///< a plane of Y, then one of U and V in turn
  kI420Bt709,  ///< planes of Y, U, V
  kI420Jfif,
};

/// Both sides even and within these bounds, for every encoder here.
constexpr int kSmallestSide = 64, kLargestSide = 4096;

/// Planes of one picture, top row first, rows and planes aligned to 64 bytes. The buffer only grows, so that a picture
/// that is reused allocates nothing in steady state. Thread: one at a time. `LatestSlot<Picture>` (base/queue.h) hands
/// pictures from the renderer to the encoder, the newest only, in three buffers that are reused.
class Picture {
 public:
  struct Plane {
    uint8_t* data = nullptr;
    size_t stride_bytes = 0;
  };

  Picture() = default;

  /// Makes room; the contents are undefined afterwards unless nothing changed. kBadSettings for sizes out of bounds.
  Status resize(int width, int height, PictureFormat format);

  int width() const { return width_; }
  int height() const { return height_; }
  PictureFormat format() const { return format_; }
  /// 0: Y, then UV (NV12) or U and V (I420).
  const Plane& plane(int index) const { return planes_[index]; }

  /// Travels with the picture: the application's number (render tick) and the time of the state that is drawn.
  uint64_t frame_id = 0;
  uint64_t capture_realtime_us = 0;

 private:
  struct Free {
    void operator()(uint8_t* data) const;
  };

  std::unique_ptr<uint8_t[], Free> data_;
  size_t capacity_bytes_ = 0;
  Plane planes_[3];
  int width_ = 0, height_ = 0;
  PictureFormat format_ = PictureFormat::kNv12Bt709;
};

}  // namespace sdr::video
