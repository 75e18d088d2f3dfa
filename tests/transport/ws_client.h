// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "frames/frame_header.h"
#include "net/socket.h"
#include "net/testing/tls.h"

namespace sdr::testing {

/// A browser's side of /stream/ws, as plain bytes on a socket. Thread: one; poll() never waits.
class WsClient {
 public:
  struct Message {
    uint8_t opcode = 0;
    std::string bytes;  // with the type byte
  };

  /// Connects and sends the handshake; `query` as in "?camera=front".
  WsClient(const net::Address& server, const std::string& query = "", const std::string& headers = "",
           bool over_tls = false);

  void send_raw(const std::string& bytes);
  /// One masked frame.
  void send(uint8_t type, const std::string& body, uint8_t first = 0x82);
  void command(const std::string& json) { send(4, json); }
  /// Takes what has arrived.
  void poll();

  bool open() const { return open_; }             // the handshake was answered with 101
  bool ended() const { return ended_; }           // the server has closed the connection
  int close_code() const { return close_code_; }  // of its close frame; 0: none came
  const std::string& answer() const { return answer_; }
  net::Address local() const { return net::local_address(fd()).value(); }
  int fd() const { return tls_ ? tls_->fd() : socket_.get(); }

  std::deque<Message> messages;

 private:
  void take_answer();
  void take_frames();

  FileDescriptor socket_;
  std::unique_ptr<TlsClient> tls_;  // in its place
  std::string bytes_;
  std::string answer_;
  bool open_ = false;
  bool ended_ = false;
  int close_code_ = 0;
};

frames::FrameHeader header_of(const WsClient::Message& message);
/// The payload of a telemetry message on that subject; empty for any other message.
std::string telemetry(const WsClient::Message& message, const std::string& subject);

}  // namespace sdr::testing
