// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/sha1.h"

namespace sdr::net {
namespace {

using State = WsDecoder::State;
using Bytes = std::vector<uint8_t>;

/// A client's frame: masked.
Bytes frame(uint8_t first, const std::string& payload, bool masked = true) {
  Bytes out = {first};
  const auto flag = static_cast<uint8_t>(masked ? 0x80 : 0);
  if (payload.size() < 126) {
    out.push_back(static_cast<uint8_t>(flag | payload.size()));
  } else if (payload.size() < 65536) {
    out.push_back(flag | 126);
    for (int shift = 8; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(payload.size() >> shift));
  } else {
    out.push_back(flag | 127);
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(payload.size() >> shift));
  }
  const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
  if (masked) out.insert(out.end(), mask, mask + 4);
  for (size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<uint8_t>(payload[i] ^ (masked ? mask[i % 4] : 0)));
  }
  return out;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string text(const WsMessage& message) {
  return {reinterpret_cast<const char*>(message.payload.data()), message.payload.size()};
}

/// Everything a stream of bytes decodes to when it comes in pieces of the given size.
struct Decoded {
  std::vector<std::string> messages;
  std::vector<WsOpcode> opcodes;
  bool failed = false;
  WsClose close = WsClose::kNormal;
};

Decoded decode(const Bytes& bytes, size_t piece, size_t message_max = 1000) {
  WsDecoder decoder(message_max);
  Decoded result;
  Bytes buffer;
  for (size_t at = 0; at < bytes.size() && !result.failed; at += piece) {
    buffer.insert(buffer.end(), bytes.begin() + static_cast<ptrdiff_t>(at),
                  bytes.begin() + static_cast<ptrdiff_t>(std::min(bytes.size(), at + piece)));
    while (true) {
      WsMessage message{};
      const State state = decoder.next(buffer, message);
      if (state == State::kMessage) {
        result.messages.push_back(text(message));
        result.opcodes.push_back(message.opcode);
      }
      buffer.erase(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(decoder.consumed()));
      result.failed = state == State::kError;
      if (state != State::kMessage) break;
    }
  }
  if (result.failed) result.close = decoder.close_code();
  return result;
}

TEST(WsDecoder, UnmasksMessagesOfEveryLengthForm) {
  for (const size_t size : {0u, 1u, 7u, 8u, 125u, 126u, 65535u, 65536u}) {
    const std::string payload(size, 'p');
    const Decoded decoded = decode(frame(0x82, payload), 100'000, 70'000);
    ASSERT_EQ(decoded.messages.size(), 1u) << size;
    EXPECT_EQ(decoded.messages[0], payload);
    EXPECT_EQ(decoded.opcodes[0], WsOpcode::kBinary);
  }
}

TEST(WsDecoder, DecodesTheSameHoweverTheBytesArrive) {
  const Bytes bytes = frame(0x02, "one ") + frame(0x89, "ping") + frame(0x00, "two ") + frame(0x80, "three") +
                      frame(0x82, "whole") + frame(0x88, std::string("\x03\xe8", 2));
  const std::vector<std::string> expected = {"ping", "one two three", "whole", std::string("\x03\xe8", 2)};
  for (const size_t piece : {1u, 2u, 3u, 5u, 1000u}) EXPECT_EQ(decode(bytes, piece).messages, expected) << piece;
}

TEST(WsDecoder, EndsTheStreamAtABreachOfTheProtocol) {
  const Bytes breaches[] = {
      frame(0x82, "unmasked", false),           // 5.1
      frame(0xc2, "reserved bit"),              // 5.2
      frame(0x83, "unknown opcode"),            //
      frame(0x80, "nothing to continue"),       // 5.4
      frame(0x02, "a") + frame(0x82, "b"),      // a message inside another
      frame(0x09, "fragmented ping"),           // 5.5
      frame(0x89, std::string(126, 'x')),       // a control frame's length
      {0x82, 0xfe, 0x00, 0x05, 0, 0, 0, 0},     // not the shortest form
      {0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0},  //
      {0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0},  // the top bit
  };
  for (const Bytes& bytes : breaches) {
    const Decoded decoded = decode(bytes, 1000);
    EXPECT_TRUE(decoded.failed);
    EXPECT_EQ(decoded.close, WsClose::kProtocolError);
  }
}

TEST(WsDecoder, RefusesAMessageFromItsAnnouncedLength) {
  Bytes head = frame(0x82, std::string(1001, 'x'));
  head.resize(4);  // not even the mask has come
  EXPECT_EQ(decode(head, 100).close, WsClose::kTooBig);
  const Bytes fragments = frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(401, 'x'));
  EXPECT_EQ(decode(fragments, 10'000).close, WsClose::kTooBig);
  EXPECT_FALSE(decode(frame(0x82, std::string(1000, 'x')), 10'000).failed);
}

TEST(WsDecoder, StaysFailed) {
  WsDecoder decoder(100);
  WsMessage message{};
  Bytes bad = frame(0x83, "x"), good = frame(0x82, "x");
  EXPECT_EQ(decoder.next(bad, message), State::kError);
  EXPECT_EQ(decoder.next(good, message), State::kError);
  EXPECT_FALSE(decoder.error().empty());
}

TEST(WsHead, IsOfTheShortestForm) {
  uint8_t head[kWsHeadMax];
  EXPECT_EQ(write_ws_head(WsOpcode::kBinary, 125, head), 2u);
  EXPECT_EQ(head[0], 0x82);
  EXPECT_EQ(head[1], 125);
  EXPECT_EQ(write_ws_head(WsOpcode::kBinary, 0x1234, head), 4u);
  EXPECT_EQ(head[1], 126);
  EXPECT_EQ(head[2], 0x12);
  EXPECT_EQ(head[3], 0x34);
  EXPECT_EQ(write_ws_head(WsOpcode::kBinary, 65536, head), 10u);
  EXPECT_EQ(head[7], 1);
}

TEST(WsClose, IsReadAndWritten) {
  const std::string payload = ws_close_payload(WsClose::kTooBig, "too big");
  EXPECT_EQ(payload, std::string("\x03\xf1", 2) + "too big");
  const auto read = [](const std::string& bytes) {
    return parse_ws_close({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(read(payload), WsClose::kTooBig);
  EXPECT_EQ(read(""), WsClose::kNoStatus);
  EXPECT_EQ(read("\x03"), WsClose::kProtocolError);
  EXPECT_EQ(read(std::string("\x03\xed", 2)), WsClose::kProtocolError);      // 1005 is never sent
  EXPECT_EQ(read(std::string("\x03\xe8\xff", 3)), WsClose::kProtocolError);  // no UTF-8
  EXPECT_EQ(ws_close_payload(WsClose::kNormal, std::string(500, 'x')).size(), 125u);
}

TEST(Utf8, IsToldFromOtherBytes) {
  const auto valid = [](const std::string& bytes) {
    return is_utf8({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_TRUE(valid("plain, \xc3\xbc, \xe2\x82\xac, \xf0\x9f\xa4\x96"));
  for (const char* bad : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(valid(bad));
  }
}

WsHandshake handshake(const std::string& headers) {
  HttpParser parser;
  HttpRequest request;
  static std::string bytes;
  bytes = "GET /stream/ws HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
  EXPECT_EQ(parser.parse(bytes, request), HttpParser::State::kComplete);
  return check_ws_handshake(request);
}

TEST(WsHandshake, AnswersTheExampleOfTheRfc) {
  const std::string upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n", key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const WsHandshake good = handshake(upgrade + version + key);
  ASSERT_TRUE(good.ok);
  EXPECT_EQ(good.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_NE(ws_handshake_answer(good).find("101"), std::string::npos);
  EXPECT_EQ(handshake(version + key).status, 426);
  EXPECT_EQ(handshake(upgrade + key).status, 426);
  EXPECT_EQ(handshake(upgrade + version).status, 400);
  EXPECT_EQ(handshake(upgrade + version + "Sec-WebSocket-Key: short\r\n").status, 400);
}

std::string hex(const Sha1Digest& digest) {
  std::string out;
  for (const uint8_t byte : digest) {
    out.push_back("0123456789abcdef"[byte >> 4]);
    out.push_back("0123456789abcdef"[byte & 15]);
  }
  return out;
}

TEST(Sha1, KnowsTheVectorsOfTheRfc) {
  const auto sum = [](const std::string& s) {
    return hex(sha1({reinterpret_cast<const uint8_t*>(s.data()), s.size()}));
  };
  EXPECT_EQ(sum("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sum(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sum(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Base64, KnowsTheVectorsOfTheRfc) {
  const auto code = [](const std::string& s) { return base64({reinterpret_cast<const uint8_t*>(s.data()), s.size()}); };
  EXPECT_EQ(code(""), "");
  EXPECT_EQ(code("f"), "Zg==");
  EXPECT_EQ(code("fo"), "Zm8=");
  EXPECT_EQ(code("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace sdr::net
