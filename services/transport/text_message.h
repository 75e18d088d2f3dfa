// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "transport/message.h"

// Everything a client gets that is not video: telemetry, answers, control frames. Messages are written into strings
// that are used again, so that once warm nothing is allocated.
//
// Thread: the loop's. Bounds: as many messages as clients hold at a time (their queues bound that); of those that come
// back, 256 are kept.

namespace sdr::transport {

class TextPool;

class TextMessage final : public Message {
 public:
  std::string bytes;

 private:
  friend class TextPool;
  void recycle() override;
  TextPool* pool_ = nullptr;
};

class TextPool {
 public:
  TextPool() { free_.reserve(kKeptMax); }
  /// A message with no bytes yet.
  TextMessage* take();
  /// Its bytes are complete.
  static MessageRef seal(TextMessage* message);

 private:
  friend class TextMessage;
  static constexpr size_t kKeptMax = 256, kKeptBytesMax = 64 * 1024;
  void give_back(TextMessage& message);

  std::vector<std::unique_ptr<TextMessage>> free_;
};

/// Appends a WebSocket message 0x02 (telemetry): head, type, subject, payload. The caller has checked the bounds of
/// stream.md.
void append_telemetry(std::string& out, std::string_view subject, std::string_view payload);
/// Appends a WebSocket message of a type byte and a body.
void append_binary(std::string& out, uint8_t type, std::string_view body);
/// Appends a control frame: ping, pong, close.
void append_control(std::string& out, uint8_t opcode, std::string_view payload);

}  // namespace sdr::transport
