// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtcp_writer.h"

#include "rtc/rtp/rtp_header.h"

namespace sdr::rtc {
namespace {

constexpr uint8_t kItemCname = 1;

void write_blocks(ByteWriter& out, std::span<const ReportBlock> blocks) {
  for (const ReportBlock& block : blocks) {
    out.u32(block.ssrc);
    out.u8(block.fraction_lost);
    out.u24(static_cast<uint32_t>(block.cumulative_lost) & 0xFF'FFFF);
    out.u32(block.highest_sequence);
    out.u32(block.jitter);
    out.u32(block.last_sender_report);
    out.u32(block.delay_since_report);
  }
}

}  // namespace

size_t begin_rtcp(ByteWriter& out, RtcpType type, uint8_t format) {
  const size_t begin = out.size();
  out.u8(static_cast<uint8_t>(kRtpVersion << 6 | (format & 0x1F)));
  out.u8(static_cast<uint8_t>(type));
  out.u16(0);
  return begin;
}

void end_rtcp(ByteWriter& out, size_t begin) {
  out.zeros((4 - (out.size() - begin) % 4) % 4);
  if (out.ok()) out.u16_at(begin + 2, static_cast<uint16_t>((out.size() - begin) / 4 - 1));
}

void write_sender_report(ByteWriter& out, uint32_t ssrc, const SenderInfo& info, std::span<const ReportBlock> blocks) {
  const size_t begin = begin_rtcp(out, RtcpType::kSenderReport, static_cast<uint8_t>(blocks.size()));
  out.u32(ssrc);
  out.u64(info.ntp);
  out.u32(info.timestamp);
  out.u32(info.packet_count);
  out.u32(info.octet_count);
  write_blocks(out, blocks);
  end_rtcp(out, begin);
}

void write_receiver_report(ByteWriter& out, uint32_t ssrc, std::span<const ReportBlock> blocks) {
  const size_t begin = begin_rtcp(out, RtcpType::kReceiverReport, static_cast<uint8_t>(blocks.size()));
  out.u32(ssrc);
  write_blocks(out, blocks);
  end_rtcp(out, begin);
}

void write_cname(ByteWriter& out, uint32_t ssrc, std::string_view cname) {
  const size_t begin = begin_rtcp(out, RtcpType::kDescription, 1);
  out.u32(ssrc);
  out.u8(kItemCname);
  out.u8(static_cast<uint8_t>(cname.size()));
  out.bytes({reinterpret_cast<const uint8_t*>(cname.data()), static_cast<uint8_t>(cname.size())});
  out.u8(0);  // the end of the items; the padding to four bytes is made of the same
  end_rtcp(out, begin);
}

void write_bye(ByteWriter& out, std::span<const uint32_t> sources) {
  const size_t begin = begin_rtcp(out, RtcpType::kBye, static_cast<uint8_t>(sources.size()));
  for (const uint32_t source : sources) out.u32(source);
  end_rtcp(out, begin);
}

void write_nack(ByteWriter& out, uint32_t sender_ssrc, uint32_t media_ssrc, std::span<const uint16_t> sequences) {
  const size_t begin = begin_rtcp(out, RtcpType::kTransportFeedback, kFormatNack);
  out.u32(sender_ssrc);
  out.u32(media_ssrc);
  for (size_t i = 0; i < sequences.size();) {
    const uint16_t first = sequences[i++];
    unsigned following = 0;
    for (; i < sequences.size(); ++i) {
      const unsigned distance = static_cast<uint16_t>(sequences[i] - first);
      if (distance == 0 || distance > 16) break;
      following |= 1u << (distance - 1);
    }
    out.u16(first);
    out.u16(static_cast<uint16_t>(following));
  }
  end_rtcp(out, begin);
}

void write_pli(ByteWriter& out, const Pli& pli) {
  const size_t begin = begin_rtcp(out, RtcpType::kPayloadFeedback, kFormatPli);
  out.u32(pli.sender_ssrc);
  out.u32(pli.media_ssrc);
  end_rtcp(out, begin);
}

void write_fir(ByteWriter& out, uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t request) {
  const size_t begin = begin_rtcp(out, RtcpType::kPayloadFeedback, kFormatFir);
  out.u32(sender_ssrc);
  out.u32(0);
  out.u32(media_ssrc);
  out.u32(uint32_t{request} << 24);
  end_rtcp(out, begin);
}

}  // namespace sdr::rtc
