// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/record.h"

namespace sdr::rtc {
namespace {

constexpr size_t kVersionAt = 1, kEpochAt = 3, kSequenceAt = 5, kLengthAt = 11;

bool is_known(uint8_t type) {
  return type >= static_cast<uint8_t>(RecordType::kChangeCipherSpec) &&
         type <= static_cast<uint8_t>(RecordType::kApplicationData);
}

}  // namespace

std::optional<Record> take_record(std::span<const uint8_t>& datagram) {
  if (datagram.size() < kRecordHeaderBytes || !is_known(datagram[0])) return std::nullopt;
  const size_t length = number_at(datagram, kLengthAt, 2);
  if (datagram.size() - kRecordHeaderBytes < length) return std::nullopt;
  Record record;
  record.type = static_cast<RecordType>(datagram[0]);
  record.version = static_cast<uint16_t>(number_at(datagram, kVersionAt, 2));
  record.epoch = static_cast<uint16_t>(number_at(datagram, kEpochAt, 2));
  record.sequence = number_at(datagram, kSequenceAt, 6);
  record.whole = datagram.first(kRecordHeaderBytes + length);
  record.body = record.whole.subspan(kRecordHeaderBytes);
  datagram = datagram.subspan(record.whole.size());
  return record;
}

void write_record_header(std::span<uint8_t, kRecordHeaderBytes> out, RecordType type, uint16_t epoch, uint64_t sequence,
                         size_t length) {
  out[0] = static_cast<uint8_t>(type);
  put_number(out, kVersionAt, 2, kDtls12);
  put_number(out, kEpochAt, 2, epoch);
  put_number(out, kSequenceAt, 6, sequence);
  put_number(out, kLengthAt, 2, length);
}

}  // namespace sdr::rtc
