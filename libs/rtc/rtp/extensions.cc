// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/extensions.h"

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr uint16_t kOneByteProfile = 0xBEDE, kTwoByteProfile = 0x1000, kTwoByteProfileMask = 0xFFF0;
constexpr uint8_t kStop = 15;  // RFC 8285 section 4.2: an element of this id ends the block
constexpr size_t kTransportSequenceBytes = 2, kPlayoutDelayBytes = 3;
constexpr size_t kCaptureTimeBytes = 8, kCaptureTimeWithOffsetBytes = 16;

bool needs_two_bytes(const ExtensionIds& ids) {
  return ids.mid >= kStop || ids.transport_sequence >= kStop || ids.playout_delay >= kStop ||
         ids.abs_capture_time >= kStop;
}

void write_element_head(ByteWriter& out, bool two_bytes, uint8_t id, size_t length) {
  if (two_bytes) {
    out.u8(id);
    out.u8(static_cast<uint8_t>(length));
  } else {
    out.u8(static_cast<uint8_t>(size_t{id} << 4 | (length - 1)));
  }
}

// Returns where the transport-wide sequence number was put.
size_t write_elements(ByteWriter& out, bool two_bytes, const ExtensionIds& ids, const Extensions& values) {
  size_t transport_sequence_at = 0;
  if (ids.transport_sequence != 0 && values.transport_sequence) {
    write_element_head(out, two_bytes, ids.transport_sequence, kTransportSequenceBytes);
    transport_sequence_at = out.size();
    out.u16(*values.transport_sequence);
  }
  if (ids.playout_delay != 0 && values.playout_delay) {
    write_element_head(out, two_bytes, ids.playout_delay, kPlayoutDelayBytes);
    out.u24(static_cast<uint32_t>(values.playout_delay->min_10ms & 0xFFF) << 12 |
            (values.playout_delay->max_10ms & 0xFFFu));
  }
  if (ids.abs_capture_time != 0 && values.capture_ntp) {
    write_element_head(out, two_bytes, ids.abs_capture_time, kCaptureTimeBytes);
    out.u64(*values.capture_ntp);
  }
  if (ids.mid != 0 && !values.mid.empty()) {
    SDR_ASSERT_OP(values.mid.size(), <=, kMaxMidBytes);
    write_element_head(out, two_bytes, ids.mid, values.mid.size());
    out.bytes({reinterpret_cast<const uint8_t*>(values.mid.data()), values.mid.size()});
  }
  return transport_sequence_at;
}

bool has_any(const ExtensionIds& ids, const Extensions& values) {
  return (ids.transport_sequence != 0 && values.transport_sequence) ||
         (ids.playout_delay != 0 && values.playout_delay) || (ids.abs_capture_time != 0 && values.capture_ntp) ||
         (ids.mid != 0 && !values.mid.empty());
}

bool read_element(uint8_t id, std::span<const uint8_t> bytes, const ExtensionIds& ids, Extensions& values) {
  ByteReader reader(bytes);
  if (id == ids.transport_sequence) {
    if (bytes.size() < kTransportSequenceBytes) return false;
    values.transport_sequence = reader.u16();
  } else if (id == ids.playout_delay) {
    if (bytes.size() != kPlayoutDelayBytes) return false;
    const uint32_t both = reader.u24();
    values.playout_delay = PlayoutDelay{static_cast<uint16_t>(both >> 12), static_cast<uint16_t>(both & 0xFFF)};
  } else if (id == ids.abs_capture_time) {
    if (bytes.size() != kCaptureTimeBytes && bytes.size() != kCaptureTimeWithOffsetBytes) return false;
    values.capture_ntp = reader.u64();
  } else if (id == ids.mid) {
    if (bytes.empty()) return false;
    values.mid = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  return true;
}

}  // namespace

HeaderLayout write_header(ByteWriter& out, const RtpHeader& header, const ExtensionIds& ids, const Extensions& values) {
  const size_t begin = out.size();
  const bool any = has_any(ids, values);
  write_rtp_header(out, header, any);
  HeaderLayout layout;
  if (any) {
    const bool two_bytes = needs_two_bytes(ids);
    out.u16(two_bytes ? kTwoByteProfile : kOneByteProfile);
    const size_t length_at = out.size();
    out.u16(0);
    layout.transport_sequence_at = write_elements(out, two_bytes, ids, values);
    const size_t written = out.size() - length_at - 2;
    out.zeros((4 - written % 4) % 4);
    out.u16_at(length_at, static_cast<uint16_t>((written + 3) / 4));
  }
  SDR_ASSERT(out.ok(), "no room for a header");
  layout.bytes = out.size() - begin;
  if (layout.transport_sequence_at != 0) layout.transport_sequence_at -= begin;
  return layout;
}

Result<Extensions> parse_extensions(const RtpPacket& packet, const ExtensionIds& ids) {
  Extensions values;
  const bool two_bytes = (packet.extension_profile & kTwoByteProfileMask) == kTwoByteProfile;
  if (!two_bytes && packet.extension_profile != kOneByteProfile) return values;
  ByteReader reader(packet.extension);
  while (reader.remaining() > 0) {
    const uint8_t head = reader.u8();
    if (head == 0) continue;  // padding between elements
    const uint8_t id = two_bytes ? head : head >> 4;
    if (!two_bytes && id == kStop) break;
    const size_t length = two_bytes ? reader.u8() : (head & 0x0Fu) + 1u;
    const auto bytes = reader.take(length);
    if (!reader.ok()) return error(RtpErrc::kBadExtension);
    if (id != 0 && !read_element(id, bytes, ids, values)) return error(RtpErrc::kBadExtension);
  }
  return values;
}

}  // namespace sdr::rtc
