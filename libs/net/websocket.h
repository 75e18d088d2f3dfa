// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http_request.h"

// WebSocket (RFC 6455), the server's side, as bytes in and messages out: no socket and no clock. The decoder unmasks in
// place and hands a message that came in one frame over where it lies, so the usual small command is never copied.
//
// Thread: one at a time per object. Bounds: a message, fragmented or not, is at most what the constructor says, and is
// refused from its announced length, before any of it is kept. Errors: the first breach of the protocol ends the
// stream, with the close code that tells the client which kind it was.

namespace sdr::net {

enum class WsOpcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// Close codes of RFC 6455 7.4.1 that are used here.
enum class WsClose : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never on the wire: a close frame without a code
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kTryAgainLater = 1013,
};

struct WsMessage {
  WsOpcode opcode;  // text, binary, close, ping or pong
  std::span<const uint8_t> payload;
};

class WsDecoder {
 public:
  enum class State { kNeedMore, kMessage, kError };

  explicit WsDecoder(size_t message_max) : message_max_(message_max) {}

  /// Takes the next message out of `bytes`, which are changed in place. kMessage: `message` is good until the next
  /// call or until the bytes move; kNeedMore: what consumed() leaves must stand before what comes next; kError: send
  /// close_code() and end. consumed() says how many bytes this call has used up.
  State next(std::span<uint8_t> bytes, WsMessage& message);

  /// From the next message on: who has shown who they are may send more.
  void set_message_max(size_t message_max) { message_max_ = message_max; }

  size_t consumed() const { return consumed_; }
  WsClose close_code() const { return close_code_; }
  /// In words, for the close frame and the log; for an error only.
  std::string_view error() const { return error_; }

 private:
  struct FrameHead {
    bool fin;
    WsOpcode opcode;
    uint64_t size;
    size_t head_size;
    const uint8_t* mask;
  };

  State fail(WsClose code, std::string_view why);
  std::optional<FrameHead> read_head(std::span<const uint8_t> bytes);
  bool check_head(const FrameHead& head);
  State finish_fragment(const FrameHead& head, std::span<const uint8_t> payload, WsMessage& message, bool& done);

  size_t message_max_;
  std::string fragments_;
  WsOpcode fragmented_opcode_ = WsOpcode::kContinuation;  // that: no fragmented message is under way
  bool fragments_delivered_ = false;
  bool failed_ = false;
  size_t consumed_ = 0;
  WsClose close_code_ = WsClose::kNormal;
  std::string_view error_;
};

inline constexpr size_t kWsHeadMax = 10;  // of an unmasked frame

/// Writes the head of an unmasked, unfragmented frame; gives its size (2, 4 or 10). `out` has kWsHeadMax bytes.
size_t write_ws_head(WsOpcode opcode, uint64_t payload_size, uint8_t* out);
/// The size of that head.
size_t ws_head_size(uint64_t payload_size);

/// The payload of a close frame: the code and why, cut to 123 bytes (5.5).
std::string ws_close_payload(WsClose code, std::string_view reason);
/// What a close frame says: kNoStatus for an empty one, kProtocolError for one that is malformed (7.4, 5.5.1).
WsClose parse_ws_close(std::span<const uint8_t> payload);

/// Whether the bytes are UTF-8 (RFC 3629), as text messages and close reasons have to be.
bool is_utf8(std::span<const uint8_t> bytes);

/// The value of Sec-WebSocket-Accept for a key (4.2.2).
std::string ws_accept(std::string_view key);

/// Whether a request is a valid opening handshake (4.2.1); else why not, with the status to answer.
struct WsHandshake {
  bool ok = false;
  int status = 400;
  std::string_view why;
  std::string accept;
};
WsHandshake check_ws_handshake(const HttpRequest& request);

/// The whole answer that opens the stream.
std::string ws_handshake_answer(const WsHandshake& handshake);

}  // namespace sdr::net
