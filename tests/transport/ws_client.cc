// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/ws_client.h"

#include <sys/socket.h>

#include <cerrno>

namespace sdr::testing {

WsClient::WsClient(const net::Address& server, const std::string& query, const std::string& headers, bool over_tls) {
  if (over_tls) {
    tls_ = std::make_unique<TlsClient>(server);
  } else {
    socket_ = std::move(net::connect_tcp(server).value());
  }
  send_raw("GET /stream/ws" + query + " HTTP/1.1\r\nHost: " + server.to_string() +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           headers + "\r\n");
}

void WsClient::send_raw(const std::string& bytes) {
  if (tls_) return tls_->say(bytes);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::send(socket_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (put <= 0) return;  // the server has closed: what it said is still there to be read
    done += static_cast<size_t>(put);
  }
}

void WsClient::send(uint8_t type, const std::string& body, uint8_t first) {
  const std::string payload = std::string(1, static_cast<char>(type)) + body;
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    const bool wide = payload.size() > 65535;
    frame.push_back(static_cast<char>(0x80 | (wide ? 127 : 126)));
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  }
  frame += std::string(4, '\0');  // a mask of zeros is a mask
  send_raw(frame + payload);
}

void WsClient::poll() {
  if (tls_) {
    tls_->poll();
    bytes_ += std::exchange(tls_->heard(), {});
    ended_ = tls_->ended();
  }
  char piece[65536];
  while (!tls_) {
    const ssize_t got = recv(socket_.get(), piece, sizeof piece, MSG_DONTWAIT);
    if (got <= 0) {
      ended_ = ended_ || got == 0 || errno != EAGAIN;
      break;
    }
    bytes_.append(piece, static_cast<size_t>(got));
  }
  if (answer_.empty()) take_answer();
  if (open_) take_frames();
}

void WsClient::take_answer() {
  const size_t end = bytes_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  answer_ = bytes_.substr(0, end + 4);
  bytes_.erase(0, end + 4);
  open_ = answer_.starts_with("HTTP/1.1 101");
}

void WsClient::take_frames() {
  while (bytes_.size() >= 2) {
    const auto byte = [this](size_t i) { return static_cast<uint8_t>(bytes_[i]); };
    const size_t head = byte(1) == 127 ? 10 : byte(1) == 126 ? 4 : 2;
    if (bytes_.size() < head) return;
    uint64_t size = head == 2 ? byte(1) : 0;
    for (size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
    if (bytes_.size() < head + size) return;
    const auto opcode = static_cast<uint8_t>(byte(0) & 15);
    if (opcode == 8 && size >= 2) close_code_ = byte(head) << 8 | byte(head + 1);
    messages.push_back({opcode, bytes_.substr(head, size)});
    bytes_.erase(0, head + size);
  }
}

frames::FrameHeader header_of(const WsClient::Message& message) {
  return frames::parse_frame_header(std::span<const std::byte, frames::kFrameHeaderBytes>(
      reinterpret_cast<const std::byte*>(message.bytes.data() + 1), frames::kFrameHeaderBytes));
}

std::string telemetry(const WsClient::Message& message, const std::string& subject) {
  if (message.opcode != 2 || message.bytes.size() < 3 || message.bytes[0] != 2) return "";
  const size_t size =
      static_cast<uint8_t>(message.bytes[1]) | static_cast<size_t>(static_cast<uint8_t>(message.bytes[2])) << 8;
  return message.bytes.substr(3, size) == subject ? message.bytes.substr(3 + size) : "";
}

}  // namespace sdr::testing
