// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/stun_answer.h"

#include "rtc/ice/stun_writer.h"

namespace sdr::rtc {

std::span<const uint8_t> answer_success(const StunMessage& request, const Address& from, std::string_view password,
                                        StunAnswerBuffer& out) {
  StunWriter writer(out, StunClass::kSuccess, kStunBinding, request.transaction);
  writer.add_xor_mapped_address(from);
  writer.add_integrity(password);
  writer.add_fingerprint();
  return writer.finish();
}

std::span<const uint8_t> answer_error(const StunMessage& request, int code, std::string_view reason,
                                      std::string_view password, StunAnswerBuffer& out) {
  StunWriter writer(out, StunClass::kError, request.method, request.transaction);
  writer.add_error(code, reason);
  if (code == 420) {
    writer.add_unknown_attributes(std::span<const uint16_t>(request.unknown).first(request.unknown_count));
  }
  writer.add_integrity(password);
  writer.add_fingerprint();
  return writer.finish();
}

std::span<const uint8_t> answer_refusal(const StunMessage& request, StunAnswerBuffer& out) {
  const bool has_credentials = request.username && request.has_integrity();
  StunWriter writer(out, StunClass::kError, request.method, request.transaction);
  writer.add_error(has_credentials ? 401 : 400, "");
  if (request.has_fingerprint) writer.add_fingerprint();
  const auto answer = writer.finish();
  return answer.size() <= request.bytes.size() ? answer : std::span<const uint8_t>();
}

}  // namespace sdr::rtc
