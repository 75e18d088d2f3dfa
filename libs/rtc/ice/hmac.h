// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

// HMAC-SHA1 (RFC 2104), as STUN's MESSAGE-INTEGRITY wants it. The only file of this library that knows OpenSSL, whose
// digest does the work.
//
// Thread: any. Allocates nothing, nor does OpenSSL.

namespace sdr::rtc {

using HmacSha1Tag = std::array<uint8_t, 20>;

/// The tag over the parts as if they were one.
HmacSha1Tag hmac_sha1(std::span<const uint8_t> key, std::initializer_list<std::span<const uint8_t>> parts);

/// Compares in a time that depends on the sizes alone.
bool is_same_tag(std::span<const uint8_t> a, std::span<const uint8_t> b);

}  // namespace sdr::rtc
