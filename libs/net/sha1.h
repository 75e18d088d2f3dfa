// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

// SHA-1 (RFC 3174) and base64 (RFC 4648), because a WebSocket's handshake is made of them. It proves to a client that
// the server speaks WebSocket and protects nothing, which is all that SHA-1 is good for today; no other use is meant.
//
// Thread: any; pure functions.

namespace sdr::net {

using Sha1Digest = std::array<uint8_t, 20>;

Sha1Digest sha1(std::span<const uint8_t> message);

std::string base64(std::span<const uint8_t> bytes);

}  // namespace sdr::net
