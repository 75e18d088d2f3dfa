// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/record_layer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr size_t kSaltBytes = 4;
constexpr uint64_t kSequenceEnd = uint64_t{1} << 48;

std::span<const uint8_t> key_of(AeadCipher cipher, const RecordSecret& secret) {
  return std::span(secret.key).first(aead_key_bytes(cipher));
}

// RFC 6347 section 4.1.2.1: what counts as the sequence number in all that is computed.
constexpr uint64_t with_epoch(uint64_t sequence) { return uint64_t{RecordLayer::kEpoch} << 48 | sequence; }

}  // namespace

RecordLayer::RecordLayer(const RecordSecrets& secrets)
    : cipher_(secrets.cipher),
      seal_(cipher_, key_of(cipher_, secrets.local), Aead::Use::kSeal),
      open_(cipher_, key_of(cipher_, secrets.remote), Aead::Use::kOpen),
      local_iv_(secrets.local.iv),
      remote_iv_(secrets.remote.iv) {}

void RecordLayer::go_on_after(const SentRecord& newest) { next_ = {newest.sequence + 1, newest.explicit_nonce + 1}; }

size_t RecordLayer::seal(RecordType type, std::span<const uint8_t> message, std::span<uint8_t> out) {
  SDR_ASSERT_OP(message.size() + overhead(), <=, out.size());
  if (next_.sequence >= kSequenceEnd) return 0;
  const SentRecord sent = std::exchange(next_, {next_.sequence + 1, next_.explicit_nonce + 1});
  const size_t length = nonce_bytes() + message.size() + Aead::kTagBytes;
  write_record_header(out.first<kRecordHeaderBytes>(), type, kEpoch, sent.sequence, length);
  put_number(out, kRecordHeaderBytes, nonce_bytes(), sent.explicit_nonce);
  seal_.seal(vector_of(local_iv_, sent.sequence, sent.explicit_nonce), associated(type, sent.sequence, message.size()),
             message, out.data() + kRecordHeaderBytes + nonce_bytes());
  return kRecordHeaderBytes + length;
}

std::optional<std::span<const uint8_t>> RecordLayer::open(const Record& record, std::span<uint8_t> scratch) {
  if (record.epoch != kEpoch || record.version != kDtls12 || !window_.accepts(record.sequence)) return std::nullopt;
  if (record.body.size() < nonce_bytes() + Aead::kTagBytes) return std::nullopt;
  const uint64_t explicit_nonce = number_at(record.body, 0, nonce_bytes());
  const size_t bytes = record.body.size() - nonce_bytes() - Aead::kTagBytes;
  const auto plain = scratch.first(bytes);
  std::copy_n(record.body.begin() + static_cast<std::ptrdiff_t>(nonce_bytes()), bytes, plain.begin());
  const bool authentic =
      open_.open(vector_of(remote_iv_, record.sequence, explicit_nonce),
                 associated(record.type, record.sequence, bytes), plain, record.body.last(Aead::kTagBytes).data());
  if (!authentic) return std::nullopt;
  window_.enter(record.sequence);
  return plain;
}

// GCM: the salt, then what the record carries (RFC 5288 section 3). ChaCha20-Poly1305: the sequence number added to all
// of it (RFC 7905 section 2).
Aead::Iv RecordLayer::vector_of(const Aead::Iv& iv, uint64_t sequence, uint64_t explicit_nonce) const {
  Aead::Iv vector = iv;
  put_number(vector, kSaltBytes, 8, is_gcm() ? explicit_nonce : number_at(iv, kSaltBytes, 8) ^ with_epoch(sequence));
  return vector;
}

// RFC 5246 section 6.2.3.3, with the epoch before the sequence number.
RecordLayer::Associated RecordLayer::associated(RecordType type, uint64_t sequence, size_t bytes) {
  Associated data{};
  put_number(data, 0, 8, with_epoch(sequence));
  data[8] = static_cast<uint8_t>(type);
  put_number(data, 9, 2, kDtls12);
  put_number(data, 11, 2, bytes);
  return data;
}

}  // namespace sdr::rtc
