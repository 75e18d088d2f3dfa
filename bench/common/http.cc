// SPDX-License-Identifier: Apache-2.0
#include "bench/common/http.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdlib>

#include "net/socket.h"

namespace sdr::bench {

std::string HttpAnswer::header(std::string_view name) const {
  const std::string line = "\r\n" + std::string(name) + ": ";
  const size_t at = head.find(line);
  if (at == std::string::npos) return "";
  return head.substr(at + line.size(), head.find("\r\n", at + 2) - at - line.size());
}

void limit_patience(int fd) {
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

HttpAnswer ask_http(uint16_t port, std::string_view method, const std::string& path, const std::string& sdp) {
  const std::string host = "127.0.0.1:" + std::to_string(port);
  const auto socket = net::connect_tcp(net::Address::parse(host).value());
  if (!socket) return {};
  limit_patience(socket->get());
  const std::string request =
      std::string(method) + " " + path + " HTTP/1.1\r\nHost: " + host +
      "\r\nConnection: close\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) +
      "\r\n\r\n" + sdp;
  if (send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t got = 0; (got = recv(socket->get(), piece.data(), piece.size(), 0)) > 0;) {
    text.append(piece.data(), static_cast<size_t>(got));
  }
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
  return {std::atoi(text.c_str() + 9), text.substr(0, end + 2), text.substr(end + 4)};
}

}  // namespace sdr::bench
