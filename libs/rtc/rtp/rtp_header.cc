// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtp_header.h"

namespace sdr::rtc {
namespace {

constexpr uint8_t kPaddingBit = 0x20, kExtensionBit = 0x10, kCsrcMask = 0x0F, kMarkerBit = 0x80;

// RFC 3550 section 5.1: the last byte says how many bytes at the end, itself included, are padding.
bool remove_padding(RtpPacket& packet) {
  if (packet.payload.empty()) return false;
  packet.padding_bytes = packet.payload.back();
  if (packet.padding_bytes == 0 || packet.padding_bytes > packet.payload.size()) return false;
  packet.payload = packet.payload.first(packet.payload.size() - packet.padding_bytes);
  return true;
}

}  // namespace

Result<RtpPacket> parse_rtp(std::span<const uint8_t> datagram) {
  ByteReader reader(datagram);
  RtpPacket packet;
  const uint8_t first = reader.u8(), second = reader.u8();
  packet.header.marker = (second & kMarkerBit) != 0;
  packet.header.payload_type = second & 0x7F;
  packet.header.sequence = reader.u16();
  packet.header.timestamp = reader.u32();
  packet.header.ssrc = reader.u32();
  reader.take(size_t{4} * (first & kCsrcMask));
  if (first & kExtensionBit) {
    packet.extension_profile = reader.u16();
    packet.extension = reader.take(size_t{4} * reader.u16());
  }
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  if (first >> 6 != kRtpVersion) return error(RtpErrc::kBadVersion);
  packet.header_bytes = datagram.size() - reader.remaining();
  packet.payload = reader.rest();
  if ((first & kPaddingBit) && !remove_padding(packet)) return error(RtpErrc::kBadPadding);
  return packet;
}

void write_rtp_header(ByteWriter& out, const RtpHeader& header, bool has_extension) {
  out.u8(static_cast<uint8_t>(kRtpVersion << 6 | (has_extension ? kExtensionBit : 0)));
  out.u8(static_cast<uint8_t>((header.marker ? kMarkerBit : 0) | (header.payload_type & 0x7F)));
  out.u16(header.sequence);
  out.u32(header.timestamp);
  out.u32(header.ssrc);
}

}  // namespace sdr::rtc
