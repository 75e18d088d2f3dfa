// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_header.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

namespace sdr::frames {
namespace {

struct Vector {
  std::string name;
  std::array<std::byte, kFrameHeaderBytes> bytes;
  FrameHeader fields;
};

/// What follows `"name": ` in the line, without the quote that may open it.
std::string text_after(const std::string& line, const std::string& name) {
  const std::string key = "\"" + name + "\": ";
  const std::size_t at = line.find(key);
  if (at == std::string::npos) return {};
  const std::string rest = line.substr(at + key.size());
  return rest.substr(rest.find_first_not_of('"'));
}

uint64_t field(const std::string& line, const std::string& name) { return std::stoull(text_after(line, name)); }

Vector parse_vector(const std::string& line) {
  Vector vector;
  vector.name = text_after(line, "name");
  const std::string hex = text_after(line, "bytes");
  for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
    vector.bytes[i] = static_cast<std::byte>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  }
  vector.fields = {.frame_id = field(line, "frame_id"),
                   .frame_seq = field(line, "frame_seq"),
                   .size = static_cast<uint32_t>(field(line, "size")),
                   .flags = static_cast<uint16_t>(field(line, "flags")),
                   .codec = static_cast<Codec>(field(line, "codec")),
                   .crc32 = static_cast<uint32_t>(field(line, "crc32")),
                   .capture_us = static_cast<uint32_t>(field(line, "capture_us"))};
  return vector;
}

// The golden file has one vector per line, so that it is read here without a JSON parser.
std::vector<Vector> golden_vectors() {
  std::ifstream file(SDR_GOLDEN_DIR "/frame_header.json");
  std::vector<Vector> vectors;
  std::string line;
  while (std::getline(file, line)) {
    if (line.find("\"bytes\"") != std::string::npos) vectors.push_back(parse_vector(line));
  }
  return vectors;
}

TEST(FrameHeader, SerialisesToTheGoldenBytes) {
  ASSERT_GE(golden_vectors().size(), 5u);
  for (const Vector& vector : golden_vectors()) {
    std::array<std::byte, kFrameHeaderBytes> bytes{};
    serialise(vector.fields, bytes);
    EXPECT_EQ(bytes, vector.bytes) << vector.name;
  }
}

TEST(FrameHeader, ParsesTheGoldenBytes) {
  ASSERT_GE(golden_vectors().size(), 5u);
  for (const Vector& vector : golden_vectors()) {
    EXPECT_EQ(parse_frame_header(vector.bytes), vector.fields) << vector.name;
  }
}

TEST(FrameHeader, TellsKeyframesMarkersAndCodecs) {
  EXPECT_TRUE(FrameHeader{.flags = kFlagKeyframe}.is_keyframe());
  EXPECT_FALSE(FrameHeader{.flags = kFlagWrapMarker}.is_keyframe());
  EXPECT_TRUE(FrameHeader{.flags = kFlagWrapMarker}.is_wrap_marker());
  EXPECT_STREQ(codec_name(Codec::kHevc), "hevc");
  EXPECT_STREQ(codec_name(Codec{9}), "unknown");
  EXPECT_FALSE(is_known(Codec{0}));
}

}  // namespace
}  // namespace sdr::frames
