// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_header.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace sdr::frames {
namespace {

struct Vector {
  std::string name;
  std::array<std::byte, kFrameHeaderBytes> bytes;
  FrameHeader fields;
};

uint64_t field(const std::string& line, const std::string& name) {
  std::smatch found;
  EXPECT_TRUE(std::regex_search(line, found, std::regex("\"" + name + "\": \"?([0-9]+)"))) << name << " in " << line;
  return std::stoull(found[1]);
}

Vector parse_vector(const std::string& line, const std::string& hex) {
  Vector vector;
  vector.name = line.substr(0, line.find("bytes"));
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

// The golden file has one vector per line, so that a few patterns read it without a JSON parser.
std::vector<Vector> golden_vectors() {
  std::ifstream file(SDR_GOLDEN_DIR "/frame_header.json");
  const std::regex bytes("\"bytes\": \"([0-9a-f]{64})\"");
  std::vector<Vector> vectors;
  std::string line;
  std::smatch found;
  while (std::getline(file, line)) {
    if (std::regex_search(line, found, bytes)) vectors.push_back(parse_vector(line, found[1]));
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
