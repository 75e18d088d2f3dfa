// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// Looks at an SCTP packet before the library sees it. The library speaks far more of SCTP than data channels need
// (addresses that come and go, authentication, dropped-packet reports), all of it in C and some of it with a history;
// what WebRTC never sends does not reach it. The peer is one that finished DTLS, but it may still be hostile.
//
// Thread: any; a pure function. Bounds: reads within the given bytes only.

namespace sdr::rtc {

/// The port at both ends, as `a=sctp-port` says (RFC 8841 section 5). Another pair would be a second association.
inline constexpr uint16_t kSctpPort = 5000;

/// The largest packet sent: what is left of a datagram of 1200 bytes after the largest DTLS 1.2 record overhead in use
/// (13 header, 8 nonce, 16 tag), rounded down to leave room for a longer one.
inline constexpr size_t kSctpPacketMax = 1136;
/// The largest packet taken: browsers stay under 1200.
inline constexpr size_t kSctpPacketInMax = 1500;

enum class PacketVerdict : uint8_t {
  ok,
  size,     // shorter than a header and a chunk, or longer than any packet of a browser
  port,     // not the one association that a session has
  chunk,    // a chunk whose length lies, or that ends beyond the packet
  kind,     // a chunk that data channels have no use for
  bundle,   // INIT, INIT ACK or SHUTDOWN COMPLETE not alone (RFC 9260 section 6.10), or a tag that does not fit INIT
  address,  // a parameter that names network addresses: there are none over DTLS (RFC 8261 section 5)
};

/// Whether a packet (RFC 9260 section 3: common header and chunks) may go to the library. The checksum is left to it.
PacketVerdict check_sctp_packet(std::span<const uint8_t> packet);

/// How many chunks of a packet that was found good may leave something to be read: messages, parts of them, resets.
size_t count_deliveries(std::span<const uint8_t> packet);

/// How many messages end in a packet of our own that were not on the wire before: those whose number is newer than
/// `newest`, which moves on.
size_t count_first_sent(std::span<const uint8_t> packet, std::optional<uint32_t>& newest);

/// Up to which number a packet of our own acknowledges everything.
std::optional<uint32_t> acknowledged_by(std::span<const uint8_t> packet);
/// The last number that the peer gave before it asks for a reset of streams (RFC 6525 section 4.1).
std::optional<uint32_t> last_before_reset(std::span<const uint8_t> packet);

}  // namespace sdr::rtc
