// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/packetizer.h"

#include <gtest/gtest.h>

#include <random>

#include "rtc/rtp/depacketizer.h"
#include "rtc/rtp/errc.h"

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr Time kNow{std::chrono::hours(1)};

Bytes annex_b(const std::vector<Bytes>& nals) {
  Bytes stream;
  for (const Bytes& nal : nals) {
    stream.insert(stream.end(), {0, 0, 0, 1});
    stream.insert(stream.end(), nal.begin(), nal.end());
  }
  return stream;
}

// A NAL unit of this type and size whose payload has no zeros, so no start codes.
Bytes make_nal(VideoCodec codec, uint8_t type, size_t bytes, std::mt19937::result_type seed = 1) {
  std::mt19937 random(seed);
  Bytes nal(bytes);
  for (uint8_t& byte : nal) byte = static_cast<uint8_t>(1 + random() % 255);
  nal[0] = codec == VideoCodec::kH264 ? static_cast<uint8_t>(0x60 | type) : static_cast<uint8_t>(type << 1);
  if (codec == VideoCodec::kHevc) nal[1] = 1;
  return nal;
}

std::vector<Bytes> payloads_of(const PacketStore& store) {
  std::vector<Bytes> payloads;
  const StoredFrame& frame = *store.newest();
  for (size_t i = 0; i < frame.packet_count; ++i) {
    const StoredPacket packet = store.packet(frame, i);
    EXPECT_EQ(packet.last, i + 1 == frame.packet_count);
    payloads.emplace_back(packet.payload.begin(), packet.payload.end());
  }
  return payloads;
}

Bytes depacketized(VideoCodec codec, const PacketStore& store) {
  Depacketizer depacketizer(codec);
  for (const Bytes& payload : payloads_of(store)) EXPECT_TRUE(depacketizer.push(payload).ok());
  EXPECT_FALSE(depacketizer.in_fragment());
  return {depacketizer.frame().begin(), depacketizer.frame().end()};
}

std::vector<Bytes> packetized(VideoCodec codec, const Bytes& stream, size_t max_payload = kMaxPayloadBytes) {
  PacketStore store;
  Packetizer packetizer(codec, store, max_payload);
  EXPECT_TRUE(packetizer.push({stream, false, 0}, kNow).ok());
  return payloads_of(store);
}

TEST(PacketizerH264, SendsASmallUnitAsItIs) {
  const Bytes nal = make_nal(VideoCodec::kH264, 1, 100);
  EXPECT_EQ(packetized(VideoCodec::kH264, annex_b({nal})), std::vector<Bytes>{nal});
}

TEST(PacketizerH264, PutsParameterSetsIntoOnePacket) {
  const Bytes sps{0x67, 1, 2}, pps{0x28, 3}, idr = make_nal(VideoCodec::kH264, 5, 3000);
  const auto payloads = packetized(VideoCodec::kH264, annex_b({sps, pps, idr}));
  EXPECT_EQ(payloads[0], (Bytes{0x60 | 24, 0, 3, 0x67, 1, 2, 0, 2, 0x28, 3}));  // NRI: the highest
  EXPECT_EQ(payloads[1][0], 0x60 | 28);
  EXPECT_EQ(payloads[1][1], 0x80 | 5);
  EXPECT_EQ(payloads.back()[1], 0x40 | 5);
}

TEST(PacketizerH264, LeavesOutDelimitersAndFiller) {
  const Bytes slice = make_nal(VideoCodec::kH264, 1, 10);
  EXPECT_EQ(packetized(VideoCodec::kH264, annex_b({{9, 0x10}, slice, {12, 0xFF, 0x80}})), std::vector<Bytes>{slice});
}

TEST(PacketizerHevc, PutsParameterSetsIntoOnePacketAndFragmentsTheSlice) {
  const Bytes vps{64, 1, 1}, sps{66, 1, 2}, pps{68, 1, 3}, idr = make_nal(VideoCodec::kHevc, 19, 3000);
  const auto payloads = packetized(VideoCodec::kHevc, annex_b({vps, sps, pps, idr}));
  EXPECT_EQ(payloads[0], (Bytes{48 << 1, 1, 0, 3, 64, 1, 1, 0, 3, 66, 1, 2, 0, 3, 68, 1, 3}));
  EXPECT_EQ((Bytes{payloads[1].begin(), payloads[1].begin() + 3}), (Bytes{49 << 1, 1, 0x80 | 19}));
  EXPECT_EQ(payloads[2][2], 19);
  EXPECT_EQ(payloads.back()[2], 0x40 | 19);
}

class PacketizerOfBoth : public ::testing::TestWithParam<VideoCodec> {};

TEST_P(PacketizerOfBoth, CutsIntoEqualPacketsWithAShorterLast) {
  for (size_t bytes = 1100; bytes < 40'000; bytes += 97) {
    const auto payloads = packetized(GetParam(), annex_b({make_nal(GetParam(), 1, bytes)}));
    for (size_t i = 0; i + 1 < payloads.size(); ++i) EXPECT_EQ(payloads[i].size(), payloads[0].size());
    EXPECT_LE(payloads.back().size(), payloads[0].size());
    EXPECT_LE(payloads[0].size() - payloads.back().size(), payloads.size());
    EXPECT_LE(payloads[0].size(), kMaxPayloadBytes);
  }
}

TEST_P(PacketizerOfBoth, GivesBackWhateverItWasGiven) {
  std::mt19937 random(7);
  PacketStore store;
  for (const size_t max_payload : {size_t{16}, size_t{100}, kMaxPayloadBytes}) {
    Packetizer packetizer(GetParam(), store, max_payload);
    for (uint32_t round = 0; round < 300; ++round) {
      std::vector<Bytes> nals;
      const size_t count = 1 + random() % 8;
      for (size_t i = 0; i < count; ++i)
        nals.push_back(make_nal(GetParam(), 1, 3 + random() % (random() % 3 == 0 ? 6000 : 60), random()));
      const Bytes stream = annex_b(nals);
      ASSERT_TRUE(packetizer.push({stream, false, 0}, kNow).ok());
      ASSERT_EQ(depacketized(GetParam(), store), stream);
    }
  }
}

TEST_P(PacketizerOfBoth, RefusesWhatHasNoUnits) {
  PacketStore store;
  Packetizer packetizer(GetParam(), store);
  EXPECT_EQ(packetizer.push({Bytes{1, 2, 3}, false, 0}, kNow).error().code(), RtpErrc::kNoNalUnits);
  EXPECT_EQ(packetizer.push({Bytes{}, false, 0}, kNow).error().code(), RtpErrc::kNoNalUnits);
  EXPECT_EQ(store.newest(), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Codecs, PacketizerOfBoth, ::testing::Values(VideoCodec::kH264, VideoCodec::kHevc));

TEST(Depacketizer, RefusesBrokenPayloads) {
  const auto is_refused = [](VideoCodec codec, std::vector<Bytes> payloads) {
    Depacketizer depacketizer(codec);
    bool refused = false;
    for (const Bytes& payload : payloads) refused = refused || !depacketizer.push(payload).ok();
    return refused;
  };
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{}}));
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{24, 0, 9, 1}}));                 // longer than the packet
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{28, 0x05, 1}}));                 // a middle without a start
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{28, 0x85, 1}, {28, 0x85, 1}}));  // two starts
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{28, 0xC5, 1}}));                 // start and end in one
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{28, 0x85, 1}, {0x61, 1, 1}}));   // no end
  EXPECT_TRUE(is_refused(VideoCodec::kH264, {{25, 1, 1, 1}}));                 // STAP-B
  EXPECT_TRUE(is_refused(VideoCodec::kHevc, {{50 << 1, 1, 1, 1}}));            // PACI
  EXPECT_TRUE(is_refused(VideoCodec::kHevc, {{48 << 1, 1, 0, 1, 1}}));         // a unit without a header
  EXPECT_FALSE(is_refused(VideoCodec::kHevc, {{49 << 1, 1, 0x93, 1}, {49 << 1, 1, 0x53, 1}}));
}

TEST(PacketStore, KeepsASecondOfFramesAndNoMore) {
  PacketStore store;
  Packetizer packetizer(VideoCodec::kH264, store);
  const Bytes stream = annex_b({make_nal(VideoCodec::kH264, 1, 16'000)});
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(packetizer.push({stream, i % 100 == 0, 0}, kNow + std::chrono::milliseconds(16 * i)).ok());
  EXPECT_EQ(store.newest()->id, 200u);
  EXPECT_NE(store.find(200 - 61), nullptr);
  EXPECT_EQ(store.find(200 - 65), nullptr);
  EXPECT_EQ(store.find(0), nullptr);
  EXPECT_EQ(store.find(201), nullptr);
  EXPECT_EQ(store.newest_keyframe(), nullptr);  // the 101st: too old
  EXPECT_NEAR(store.rate_bps(kNow + std::chrono::milliseconds(3200)), 16'030 * 8 / 0.016, 5e5);
}

TEST(PacketStore, IsBoundedInBytesAndPackets) {
  PacketStore::Limits limits;
  limits.bytes = 100'000;
  limits.packets = 64;
  limits.frames = 8;
  PacketStore store(limits);
  Packetizer packetizer(VideoCodec::kH264, store);
  std::mt19937 random(3);
  std::vector<std::pair<uint64_t, Bytes>> kept;
  for (uint32_t i = 0; i < 500; ++i) {
    const Bytes stream = annex_b({make_nal(VideoCodec::kH264, 1, 10 + random() % 30'000, i)});
    const auto id = packetizer.push({stream, false, 0}, kNow);
    ASSERT_TRUE(id.ok());
    kept.emplace_back(*id, stream);
    for (const auto& [number, bytes] : kept) {  // whatever is found is what was put in
      const StoredFrame* const frame = store.find(number);
      if (frame == nullptr) continue;
      Depacketizer depacketizer(VideoCodec::kH264);
      for (size_t p = 0; p < frame->packet_count; ++p)
        ASSERT_TRUE(depacketizer.push(store.packet(*frame, p).payload).ok());
      ASSERT_TRUE(std::equal(bytes.begin(), bytes.end(), depacketizer.frame().begin(), depacketizer.frame().end()));
    }
    if (kept.size() > 12) kept.erase(kept.begin());
  }
}

TEST(PacketStore, RefusesAFrameThatIsTooLargeAndGoesOn) {
  PacketStore::Limits limits;
  limits.bytes = 100'000;
  limits.packets = 40;
  PacketStore store(limits);
  Packetizer packetizer(VideoCodec::kH264, store);
  const Bytes small = annex_b({make_nal(VideoCodec::kH264, 1, 100)});
  ASSERT_TRUE(packetizer.push({small, true, 0}, kNow).ok());
  const Bytes large = annex_b({make_nal(VideoCodec::kH264, 1, 60'000)});
  EXPECT_EQ(packetizer.push({large, false, 0}, kNow).error().code(), RtpErrc::kFrameTooLarge);
  const Bytes many = annex_b({make_nal(VideoCodec::kH264, 1, 30'000)});  // 27 packets, 20 may be
  EXPECT_EQ(packetizer.push({many, false, 0}, kNow).error().code(), RtpErrc::kFrameTooLarge);
  EXPECT_EQ(store.newest()->id, 1u);
  ASSERT_TRUE(packetizer.push({small, false, 0}, kNow).ok());
  EXPECT_EQ(store.newest()->id, 2u);
}

}  // namespace
}  // namespace sdr::rtc
