// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/rtc_viewer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "net/socket.h"

namespace sdr::testing {
namespace {

std::shared_ptr<const rtc::DtlsContext> context() {
  static const std::shared_ptr<const rtc::DtlsContext> made = rtc::DtlsContext::create().value();
  return made;
}

}  // namespace

FileDescriptor udp_socket() {
  FileDescriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

void send_to(const FileDescriptor& socket, const rtc::Address& to, std::span<const uint8_t> datagram) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port());
  const rtc::Address::Ipv4 ip = to.ipv4();
  std::memcpy(&address.sin_addr, ip.data(), ip.size());
  (void)!sendto(socket.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                sizeof address);
}

RtcViewer::RtcViewer(rtc::SctpStack* sctp) : socket_(udp_socket()) {
  rtc::testing::Player::Options options;
  options.dtls = context();
  options.sctp = sctp;
  options.round_trip = std::chrono::milliseconds(2);
  options.send = [this](std::span<const uint8_t> datagram) { send(datagram); };
  player_ = std::make_unique<rtc::testing::Player>(options);
}

bool RtcViewer::accept(const std::string& answer) {
  const Status accepted = player_->accept(answer, std::chrono::steady_clock::now());
  EXPECT_TRUE(accepted.ok()) << accepted.error().message() << "\n" << answer;
  if (!accepted) return false;
  for (const rtc::Candidate& candidate : player_->candidates()) {
    if (!candidate.address || candidate.transport != rtc::Transport::kUdp) continue;
    server_ = *candidate.address;
    break;
  }
  player_->on_time(std::chrono::steady_clock::now());
  return server_.port() != 0;
}

void RtcViewer::send(std::span<const uint8_t> datagram) {
  if (!tcp_) return send_to(socket_, server_, datagram);
  const auto header = rtc::tcp_frame_header(datagram.size());
  std::vector<uint8_t> framed(header.begin(), header.end());
  framed.insert(framed.end(), datagram.begin(), datagram.end());
  (void)!::send(socket_.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
}

void RtcViewer::take(std::span<const uint8_t> datagram) {
  if (lose_ > 0) return (void)--lose_;
  player_->on_datagram(datagram, std::chrono::steady_clock::now());
}

void RtcViewer::poll() {
  std::array<uint8_t, 2048> buffer;
  while (true) {
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    const std::span bytes = std::span(buffer).first(static_cast<size_t>(got));
    if (!tcp_) {
      take(bytes);
      continue;
    }
    frames_.feed(bytes);
    while (const auto datagram = frames_.next()) take(*datagram);
  }
  player_->on_time(std::chrono::steady_clock::now());
}

void RtcViewer::move() {
  socket_ = udp_socket();
  player_->ask_again(std::chrono::steady_clock::now());
}

void RtcViewer::move_to_tcp() {
  socket_ = std::move(net::connect_tcp(net::Address::parse(server_.to_string()).value())).value();
  tcp_ = true;
  player_->ask_again(std::chrono::steady_clock::now());
}

}  // namespace sdr::testing
