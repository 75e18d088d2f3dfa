// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <algorithm>
#include <cstring>

namespace sdr::net {
namespace {

constexpr size_t kControlMax = 125;  // 5.5: a control frame's payload

bool is_control(WsOpcode opcode) { return (static_cast<uint8_t>(opcode) & 0x8) != 0; }

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

uint64_t read_big_endian(const uint8_t* bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

void unmask(std::span<uint8_t> bytes, const uint8_t* mask) {
  uint8_t key[8];
  for (size_t i = 0; i < 8; ++i) key[i] = mask[i % 4];
  size_t i = 0;
  uint64_t word, key_word;
  std::memcpy(&key_word, key, 8);
  for (; i + 8 <= bytes.size(); i += 8) {
    std::memcpy(&word, &bytes[i], 8);
    word ^= key_word;
    std::memcpy(&bytes[i], &word, 8);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(bytes[i] ^ mask[i % 4]);
}

}  // namespace

WsDecoder::State WsDecoder::fail(WsClose code, std::string_view why) {
  failed_ = true;
  close_code_ = code;
  error_ = why;
  return State::kError;
}

WsDecoder::State WsDecoder::next(std::span<uint8_t> bytes, WsMessage& message) {
  consumed_ = 0;
  if (failed_) return State::kError;
  if (fragments_delivered_) {
    fragments_.clear();
    fragments_delivered_ = false;
  }
  while (true) {
    const std::span<uint8_t> rest = bytes.subspan(consumed_);
    const std::optional<FrameHead> head = read_head(rest);
    if (failed_) return State::kError;
    if (!head || rest.size() - head->head_size < head->size) return State::kNeedMore;
    const std::span<uint8_t> payload = rest.subspan(head->head_size, static_cast<size_t>(head->size));
    unmask(payload, head->mask);
    consumed_ += head->head_size + payload.size();
    if (is_control(head->opcode) || (head->fin && head->opcode != WsOpcode::kContinuation)) {
      message = {head->opcode, payload};
      return State::kMessage;
    }
    bool done = false;
    const State state = finish_fragment(*head, payload, message, done);
    if (done) return state;
  }
}

std::optional<WsDecoder::FrameHead> WsDecoder::read_head(std::span<const uint8_t> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const uint8_t first = bytes[0], second = bytes[1];
  FrameHead head{(first & 0x80) != 0, static_cast<WsOpcode>(first & 0x0f), second & 0x7fu, 2, nullptr};
  if ((first & 0x70) != 0) return fail(WsClose::kProtocolError, "a reserved bit is set"), std::nullopt;
  if (!is_known(first & 0x0f)) return fail(WsClose::kProtocolError, "unknown opcode"), std::nullopt;
  if ((second & 0x80) == 0) return fail(WsClose::kProtocolError, "a client's frames must be masked"), std::nullopt;
  const uint8_t marker = second & 0x7f;
  const size_t length_bytes = marker == 126 ? 2 : marker == 127 ? 8 : 0;
  if (is_control(head.opcode) && (length_bytes > 0 || !head.fin)) {
    return fail(WsClose::kProtocolError, "a control frame is too long or fragmented"), std::nullopt;
  }
  if (bytes.size() < 2 + length_bytes) return std::nullopt;
  if (length_bytes > 0) head.size = read_big_endian(&bytes[2], length_bytes);
  // 5.2: the shortest form of a length is the only one, and its top bit is 0.
  if ((length_bytes == 2 && head.size < 126) || (length_bytes == 8 && (head.size < 65536 || head.size >> 63 != 0))) {
    return fail(WsClose::kProtocolError, "a length is not in its shortest form"), std::nullopt;
  }
  if (!check_head(head)) return std::nullopt;
  head.head_size = 2 + length_bytes + 4;
  if (bytes.size() < head.head_size) return std::nullopt;
  head.mask = &bytes[2 + length_bytes];
  return head;
}

bool WsDecoder::check_head(const FrameHead& head) {
  if (is_control(head.opcode)) return true;
  const bool under_way = fragmented_opcode_ != WsOpcode::kContinuation;
  const bool continues = head.opcode == WsOpcode::kContinuation;
  if (continues && !under_way) return fail(WsClose::kProtocolError, "nothing to continue"), false;
  if (!continues && under_way) return fail(WsClose::kProtocolError, "a message begins inside another"), false;
  const size_t kept = fragments_.size();
  if (head.size > message_max_ || kept + head.size > message_max_) {
    return fail(WsClose::kTooBig, "the message is too long"), false;
  }
  return true;
}

WsDecoder::State WsDecoder::finish_fragment(const FrameHead& head, std::span<const uint8_t> payload, WsMessage& message,
                                            bool& done) {
  if (head.opcode != WsOpcode::kContinuation) fragmented_opcode_ = head.opcode;
  fragments_.append(reinterpret_cast<const char*>(payload.data()), payload.size());
  done = head.fin;
  if (!done) return State::kNeedMore;
  message = {fragmented_opcode_, {reinterpret_cast<const uint8_t*>(fragments_.data()), fragments_.size()}};
  fragmented_opcode_ = WsOpcode::kContinuation;
  fragments_delivered_ = true;
  return State::kMessage;
}

size_t ws_head_size(uint64_t payload_size) { return payload_size < 126 ? 2 : payload_size < 65536 ? 4 : 10; }

size_t write_ws_head(WsOpcode opcode, uint64_t payload_size, uint8_t* out) {
  const size_t size = ws_head_size(payload_size);
  out[0] = static_cast<uint8_t>(0x80 | static_cast<uint8_t>(opcode));
  out[1] = static_cast<uint8_t>(size == 2 ? payload_size : size == 4 ? 126 : 127);
  for (size_t i = 2; i < size; ++i) out[i] = static_cast<uint8_t>(payload_size >> (8 * (size - 1 - i)));
  return size;
}

std::string ws_close_payload(WsClose code, std::string_view reason) {
  const auto value = static_cast<uint16_t>(code);
  std::string payload = {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
  return payload.append(reason.substr(0, kControlMax - 2));
}

WsClose parse_ws_close(std::span<const uint8_t> payload) {
  if (payload.empty()) return WsClose::kNoStatus;
  if (payload.size() == 1) return WsClose::kProtocolError;
  const auto code = static_cast<uint16_t>(payload[0] << 8 | payload[1]);
  const bool defined = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
  if (!defined && !(code >= 3000 && code <= 4999)) return WsClose::kProtocolError;
  if (!is_utf8(payload.subspan(2))) return WsClose::kProtocolError;
  return static_cast<WsClose>(code);
}

bool is_utf8(std::span<const uint8_t> bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const uint8_t lead = bytes[i];
    const size_t more = lead < 0x80 ? 0 : (lead >> 5) == 6 ? 1 : (lead >> 4) == 14 ? 2 : (lead >> 3) == 30 ? 3 : 4;
    if (more == 4 || bytes.size() - i <= more) return false;
    uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    for (size_t k = 1; k <= more; ++k) {
      if ((bytes[i + k] & 0xc0) != 0x80) return false;
      point = point << 6 | (bytes[i + k] & 0x3fu);
    }
    constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (point < kLeast[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace sdr::net
