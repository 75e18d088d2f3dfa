// SPDX-License-Identifier: Apache-2.0
#include "video/picture.h"

#include <new>
#include <string>

#include "video/errc.h"

namespace sdr::video {
namespace {

constexpr size_t kAlignment = 64;
// Encoders read whole vectors, so a little past a plane's end.
constexpr size_t kSlack = 64;

constexpr size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

bool good_side(int side) { return side >= kSmallestSide && side <= kLargestSide && side % 2 == 0; }

}  // namespace

void Picture::Free::operator()(uint8_t* data) const { operator delete[](data, std::align_val_t{kAlignment}); }

Status Picture::resize(int width, int height, PictureFormat format) {
  if (data_ != nullptr && width == width_ && height == height_ && format == format_) return Status();
  if (!good_side(width) || !good_side(height)) {
    return error(Errc::kBadSettings, "picture of " + std::to_string(width) + "x" + std::to_string(height));
  }
  const bool interleaved = format == PictureFormat::kNv12Bt709;
  const size_t luma_stride = aligned(static_cast<size_t>(width));
  const size_t chroma_stride = interleaved ? luma_stride : aligned(static_cast<size_t>(width / 2));
  const size_t luma_bytes = luma_stride * static_cast<size_t>(height);
  const size_t chroma_bytes = chroma_stride * static_cast<size_t>(height / 2);
  const size_t bytes = luma_bytes + chroma_bytes * (interleaved ? 1 : 2) + kSlack;
  if (bytes > capacity_bytes_) {
    data_.reset(new (std::align_val_t{kAlignment}) uint8_t[bytes]());
    capacity_bytes_ = bytes;
  }
  uint8_t* const chroma = data_.get() + luma_bytes;
  planes_[0] = {data_.get(), luma_stride};
  planes_[1] = {chroma, chroma_stride};
  planes_[2] = interleaved ? Plane{} : Plane{chroma + chroma_bytes, chroma_stride};
  width_ = width;
  height_ = height;
  format_ = format;
  return Status();
}

}  // namespace sdr::video
