// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "rtc/rtp/depacketizer.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/rtp_header.h"

// Three things by the first byte's lowest bits: a datagram (header, extensions, payload), a series of payloads for a
// depacketiser, and a byte stream that is packetised and put together again. Besides staying within bounds: what the
// packetiser makes is in order, no larger than allowed, and comes out as the same units.

namespace {

using namespace sdr::rtc;

void read_datagram(std::span<const uint8_t> bytes) {
  const auto packet = parse_rtp(bytes);
  if (!packet) return;
  SDR_ASSERT_OP(packet->header_bytes + packet->payload.size() + packet->padding_bytes, ==, bytes.size());
  for (const ExtensionIds ids : {ExtensionIds{1, 2, 3, 4}, ExtensionIds{200, 2, 3, 4}}) {
    const auto values = parse_extensions(*packet, ids);
    if (values && values->playout_delay) SDR_ASSERT_OP(values->playout_delay->max_10ms, <=, 0xFFF);
  }
}

// Payloads with a length byte in front of each.
void read_payloads(VideoCodec codec, std::span<const uint8_t> bytes) {
  Depacketizer depacketizer(codec);
  while (!bytes.empty()) {
    const size_t size = std::min<size_t>(bytes[0], bytes.size() - 1);
    if (!depacketizer.push(bytes.subspan(1, size))) depacketizer.reset();
    SDR_ASSERT_OP(depacketizer.frame().size(), <=, Depacketizer::kMaxFrameBytes);
    bytes = bytes.subspan(1 + size);
  }
}

bool is_carried(VideoCodec codec, std::span<const uint8_t> nal) {
  return nal.size() > nal_header_bytes(codec) && !is_left_out(codec, nal_type(codec, nal[0]));
}

// A unit whose type is that of a payload structure means something else in a packet: no encoder makes it.
bool is_plain(VideoCodec codec, std::span<const uint8_t> nal) {
  const uint8_t type = nal_type(codec, nal[0]);
  return codec == VideoCodec::kH264 ? type >= 1 && type <= 23 : type <= 47;
}

void there_and_back(VideoCodec codec, size_t max_payload, std::span<const uint8_t> stream) {
  PacketStore::Limits limits;
  limits.bytes = size_t{1} << 16;
  limits.packets = 1024;
  limits.frames = 4;
  PacketStore store(limits);
  Packetizer packetizer(codec, store, max_payload);
  bool plain = true;
  std::vector<uint8_t> expected;
  NalWalk walk(stream);
  while (const auto nal = walk.next()) {
    if (!is_carried(codec, *nal)) continue;
    plain = plain && is_plain(codec, *nal);
    expected.insert(expected.end(), {0, 0, 0, 1});
    expected.insert(expected.end(), nal->begin(), nal->end());
  }
  const auto id = packetizer.push({stream, false, 1}, sdr::Time(std::chrono::hours(1)));
  SDR_ASSERT(id.ok() || expected.empty() || stream.size() > 5'000, "a frame that was not taken");
  if (!id || !plain) return;
  const StoredFrame& frame = *store.find(*id);
  Depacketizer depacketizer(codec);
  for (size_t i = 0; i < frame.packet_count; ++i) {
    const StoredPacket packet = store.packet(frame, i);
    SDR_ASSERT_OP(packet.payload.size(), <=, max_payload);
    SDR_ASSERT(depacketizer.push(packet.payload).ok(), "a payload of our own that does not parse");
  }
  SDR_ASSERT(!depacketizer.in_fragment(), "a fragment without an end");
  SDR_ASSERT(std::ranges::equal(depacketizer.frame(), expected), "units came out changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto codec = data[0] & 4 ? VideoCodec::kHevc : VideoCodec::kH264;
  const std::span<const uint8_t> rest(data + 2, size - 2);
  switch (data[0] & 3) {
    case 0:
      read_datagram(rest);
      break;
    case 1:
      read_payloads(codec, rest);
      break;
    default:
      there_and_back(codec, size_t{16} + data[1] * 4u, rest);
  }
  return 0;
}
