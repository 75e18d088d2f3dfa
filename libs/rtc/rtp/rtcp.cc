// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtcp.h"

#include "rtc/rtp/bytes.h"
#include "rtc/rtp/errc.h"
#include "rtc/rtp/rtp_header.h"

namespace sdr::rtc {
namespace {

constexpr uint8_t kPaddingBit = 0x20, kCountMask = 0x1F;
constexpr uint8_t kItemEnd = 0, kItemCname = 1;
constexpr size_t kNackItemBytes = 4, kFirItemBytes = 8;

// Blocks of a report; what follows them (profile extensions) is not ours.
Result<ReportBlocks> take_blocks(ByteReader& reader, uint8_t count) {
  const auto bytes = reader.take(kReportBlockBytes * count);
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  return ReportBlocks(bytes);
}

// A chunk: its source, then items up to an end byte, filled up to a multiple of four. RFC 3550 section 6.5.
Result<std::string_view> take_chunk(ByteReader& reader) {
  std::string_view cname;
  reader.u32();
  for (;;) {
    const uint8_t kind = reader.u8();
    if (!reader.ok()) return error(RtpErrc::kTruncated);
    if (kind == kItemEnd) break;
    const auto text = reader.take(reader.u8());
    if (kind == kItemCname && cname.empty()) cname = {reinterpret_cast<const char*>(text.data()), text.size()};
  }
  reader.take(reader.remaining() % 4);
  return cname;
}

}  // namespace

std::optional<RtcpPacket> RtcpWalk::next() {
  if (rest_.empty() || error_ != 0) return std::nullopt;
  const auto fail = [this](RtpErrc errc) {
    error_ = static_cast<int>(errc);
    return std::nullopt;
  };
  ByteReader reader(rest_);
  const uint8_t first = reader.u8(), type = reader.u8();
  const size_t length = size_t{4} * reader.u16();
  auto body = reader.take(length);
  if (!reader.ok()) return fail(RtpErrc::kTruncated);
  if (first >> 6 != kRtpVersion) return fail(RtpErrc::kBadVersion);
  rest_ = reader.rest();
  if (first & kPaddingBit) {
    // RFC 3550 section 6.4.1 wants a multiple of four at the end of a compound. Browsers pad transport-wide feedback by
    // one to three bytes and say so.
    const size_t padding = body.empty() ? 0 : body.back();
    if (padding == 0 || padding > body.size()) return fail(RtpErrc::kBadPadding);
    body = body.first(body.size() - padding);
  }
  return RtcpPacket{static_cast<RtcpType>(type), static_cast<uint8_t>(first & kCountMask), body};
}

Status RtcpWalk::status() const {
  if (error_ != 0) return error(static_cast<RtpErrc>(error_));
  return {};
}

Status check_rtcp(std::span<const uint8_t> datagram) {
  if (datagram.empty()) return error(RtpErrc::kTruncated);
  RtcpWalk walk(datagram);
  while (walk.next()) {
  }
  return walk.status();
}

ReportBlock ReportBlocks::operator[](size_t index) const {
  ByteReader reader(bytes_.subspan(index * kReportBlockBytes, kReportBlockBytes));
  ReportBlock block;
  block.ssrc = reader.u32();
  block.fraction_lost = reader.u8();
  block.cumulative_lost = static_cast<int32_t>(reader.u24() << 8) >> 8;
  block.highest_sequence = reader.u32();
  block.jitter = reader.u32();
  block.last_sender_report = reader.u32();
  block.delay_since_report = reader.u32();
  return block;
}

Result<SenderReport> parse_sender_report(const RtcpPacket& packet) {
  if (packet.type != RtcpType::kSenderReport) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  SenderReport report;
  report.ssrc = reader.u32();
  report.info.ntp = reader.u64();
  report.info.timestamp = reader.u32();
  report.info.packet_count = reader.u32();
  report.info.octet_count = reader.u32();
  auto blocks = take_blocks(reader, packet.format);
  if (!blocks) return blocks.error();
  report.blocks = *blocks;
  return report;
}

Result<ReceiverReport> parse_receiver_report(const RtcpPacket& packet) {
  if (packet.type != RtcpType::kReceiverReport) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  ReceiverReport report;
  report.ssrc = reader.u32();
  auto blocks = take_blocks(reader, packet.format);
  if (!blocks) return blocks.error();
  report.blocks = *blocks;
  return report;
}

Result<std::string_view> parse_cname(const RtcpPacket& packet) {
  if (packet.type != RtcpType::kDescription) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  std::string_view found;
  for (uint8_t chunk = 0; chunk < packet.format; ++chunk) {
    const auto cname = take_chunk(reader);
    if (!cname) return cname.error();
    if (found.empty()) found = *cname;
  }
  return found;
}

Result<std::span<const uint8_t>> parse_bye(const RtcpPacket& packet) {
  if (packet.type != RtcpType::kBye) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  const auto sources = reader.take(size_t{4} * packet.format);
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  return sources;
}

Result<Nack> parse_nack(const RtcpPacket& packet) {
  if (!packet.is(RtcpType::kTransportFeedback, kFormatNack)) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  Nack nack{reader.u32(), reader.u32(), reader.rest()};
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  if (nack.items.empty() || nack.items.size() % kNackItemBytes != 0) return error(RtpErrc::kBadFeedback);
  return nack;
}

Result<Pli> parse_pli(const RtcpPacket& packet) {
  if (!packet.is(RtcpType::kPayloadFeedback, kFormatPli)) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  const Pli pli{reader.u32(), reader.u32()};
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  if (reader.remaining() != 0) return error(RtpErrc::kBadFeedback);
  return pli;
}

Result<Fir> parse_fir(const RtcpPacket& packet) {
  if (!packet.is(RtcpType::kPayloadFeedback, kFormatFir)) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  Fir fir{reader.u32(), {}};
  reader.u32();  // the media source, which this kind leaves at 0
  fir.items = reader.rest();
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  if (fir.items.empty() || fir.items.size() % kFirItemBytes != 0) return error(RtpErrc::kBadFeedback);
  return fir;
}

std::optional<uint8_t> Fir::request_for(uint32_t ssrc) const {
  ByteReader reader(items);
  while (reader.remaining() >= kFirItemBytes) {
    const uint32_t wanted = reader.u32();
    const uint32_t number = reader.u32();
    if (wanted == ssrc) return static_cast<uint8_t>(number >> 24);
  }
  return std::nullopt;
}

}  // namespace sdr::rtc
