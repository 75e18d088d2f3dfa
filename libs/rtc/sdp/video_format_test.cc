// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/video_format.h"

#include <gtest/gtest.h>

namespace sdr::rtc {
namespace {

constexpr VideoStream kConstrainedBaseline = {VideoCodec::kH264, 0x42, 0xC0, 0x1F};
constexpr VideoStream kMain = {VideoCodec::kH264, 0x4D, 0x40, 0x28};
constexpr VideoStream kHevcMain = {VideoCodec::kHevc, 1, 0, 93};

RtpFormat h264(const std::string& profile_level_id, const std::string& more = ";packetization-mode=1") {
  RtpFormat format;
  format.name = "H264";
  format.clock_rate = 90000;
  format.parameters = (profile_level_id.empty() ? "x=1" : "profile-level-id=" + profile_level_id) + more;
  return format;
}

RtpFormat hevc(const std::string& parameters) {
  RtpFormat format;
  format.name = "H265";
  format.clock_rate = 90000;
  format.parameters = parameters;
  return format;
}

TEST(VideoFormat, ReadsCodecStrings) {
  EXPECT_EQ(VideoStream::from_codec_string("avc1.42C01F"), kConstrainedBaseline);
  EXPECT_EQ(VideoStream::from_codec_string("avc3.4d4028"), kMain);
  EXPECT_EQ(VideoStream::from_codec_string("hvc1.1.6.L93.B0"), kHevcMain);
  EXPECT_EQ(VideoStream::from_codec_string("hev1.A2.4.H120"), (VideoStream{VideoCodec::kHevc, 2, 1, 120}));
  for (const char* text : {"", "avc1", "avc1.42C0", "avc1.42C01G", "jpeg", "hvc1", "hvc1.1.6", "hvc1.1.6.93",
                           "hvc1.x.6.L93", "hvc1.1.6.L"}) {
    EXPECT_FALSE(VideoStream::from_codec_string(text).has_value()) << text;
  }
}

// RFC 6184 8.1, table 5: one profile under several names.
TEST(VideoFormat, KnowsAProfileByEachOfItsNames) {
  for (const char* name : {"42e01f", "42C01F", "42400a", "4d801f", "4de01f", "58c01f", "58f01f"}) {
    EXPECT_EQ(match_format(kConstrainedBaseline, h264(name)), FormatMatch::kExact) << name;
  }
  EXPECT_EQ(match_format(kMain, h264("4d001f")), FormatMatch::kExact);
  EXPECT_EQ(match_format({VideoCodec::kH264, 0x64, 0, 31}, h264("64001f")), FormatMatch::kExact);
  EXPECT_EQ(match_format({VideoCodec::kH264, 0xF4, 0, 31}, h264("f4001f")), FormatMatch::kExact);
}

TEST(VideoFormat, PrefersAProfileThatIncludesTheStreams) {
  for (const char* name : {"42001f", "4d001f", "64001f", "640c1f"}) {
    EXPECT_EQ(match_format(kConstrainedBaseline, h264(name)), FormatMatch::kSuperset) << name;
  }
  EXPECT_EQ(match_format(kMain, h264("64001f")), FormatMatch::kSuperset);
  EXPECT_EQ(match_format(kMain, h264("42e01f")), FormatMatch::kCodec);
  EXPECT_EQ(match_format(kMain, h264("")), FormatMatch::kCodec) << "without a profile: baseline";
}

TEST(VideoFormat, FragmentsNeedPacketizationModeOne) {
  EXPECT_EQ(match_format(kMain, h264("4d001f", ";packetization-mode=0")), FormatMatch::kNone);
  EXPECT_EQ(match_format(kMain, h264("4d001f", ";packetization-mode=2")), FormatMatch::kNone);
  EXPECT_EQ(match_format(kMain, h264("4d001f", "")), FormatMatch::kUndeclared);
  EXPECT_EQ(match_format(kMain, h264("nonsense")), FormatMatch::kNone);
}

TEST(VideoFormat, IsNotTakenForAnotherCodec) {
  EXPECT_EQ(match_format(kMain, hevc("")), FormatMatch::kNone);
  EXPECT_EQ(match_format(kHevcMain, h264("4d001f")), FormatMatch::kNone);
  RtpFormat slow = h264("4d001f");
  slow.clock_rate = 8000;
  EXPECT_EQ(match_format(kMain, slow), FormatMatch::kNone);
  RtpFormat lower_case = h264("4d001f");
  lower_case.name = "h264";
  EXPECT_EQ(match_format(kMain, lower_case), FormatMatch::kExact);
}

TEST(VideoFormat, HevcGoesByProfileAndTier) {
  EXPECT_EQ(match_format(kHevcMain, hevc("level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST")), FormatMatch::kExact);
  EXPECT_EQ(match_format(kHevcMain, hevc("")), FormatMatch::kExact) << "the defaults";
  EXPECT_EQ(match_format(kHevcMain, hevc("profile-id=2;tier-flag=1")), FormatMatch::kSuperset);
  EXPECT_EQ(match_format({VideoCodec::kHevc, 2, 0, 93}, hevc("profile-id=1")), FormatMatch::kCodec);
  EXPECT_EQ(match_format(kHevcMain, hevc("tx-mode=MRST")), FormatMatch::kNone);
  EXPECT_EQ(match_format(kHevcMain, hevc("profile-id=x")), FormatMatch::kNone);
}

// RFC 6184 8.2.2: the profile is answered as offered; the level is ours where both may differ, else the lower one.
TEST(VideoFormat, AnswersTheLevelThatAsymmetryAllows) {
  EXPECT_EQ(answer_parameters(kMain, h264("4d001f", ";packetization-mode=1;level-asymmetry-allowed=1")),
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d0028");
  EXPECT_EQ(answer_parameters(kMain, h264("4d001f")), "packetization-mode=1;profile-level-id=4d001f");
  EXPECT_EQ(answer_parameters(kConstrainedBaseline, h264("42e034")), "packetization-mode=1;profile-level-id=42e01f");
  EXPECT_EQ(answer_parameters(kHevcMain, hevc("profile-id=1;level-id=93")), "profile-id=1;level-id=93");
}

}  // namespace
}  // namespace sdr::rtc
