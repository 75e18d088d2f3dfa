// SPDX-License-Identifier: Apache-2.0
#include "video/convert.h"

#include "base/assert.h"
#include "video/convert_rows.h"

namespace sdr::video {
namespace detail {
namespace {

template <int kRed, int kBlue, int kBytes>
void convert_columns(const RowPair& rows, int first, int width, const Matrix& m) {
  for (int x = first; x < width; x += 2) {
    int r = 0, g = 0, b = 0;
    const auto luma = [&](const uint8_t* pixel, uint8_t& y) {
      y = clamped((dot(m.y, pixel[kRed], pixel[1], pixel[kBlue]) + m.y_bias) >> 15);
      r += pixel[kRed];
      g += pixel[1];
      b += pixel[kBlue];
    };
    const ptrdiff_t offset = ptrdiff_t{x} * kBytes;
    luma(rows.top + offset, rows.y_top[x]);
    luma(rows.top + offset + kBytes, rows.y_top[x + 1]);
    luma(rows.bottom + offset, rows.y_bottom[x]);
    luma(rows.bottom + offset + kBytes, rows.y_bottom[x + 1]);
    const bool interleaved = rows.v == nullptr;
    const ptrdiff_t chroma = interleaved ? x : x / 2;
    rows.u[chroma] = clamped((dot(m.u, r, g, b) + m.chroma_bias) >> 17);
    (interleaved ? rows.u[chroma + 1] : rows.v[chroma]) = clamped((dot(m.v, r, g, b) + m.chroma_bias) >> 17);
  }
}

void convert_all_portable(const RowPair& rows, PixelOrder order, int width, const Matrix& matrix) {
  convert_rows_portable(rows, order, 0, width, matrix);
}

}  // namespace

void convert_rows_portable(const RowPair& rows, PixelOrder order, int first, int width, const Matrix& matrix) {
  switch (order) {
    case PixelOrder::kRgb:
      return convert_columns<0, 2, 3>(rows, first, width, matrix);
    case PixelOrder::kBgra:
      return convert_columns<2, 0, 4>(rows, first, width, matrix);
    case PixelOrder::kRgba:
      return convert_columns<0, 2, 4>(rows, first, width, matrix);
  }
}

}  // namespace detail

namespace {

Status convert_by(detail::ConvertRows convert_rows, const PixelView& in, PictureFormat format, Picture& out) {
  SDR_TRY(out.resize(in.width, in.height, format));
  SDR_ASSERT(in.pixels != nullptr, "no pixels");
  SDR_ASSERT_OP(in.stride_bytes, >=, static_cast<size_t>(in.width * bytes_per_pixel(in.order)));
  const auto& matrix = format == PictureFormat::kI420Jfif ? detail::kBt601Full : detail::kBt709Limited;
  const auto last = static_cast<size_t>(in.height - 1);
  const bool flip = in.rows == RowOrder::kBottomUp;
  for (size_t row = 0; row < last; row += 2) {
    detail::RowPair rows;
    rows.top = in.pixels + (flip ? last - row : row) * in.stride_bytes;
    rows.bottom = in.pixels + (flip ? last - row - 1 : row + 1) * in.stride_bytes;
    rows.y_top = out.plane(0).data + row * out.plane(0).stride_bytes;
    rows.y_bottom = rows.y_top + out.plane(0).stride_bytes;
    rows.u = out.plane(1).data + row / 2 * out.plane(1).stride_bytes;
    rows.v = out.plane(2).data == nullptr ? nullptr : out.plane(2).data + row / 2 * out.plane(2).stride_bytes;
    convert_rows(rows, in.order, in.width, matrix);
  }
  return Status();
}

}  // namespace

Status convert(const PixelView& in, PictureFormat format, Picture& out) {
  static const detail::ConvertRows avx2 = detail::convert_rows_avx2();
  return convert_by(avx2 != nullptr ? avx2 : detail::convert_all_portable, in, format, out);
}

Status convert_portable(const PixelView& in, PictureFormat format, Picture& out) {
  return convert_by(detail::convert_all_portable, in, format, out);
}

}  // namespace sdr::video
