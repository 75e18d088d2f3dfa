// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/record_check.h"

namespace sdr::rtc {
namespace {

constexpr size_t kRecordHeaderBytes = 13, kMessageHeaderBytes = 12;
constexpr uint8_t kChangeCipherSpec = 20, kHandshake = 22, kApplicationData = 23;

size_t number_at(std::span<const uint8_t> bytes, size_t at, size_t count) {
  size_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

// Versions are written as their complement: 0xFEFF is 1.0, which a first flight may carry, 0xFEFD is 1.2.
bool known_version(std::span<const uint8_t> record) {
  const size_t version = number_at(record, 1, 2);
  return version == 0xFEFF || version == 0xFEFD;
}

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
    if (datagram.size() < kRecordHeaderBytes) return std::nullopt;
    const uint8_t type = datagram[0];
    const size_t epoch = number_at(datagram, 3, 2), length = number_at(datagram, 11, 2);
    if (type < kChangeCipherSpec || type > kApplicationData || !known_version(datagram)) return std::nullopt;
    if (length == 0 || datagram.size() - kRecordHeaderBytes < length) return std::nullopt;
    const auto body = datagram.subspan(kRecordHeaderBytes, length);
    if (epoch == 0 && type == kHandshake && !messages_in_order(body)) return std::nullopt;
    ++count.records;
    count.encrypted += epoch != 0;
    datagram = datagram.subspan(kRecordHeaderBytes + length);
  }
  return count;
}

}  // namespace sdr::rtc
