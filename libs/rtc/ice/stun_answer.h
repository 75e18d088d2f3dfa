// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rtc/ice/address.h"
#include "rtc/ice/stun.h"

// Answers to binding requests. To someone who has proved nothing an answer is never larger than what came, so that this
// server is of no use for flooding a third party with a forged sender.
//
// Thread: any; nothing is kept and nothing allocated.

namespace sdr::rtc {

/// Enough for each answer given here.
constexpr size_t kStunAnswerMax = 160;
using StunAnswerBuffer = std::array<uint8_t, kStunAnswerMax>;

/// Success with the sender's address as seen here, protected with the password that the request was protected with.
std::span<const uint8_t> answer_success(const StunMessage& request, const Address& from, std::string_view password,
                                        StunAnswerBuffer& out);

/// An error to a sender that is authenticated: protected; 420 names the attributes.
std::span<const uint8_t> answer_error(const StunMessage& request, int code, std::string_view reason,
                                      std::string_view password, StunAnswerBuffer& out);

/// An error to one that is not (RFC 8489 9.1.3): 400 where credentials are missing, else 401. Not protected, and empty
/// where even the shortest one were larger than the request. Also the answer to a request for a session that nobody
/// has.
std::span<const uint8_t> answer_refusal(const StunMessage& request, StunAnswerBuffer& out);

}  // namespace sdr::rtc
