// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rtc/rtp/bytes.h"
#include "rtc/rtp/rtcp.h"

// Writing control packets: each function appends one packet, several make a compound. Where `out` has no room its ok()
// turns false and nothing of use was written.
//
// Thread: any; nothing allocates.

namespace sdr::rtc {

/// At most 31 blocks.
void write_sender_report(ByteWriter& out, uint32_t ssrc, const SenderInfo& info,
                         std::span<const ReportBlock> blocks = {});
void write_receiver_report(ByteWriter& out, uint32_t ssrc, std::span<const ReportBlock> blocks = {});
/// One chunk with a CNAME of at most 255 bytes.
void write_cname(ByteWriter& out, uint32_t ssrc, std::string_view cname);
void write_bye(ByteWriter& out, std::span<const uint32_t> sources);
/// Sequence numbers in sending order; neighbours share an item.
void write_nack(ByteWriter& out, uint32_t sender_ssrc, uint32_t media_ssrc, std::span<const uint16_t> sequences);
void write_pli(ByteWriter& out, const Pli& pli);
void write_fir(ByteWriter& out, uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t request);

/// The header of a packet whose length is not known yet; end_rtcp() fills it in, padding with zeros to a multiple of
/// four. For those who write a kind of their own.
size_t begin_rtcp(ByteWriter& out, RtcpType type, uint8_t format);
void end_rtcp(ByteWriter& out, size_t begin);

}  // namespace sdr::rtc
