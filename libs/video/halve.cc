// SPDX-License-Identifier: Apache-2.0
#include "video/halve.h"

#include <string>

#include "video/errc.h"
#include "video/halve_rows.h"

namespace sdr::video {
namespace detail {
namespace {

void halve_whole_row_portable(const HalvedRow& row, int count, bool pairs) { halve_row_portable(row, 0, count, pairs); }

}  // namespace

void halve_row_portable(const HalvedRow& row, int first, int count, bool pairs) {
  const int like = pairs ? 2 : 1;  // how far the neighbour of the same kind lies
  for (int i = first; i < count; ++i) {
    const int at = pairs ? 4 * (i / 2) + i % 2 : 2 * i;
    const int sum = row.top[at] + row.top[at + like] + row.bottom[at] + row.bottom[at + like];
    row.out[i] = static_cast<uint8_t>((sum + 2) / 4);
  }
}

}  // namespace detail

namespace {

void halve_plane(detail::HalveRow halve_row, const Picture& in, Picture& out, int plane) {
  const Picture::Plane from = in.plane(plane), to = out.plane(plane);
  const bool chroma = plane > 0, pairs = chroma && out.format() == PictureFormat::kNv12Bt709;
  const int count = chroma && !pairs ? out.width() / 2 : out.width();
  const auto rows = static_cast<size_t>(chroma ? out.height() / 2 : out.height());
  for (size_t i = 0; i < rows; ++i) {
    const uint8_t* const top = from.data + 2 * i * from.stride_bytes;
    halve_row({.top = top, .bottom = top + from.stride_bytes, .out = to.data + i * to.stride_bytes}, count, pairs);
  }
}

Status halve_by(detail::HalveRow halve_row, const Picture& in, Picture& out) {
  if (!can_halve(in.width(), in.height())) {
    return error(Errc::kBadSettings, "half of " + std::to_string(in.width()) + "x" + std::to_string(in.height()));
  }
  SDR_TRY(out.resize(half_side(in.width()), half_side(in.height()), in.format()));
  for (int plane = 0; plane < 3 && in.plane(plane).data != nullptr; ++plane) halve_plane(halve_row, in, out, plane);
  out.frame_id = in.frame_id;
  out.capture_realtime_us = in.capture_realtime_us;
  return {};
}

}  // namespace

Status halve(const Picture& in, Picture& out) {
  static const detail::HalveRow avx2 = detail::halve_row_avx2();
  return halve_by(avx2 != nullptr ? avx2 : detail::halve_whole_row_portable, in, out);
}

Status halve_portable(const Picture& in, Picture& out) { return halve_by(detail::halve_whole_row_portable, in, out); }

}  // namespace sdr::video
