// SPDX-License-Identifier: Apache-2.0
#include "transport/text_message.h"

#include <array>

#include "net/websocket.h"

namespace sdr::transport {
namespace {

void append_head(std::string& out, net::WsOpcode opcode, size_t payload_size) {
  std::array<uint8_t, net::kWsHeadMax> head;
  const size_t size = net::write_ws_head(opcode, payload_size, head.data());
  out.append(reinterpret_cast<const char*>(head.data()), size);
}

}  // namespace

void TextMessage::recycle() { pool_->give_back(*this); }

TextMessage* TextPool::take() {
  std::unique_ptr<TextMessage> message;
  if (free_.empty()) {
    message = std::make_unique<TextMessage>();
    message->pool_ = this;
  } else {
    message = std::move(free_.back());
    free_.pop_back();
  }
  message->bytes.clear();
  return message.release();  // it is owned by the references to it, and comes back through recycle()
}

MessageRef TextPool::seal(TextMessage* message) {
  message->data = reinterpret_cast<const uint8_t*>(message->bytes.data());
  message->size = static_cast<uint32_t>(message->bytes.size());
  return MessageRef(message);
}

void TextPool::give_back(TextMessage& message) {
  std::unique_ptr<TextMessage> owned(&message);
  if (free_.size() < kKeptMax && message.bytes.capacity() <= kKeptBytesMax) free_.push_back(std::move(owned));
}

void append_telemetry(std::string& out, std::string_view subject, std::string_view payload) {
  append_head(out, net::WsOpcode::kBinary, 3 + subject.size() + payload.size());
  out.push_back('\x02');
  out.push_back(static_cast<char>(subject.size() & 0xff));
  out.push_back(static_cast<char>(subject.size() >> 8));
  out.append(subject).append(payload);
}

void append_binary(std::string& out, uint8_t type, std::string_view body) {
  append_head(out, net::WsOpcode::kBinary, 1 + body.size());
  out.push_back(static_cast<char>(type));
  out.append(body);
}

void append_control(std::string& out, uint8_t opcode, std::string_view payload) {
  append_head(out, static_cast<net::WsOpcode>(opcode), payload.size());
  out.append(payload);
}

}  // namespace sdr::transport
