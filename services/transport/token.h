// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Access tokens as bytes. Only their digests are kept, so that neither a core file nor an error message can hold one,
// and comparing digests takes the same time whatever was guessed.
//
// Thread: any, values. A token is what RFC 6750 (2.1) calls b64token, 16 to 512 characters of it.

namespace sdr::transport {

inline constexpr size_t kTokenBytesMin = 16, kTokenBytesMax = 512;

/// SHA-256. A token has so much chance in it that nothing slower is needed; make_token() gives 256 bits.
using TokenDigest = std::array<uint8_t, 32>;

/// Whether it has a token's length and characters.
bool is_token(std::string_view text);
TokenDigest digest_token(std::string_view token);
/// In a time that does not depend on the bytes.
bool same_digest(const TokenDigest& a, const TokenDigest& b);
/// 64 hexadecimal digits; nothing for anything else.
std::optional<TokenDigest> digest_from_hex(std::string_view hex);
std::string to_hex(const TokenDigest& digest);
/// A new token of 32 random bytes, "sdr_" before it so that scanners for secrets know it.
std::string make_token();

}  // namespace sdr::transport
