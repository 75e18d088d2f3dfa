// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/depacketizer.h"

#include <array>

#include "rtc/rtp/bytes.h"
#include "rtc/rtp/errc.h"
#include "rtc/rtp/payload_format.h"

namespace sdr::rtc {
namespace {

constexpr std::array<uint8_t, 4> kStartCode{0, 0, 0, 1};

void add(std::vector<uint8_t>& out, std::span<const uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

void Depacketizer::reset() {
  frame_.clear();
  in_fragment_ = false;
}

Status Depacketizer::push(std::span<const uint8_t> payload) {
  if (payload.size() <= nal_header_bytes(codec_)) return error(RtpErrc::kBadPayload);
  const uint8_t type = nal_type(codec_, payload[0]);
  const bool is_h264 = codec_ == VideoCodec::kH264;
  if (type == (is_h264 ? h264::kFuA : hevc::kFragment)) return push_fragment(payload);
  if (in_fragment_) return error(RtpErrc::kBadPayload);
  if (type == (is_h264 ? h264::kStapA : hevc::kAggregation)) return push_aggregate(payload);
  if (type > (is_h264 ? h264::kLastSingle : hevc::kLastSingle) || (is_h264 && type == 0))
    return error(RtpErrc::kBadPayload);
  return push_single(payload);
}

Status Depacketizer::push_single(std::span<const uint8_t> nal) {
  if (!fits(kStartCode.size() + nal.size())) return error(RtpErrc::kFrameTooLarge);
  add(frame_, kStartCode);
  add(frame_, nal);
  return {};
}

Status Depacketizer::push_aggregate(std::span<const uint8_t> payload) {
  ByteReader reader(payload.subspan(nal_header_bytes(codec_)));
  while (reader.remaining() > 0) {
    const auto nal = reader.take(reader.u16());
    if (!reader.ok() || nal.size() <= nal_header_bytes(codec_)) return error(RtpErrc::kBadPayload);
    SDR_TRY(push_single(nal));
  }
  return {};
}

Status Depacketizer::push_fragment(std::span<const uint8_t> payload) {
  const size_t header_bytes = nal_header_bytes(codec_);
  if (payload.size() <= header_bytes + 1) return error(RtpErrc::kBadPayload);
  const uint8_t fragment = payload[header_bytes];
  const bool start = (fragment & kFragmentStart) != 0, end = (fragment & kFragmentEnd) != 0;
  const bool is_h264 = codec_ == VideoCodec::kH264;
  const uint8_t type = fragment & (is_h264 ? h264::kTypeMask : hevc::kFragmentTypeMask);
  if (start == in_fragment_ || (start && end) || (!start && type != fragment_type_)) return error(RtpErrc::kBadPayload);
  if (!fits(payload.size() + kStartCode.size())) return error(RtpErrc::kFrameTooLarge);
  if (start) {
    add(frame_, kStartCode);
    if (is_h264) {
      frame_.push_back(static_cast<uint8_t>((payload[0] & ~h264::kTypeMask) | type));
    } else {
      add(frame_, hevc::with_type({payload[0], payload[1]}, type));
    }
    fragment_type_ = type;
  }
  add(frame_, payload.subspan(header_bytes + 1));
  in_fragment_ = !end;
  return {};
}

}  // namespace sdr::rtc
