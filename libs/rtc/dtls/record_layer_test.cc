// SPDX-License-Identifier: Apache-2.0
// Our records against OpenSSL's own, both ways, with each cipher that may be agreed on.

#include "rtc/dtls/record_layer.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <set>
#include <string>

#include "rtc/dtls/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::DtlsRecorder;

/// OpenSSL alone, as a peer of another make has it: no code of ours behind the handshake.
class OpenSslClient {
 public:
  explicit OpenSslClient(const char* cipher) : context_(SSL_CTX_new(DTLS_client_method())) {
    SSL_CTX* const certified = testing::shared_context()->openssl();
    SSL_CTX_use_certificate(context_, SSL_CTX_get0_certificate(certified));
    SSL_CTX_use_PrivateKey(context_, SSL_CTX_get0_privatekey(certified));
    SSL_CTX_set_cipher_list(context_, cipher);
    SSL_CTX_set_tlsext_use_srtp(context_, "SRTP_AEAD_AES_128_GCM");
    ssl_ = SSL_new(context_);
    SSL_set_bio(ssl_, in_, out_);
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_options(ssl_, SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl_, kDtlsMtu);
    SSL_set_connect_state(ssl_);
  }
  ~OpenSslClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  void feed(const Bytes& datagram) { BIO_write(in_, datagram.data(), static_cast<int>(datagram.size())); }
  bool connect() { return SSL_do_handshake(ssl_) == 1; }
  void write(const Bytes& message) { SSL_write(ssl_, message.data(), static_cast<int>(message.size())); }
  void say_goodbye() { SSL_shutdown(ssl_); }
  Bytes read() {
    Bytes message(2048);
    const int bytes = SSL_read(ssl_, message.data(), static_cast<int>(message.size()));
    message.resize(static_cast<size_t>(std::max(bytes, 0)));
    return message;
  }
  bool heard_goodbye() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  /// What it wants to send, a record each.
  std::vector<Bytes> take_records() {
    Bytes all(BIO_pending(out_));
    BIO_read(out_, all.data(), static_cast<int>(all.size()));
    std::vector<Bytes> records;
    for (std::span<const uint8_t> rest = all; const auto record = take_record(rest);) {
      records.emplace_back(record->whole.begin(), record->whole.end());
    }
    return records;
  }
  std::string cipher() const { return SSL_get_cipher_name(ssl_); }

 private:
  SSL_CTX* const context_;
  BIO* const in_ = BIO_new(BIO_s_mem());
  BIO* const out_ = BIO_new(BIO_s_mem());
  SSL* ssl_ = nullptr;
};

class RecordLayerBesideOpenSsl : public ::testing::TestWithParam<const char*> {
 protected:
  RecordLayerBesideOpenSsl() {
    at_server.send = [this](std::span<const uint8_t> datagram) {
      sent.emplace_back(datagram.begin(), datagram.end());
      client.feed(sent.back());
      if (handshake) (void)client.connect();
    };
    (void)client.connect();
    for (int i = 0; i < 10 && !server.connected(); ++i) pass_on();
    handshake = false;
  }
  void pass_on() {
    for (const Bytes& record : client.take_records()) server.on_datagram(record, time.now());
  }

  testing::VirtualTime time;
  DtlsRecorder at_server;
  std::vector<Bytes> sent;
  bool handshake = true;
  OpenSslClient client{GetParam()};
  Dtls server{testing::other_context(), {.peer = {testing::shared_context()->fingerprint()}}, at_server};
};

TEST_P(RecordLayerBesideOpenSsl, EachReadsTheOther) {
  ASSERT_TRUE(server.connected()) << at_server.detail;
  EXPECT_EQ(client.cipher(), GetParam());
  ASSERT_TRUE(server.send(Bytes{0, 1}).ok());  // as long as the peer has said nothing, OpenSSL writes
  EXPECT_EQ(client.read(), (Bytes{0, 1}));
  for (size_t bytes = 1; bytes <= kDtlsMessageMax; bytes += 37) {
    const Bytes message(bytes, static_cast<uint8_t>(bytes));
    client.write(message);
    pass_on();
    ASSERT_EQ(at_server.messages.size(), 1 + bytes / 37);
    EXPECT_EQ(at_server.messages.back(), message);
    ASSERT_TRUE(server.send(message).ok());
    EXPECT_EQ(client.read(), message);
  }
  EXPECT_EQ(server.records_dropped(), 0u);
}

TEST_P(RecordLayerBesideOpenSsl, NoNumberIsUsedTwice) {
  for (uint8_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(server.send(Bytes{i}).ok());
    if (i == 10) client.write({1});
    if (i == 20) client.write({2});
    pass_on();
  }
  std::set<uint64_t> sequences, nonces;
  size_t records = 0;
  for (const Bytes& datagram : sent) {
    for (std::span<const uint8_t> rest = datagram; const auto record = take_record(rest);) {
      if (record->epoch != RecordLayer::kEpoch) continue;
      ++records;
      sequences.insert(record->sequence);
      nonces.insert(number_at(record->body, 0, 8));
    }
  }
  EXPECT_EQ(records, 41u) << "Finished and the messages";
  EXPECT_EQ(sequences.size(), records);
  EXPECT_EQ(nonces.size(), records);
}

TEST_P(RecordLayerBesideOpenSsl, GoodbyesAreUnderstood) {
  client.write({1});
  pass_on();
  client.say_goodbye();
  pass_on();
  EXPECT_EQ(at_server.end, DtlsEnd::kClosedByPeer);
  (void)client.read();
  EXPECT_TRUE(client.heard_goodbye()) << "answered";
}

TEST_P(RecordLayerBesideOpenSsl, OursIsUnderstoodToo) {
  client.write({1});
  pass_on();
  server.close();
  (void)client.read();
  EXPECT_TRUE(client.heard_goodbye());
}

TEST_P(RecordLayerBesideOpenSsl, WhatWasChangedIsDropped) {
  client.write({1, 2, 3});
  const Bytes record = client.take_records().at(0);
  constexpr size_t kLengthAt = 11;
  uint64_t dropped = 0;
  for (size_t i = 0; i < record.size(); ++i) {
    if (i == kLengthAt || i == kLengthAt + 1) continue;  // then it is no record
    Bytes changed = record;
    changed[i] ^= 0x40;
    const uint64_t before = server.records_dropped() + server.datagrams_dropped();
    server.on_datagram(changed, time.now());
    dropped += server.records_dropped() + server.datagrams_dropped() - before;
  }
  EXPECT_EQ(dropped, record.size() - 2);
  EXPECT_TRUE(at_server.messages.empty());
  server.on_datagram(record, time.now());
  EXPECT_EQ(at_server.messages.size(), 1u) << "and took no place of the true one";
  server.on_datagram(record, time.now());
  EXPECT_EQ(at_server.messages.size(), 1u) << "nor does it come twice";
}

INSTANTIATE_TEST_SUITE_P(Ciphers, RecordLayerBesideOpenSsl,
                         ::testing::Values("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                           "ECDHE-ECDSA-CHACHA20-POLY1305"),
                         [](const auto& each) { return std::string(each.param).substr(12, 6); });

RecordSecrets secrets_of(uint8_t local, uint8_t remote) {
  RecordSecrets secrets;
  secrets.local.key.fill(local);
  secrets.remote.key.fill(remote);
  return secrets;
}

TEST(RecordLayer, StopsWhereTheNumbersEnd) {
  RecordLayer layer(secrets_of(1, 2));
  layer.go_on_after({(uint64_t{1} << 48) - 2, 7});
  std::array<uint8_t, 100> out;
  EXPECT_GT(layer.seal(RecordType::kApplicationData, Bytes{1}, out), 0u);
  EXPECT_EQ(layer.seal(RecordType::kApplicationData, Bytes{1}, out), 0u);
}

TEST(RecordLayer, TakesRecordsInAnyOrderOnce) {
  RecordLayer ours(secrets_of(1, 2)), theirs(secrets_of(2, 1));
  ours.go_on_after({});
  std::vector<Bytes> sealed;
  for (uint8_t i = 0; i < 20; ++i) {
    Bytes out(100);
    out.resize(ours.seal(RecordType::kApplicationData, Bytes{i}, out));
    sealed.push_back(out);
  }
  std::reverse(sealed.begin() + 3, sealed.end());
  Bytes scratch(100);
  for (int round = 0; round < 2; ++round) {
    for (const Bytes& each : sealed) {
      std::span<const uint8_t> rest = each;
      EXPECT_EQ(theirs.open(take_record(rest).value(), scratch).has_value(), round == 0);
    }
  }
}

}  // namespace
}  // namespace sdr::rtc
