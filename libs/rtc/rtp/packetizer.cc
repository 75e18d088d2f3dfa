// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/packetizer.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "rtc/rtp/errc.h"
#include "rtc/rtp/payload_format.h"

namespace sdr::rtc {
namespace {

// Beyond it the next packet is begun: an access unit has a handful of small units.
constexpr size_t kMostTogether = 64;
constexpr size_t kLengthBytes = 2;

// Every unit sheds a start code of three bytes and costs at most two of length and one of an own packet; a fragment
// costs at most three.
size_t largest_packetised(size_t bytes, size_t max_payload_bytes) {
  return bytes + (bytes / (max_payload_bytes - 3) + 2) * 3;
}

}  // namespace

Packetizer::Packetizer(VideoCodec codec, PacketStore& store, size_t max_payload_bytes)
    : codec_(codec), max_payload_bytes_(max_payload_bytes), store_(store) {
  SDR_ASSERT_OP(max_payload_bytes, >=, 16u);
  SDR_ASSERT_OP(max_payload_bytes, <=, 65535u);
  together_.reserve(kMostTogether);
}

Result<uint64_t> Packetizer::push(const AccessUnit& unit, Time now) {
  SDR_TRY(store_.begin_frame(largest_packetised(unit.bytes.size(), max_payload_bytes_), now));
  bool any = false;
  NalWalk walk(unit.bytes);
  while (const auto nal = walk.next()) {
    if (nal->size() <= nal_header_bytes(codec_) || is_left_out(codec_, nal_type(codec_, nal->front()))) continue;
    any = true;
    if (nal->size() <= max_payload_bytes_) {
      collect(*nal);
    } else {
      flush();
      fragment(*nal);
    }
  }
  flush();
  if (!any) return error(RtpErrc::kNoNalUnits);
  return store_.commit_frame(unit.keyframe, unit.capture_us, now);
}

void Packetizer::collect(std::span<const uint8_t> nal) {
  const size_t header = nal_header_bytes(codec_);
  const size_t more = kLengthBytes + nal.size();
  if (together_.size() == kMostTogether || (!together_.empty() && together_bytes_ + more > max_payload_bytes_)) flush();
  if (together_.empty()) together_bytes_ = header;
  together_.push_back(nal);
  together_bytes_ += more;
}

void Packetizer::flush() {
  if (together_.empty()) return;
  store_.begin_packet();
  if (together_.size() == 1) {
    store_.append(together_.front());
  } else {
    aggregate();
  }
  together_.clear();
}

// RFC 6184 section 5.7.1: the highest NRI of all; RFC 7798 section 4.4.2: the lowest layer and temporal id.
void Packetizer::aggregate() {
  std::array<uint8_t, 2> header{};
  if (codec_ == VideoCodec::kH264) {
    for (const auto nal : together_) {
      header[0] = static_cast<uint8_t>((header[0] & h264::kForbiddenBit) | (nal[0] & h264::kForbiddenBit) |
                                       std::max(header[0] & h264::kNriMask, nal[0] & h264::kNriMask));
    }
    header[0] |= h264::kStapA;
  } else {
    header = {0xFF, 0xFF};
    for (const auto nal : together_) header = hevc::lower_ids(header, {nal[0], nal[1]});
    header = hevc::with_type(header, hevc::kAggregation);
  }
  store_.append({header.data(), nal_header_bytes(codec_)});
  for (const auto nal : together_) {
    const std::array<uint8_t, kLengthBytes> length{static_cast<uint8_t>(nal.size() >> 8),
                                                   static_cast<uint8_t>(nal.size())};
    store_.append(length);
    store_.append(nal);
  }
}

void Packetizer::fragment(std::span<const uint8_t> nal) {
  const size_t nal_header = nal_header_bytes(codec_);
  const size_t overhead = nal_header + 1;
  std::array<uint8_t, 3> head{};
  if (codec_ == VideoCodec::kH264) {
    head[0] = static_cast<uint8_t>((nal[0] & (h264::kForbiddenBit | h264::kNriMask)) | h264::kFuA);
  } else {
    const auto header = hevc::with_type({nal[0], nal[1]}, hevc::kFragment);
    head = {header[0], header[1], 0};
  }
  const uint8_t type = nal_type(codec_, nal[0]);
  auto rest = nal.subspan(nal_header);
  const size_t count = (rest.size() + max_payload_bytes_ - overhead - 1) / (max_payload_bytes_ - overhead);
  const size_t size = (rest.size() + count - 1) / count;
  for (bool first = true; !rest.empty(); first = false) {
    const auto piece = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(piece.size());
    head[nal_header] = static_cast<uint8_t>(type | (first ? kFragmentStart : 0) | (rest.empty() ? kFragmentEnd : 0));
    store_.begin_packet();
    store_.append({head.data(), overhead});
    store_.append(piece);
  }
}

}  // namespace sdr::rtc
