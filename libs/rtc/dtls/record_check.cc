// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/record_check.h"

#include "rtc/dtls/record.h"

namespace sdr::rtc {
namespace {

constexpr size_t kMessageHeaderBytes = 12;
constexpr uint16_t kDtls10 = 0xFEFF;  // which a first flight may carry

// Messages of a plain handshake record: type, length, sequence, offset and length of the fragment, the fragment.
bool messages_in_order(std::span<const uint8_t> body) {
  while (!body.empty()) {
    if (body.size() < kMessageHeaderBytes) return false;
    const size_t length = number_at(body, 1, 3), offset = number_at(body, 6, 3), fragment = number_at(body, 9, 3);
    if (length > kDtlsHandshakeMessageMax || offset + fragment > length) return false;
    if (body.size() - kMessageHeaderBytes < fragment) return false;
    body = body.subspan(kMessageHeaderBytes + fragment);
  }
  return true;
}

}  // namespace

std::optional<RecordCount> check_records(std::span<const uint8_t> datagram) {
  if (datagram.empty() || datagram.size() > kDtlsDatagramMax) return std::nullopt;
  RecordCount count;
  while (!datagram.empty()) {
    const auto record = take_record(datagram);
    if (!record || (record->version != kDtls10 && record->version != kDtls12) || record->body.empty()) {
      return std::nullopt;
    }
    if (record->epoch == 0 && record->type == RecordType::kHandshake && !messages_in_order(record->body)) {
      return std::nullopt;
    }
    ++count.records;
    count.encrypted += record->epoch != 0;
  }
  return count;
}

}  // namespace sdr::rtc
