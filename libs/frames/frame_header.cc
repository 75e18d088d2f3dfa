// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_header.h"

namespace sdr::frames {
namespace {

constexpr std::size_t kFrameIdAt = 0;
constexpr std::size_t kFrameSeqAt = 8;
constexpr std::size_t kSizeAt = 16;
constexpr std::size_t kFlagsAt = 20;
constexpr std::size_t kCodecAt = 22;
constexpr std::size_t kCrc32At = 24;
constexpr std::size_t kCaptureUsAt = 28;

// Byte by byte, so that the same code is right on any machine; compilers make one load or store of it.
template <typename T>
void store(std::span<std::byte, kFrameHeaderBytes> out, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out[at + i] = static_cast<std::byte>((value >> (8 * i)) & 0xff);
}

template <typename T>
T load(std::span<const std::byte, kFrameHeaderBytes> bytes, std::size_t at) {
  uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::to_integer<uint64_t>(bytes[at + i]) << (8 * i);
  return static_cast<T>(value);
}

}  // namespace

bool is_known(Codec codec) { return codec == Codec::kH264 || codec == Codec::kHevc || codec == Codec::kJpeg; }

const char* codec_name(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return "h264";
    case Codec::kHevc:
      return "hevc";
    case Codec::kJpeg:
      return "jpeg";
  }
  return "unknown";
}

void serialise(const FrameHeader& header, std::span<std::byte, kFrameHeaderBytes> out) {
  store(out, kFrameIdAt, header.frame_id);
  store(out, kFrameSeqAt, header.frame_seq);
  store(out, kSizeAt, header.size);
  store(out, kFlagsAt, header.flags);
  store(out, kCodecAt, static_cast<uint16_t>(header.codec));
  store(out, kCrc32At, header.crc32);
  store(out, kCaptureUsAt, header.capture_us);
}

FrameHeader parse_frame_header(std::span<const std::byte, kFrameHeaderBytes> bytes) {
  return {.frame_id = load<uint64_t>(bytes, kFrameIdAt),
          .frame_seq = load<uint64_t>(bytes, kFrameSeqAt),
          .size = load<uint32_t>(bytes, kSizeAt),
          .flags = load<uint16_t>(bytes, kFlagsAt),
          .codec = static_cast<Codec>(load<uint16_t>(bytes, kCodecAt)),
          .crc32 = load<uint32_t>(bytes, kCrc32At),
          .capture_us = load<uint32_t>(bytes, kCaptureUsAt)};
}

}  // namespace sdr::frames
