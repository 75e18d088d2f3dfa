// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "net/sha1.h"
#include "net/websocket.h"

namespace sdr::net {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3

/// 16 bytes in base64: 22 characters of the alphabet and "==".
bool is_key(std::string_view key) {
  const auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.substr(22) == "==" && std::all_of(key.begin(), key.begin() + 22, in_alphabet);
}

WsHandshake refuse(int status, std::string_view why) {
  return {.ok = false, .status = status, .why = why, .accept = {}};
}

}  // namespace

std::string ws_accept(std::string_view key) {
  std::string text(key);
  text.append(kGuid);
  const Sha1Digest digest = sha1({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return base64({digest.data(), digest.size()});
}

WsHandshake check_ws_handshake(const HttpRequest& request) {
  if (request.method != HttpMethod::kGet) return refuse(405, "a WebSocket opens with GET");
  if (!request.header_has_token("Upgrade", "websocket") || !request.header_has_token("Connection", "upgrade")) {
    return refuse(426, "this address speaks WebSocket");
  }
  if (request.header("Sec-WebSocket-Version") != "13") return refuse(426, "WebSocket version 13 is spoken here");
  const auto key = request.header("Sec-WebSocket-Key");
  if (!key || !is_key(*key)) return refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  if (!request.body.empty()) return refuse(400, "a handshake has no body");
  return {.ok = true, .status = 101, .why = {}, .accept = ws_accept(*key)};
}

std::string ws_handshake_answer(const WsHandshake& handshake) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         handshake.accept + "\r\n\r\n";
}

}  // namespace sdr::net
