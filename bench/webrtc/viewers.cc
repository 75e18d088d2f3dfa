// SPDX-License-Identifier: Apache-2.0
#include "viewers.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "net/socket.h"
#include "rtc/peer/peer.h"
#include "rtc/rtp/media_time.h"

namespace sdr::bench {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// The body of the answer to an offer; empty where it was refused.
std::string post_offer(uint16_t port, const std::string& offer) {
  const std::string host = "127.0.0.1:" + std::to_string(port);
  const auto socket = net::connect_tcp(net::Address::parse(host).value());
  if (!socket) return "";
  const std::string request =
      "POST /stream/whep HTTP/1.1\r\nHost: " + host +
      "\r\nConnection: close\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(offer.size()) +
      "\r\n\r\n" + offer;
  if (send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return "";
  std::string answer;
  std::array<char, 4096> piece;
  for (ssize_t got = 0; (got = recv(socket->get(), piece.data(), piece.size(), 0)) > 0;) {
    answer.append(piece.data(), static_cast<size_t>(got));
  }
  const size_t body = answer.find("\r\n\r\n");
  return answer.starts_with("HTTP/1.1 201") && body != std::string::npos ? answer.substr(body + 4) : "";
}

FileDescriptor make_socket() {
  FileDescriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  (void)setsockopt(fd.get(), IPPROTO_UDP, UDP_GRO, &on, sizeof on);
  (void)setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  return fd;
}

bool connect_to(const FileDescriptor& fd, const rtc::Address& to) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port());
  const rtc::Address::Ipv4 ip = to.ipv4();
  std::memcpy(&address.sin_addr, ip.data(), ip.size());
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

struct Arrival {
  uint64_t us = realtime_us();
  size_t segment_bytes = 0;  // 0: a datagram of its own
};

Arrival arrival_of(msghdr& message) {
  Arrival arrival;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time;
      std::memcpy(&time, CMSG_DATA(c), sizeof time);
      arrival.us = static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
    } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(c), sizeof size);
      arrival.segment_bytes = static_cast<size_t>(size);
    }
  }
  return arrival;
}

}  // namespace

struct RtcViewers::Viewer {
  FileDescriptor socket = make_socket();
  std::optional<rtc::testing::Player> player;
  std::optional<uint16_t> next_sequence;
  uint32_t timestamp = 0;  // of the frame that is arriving
  uint64_t captured_us = 0, arrived_us = 0;
};

RtcViewers::RtcViewers(bool data) : epoll_(epoll_create1(EPOLL_CLOEXEC)), dtls_(rtc::DtlsContext::create().value()) {
  if (data) sctp_.emplace(Steady::now());
}

RtcViewers::~RtcViewers() { viewers_.clear(); }

bool RtcViewers::open(uint16_t http_port) {
  auto owned = std::make_unique<Viewer>();
  Viewer& viewer = *owned;
  viewer.player.emplace(rtc::testing::Player::Options{.dtls = dtls_,
                                                      .sctp = sctp_ ? &*sctp_ : nullptr,
                                                      .feedback = false,
                                                      .counts_only = true,
                                                      .seed = static_cast<uint32_t>(viewers_.size() + 1),
                                                      .send = [&viewer](std::span<const uint8_t> datagram) {
                                                        (void)!send(viewer.socket.get(), datagram.data(),
                                                                    datagram.size(), 0);
                                                      }});
  const std::string answer = post_offer(http_port, viewer.player->offer());
  if (answer.empty() || !viewer.player->accept(answer, Steady::now())) return false;
  for (const rtc::Candidate& candidate : viewer.player->candidates()) {
    if (candidate.transport != rtc::Transport::kUdp || !candidate.address) continue;
    if (!connect_to(viewer.socket, *candidate.address)) return false;
    break;
  }
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &viewer}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewer.socket.get(), &event);
  viewer.player->on_time(Steady::now());
  viewers_.push_back(std::move(owned));
  return true;
}

bool RtcViewers::open_all(uint16_t http_port, size_t count) {
  while (viewers_.size() < count) {
    if (!open(http_port)) return false;
    run(milliseconds(viewers_.size() % 4 == 0 ? 20 : 1));
  }
  const auto sees = [](const auto& viewer) { return viewer->next_sequence.has_value(); };
  for (const auto end = Steady::now() + std::chrono::minutes(1); Steady::now() < end;) {
    run(milliseconds(100));
    if (std::all_of(viewers_.begin(), viewers_.end(), sees)) return true;
  }
  return false;
}

void RtcViewers::run(milliseconds time) {
  const auto end = Steady::now() + time;
  std::array<epoll_event, 256> events;
  while (true) {
    const auto now = Steady::now();
    if (now >= end) return;
    if (now >= next_look_) let_time_pass();
    const auto until = std::min<Time>(end, next_look_);
    const auto left = std::chrono::ceil<milliseconds>(until - now).count();
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(left));
    for (int i = 0; i < count; ++i) read_some(*static_cast<Viewer*>(events[static_cast<size_t>(i)].data.ptr));
  }
}

void RtcViewers::let_time_pass() {
  const Time now = Steady::now();
  if (sctp_ && sctp_->next_time() && *sctp_->next_time() <= now) sctp_->on_time(now);
  for (const auto& viewer : viewers_) {
    if (viewer->player->next_time() <= now) viewer->player->on_time(now);
  }
  next_look_ = now + milliseconds(25);
}

void RtcViewers::read_some(Viewer& viewer) {
  std::array<uint8_t, 1500> head;
  alignas(cmsghdr) std::array<char, 256> control;
  while (true) {
    iovec space = {head.data(), head.size()};
    msghdr message{};
    message.msg_iov = &space;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(viewer.socket.get(), &message, MSG_TRUNC);
    if (got <= 0) return;
    const auto bytes = static_cast<size_t>(got);
    const std::span<const uint8_t> there = std::span(head).first(std::min(bytes, head.size()));
    if (rtc::kind_of(there) != rtc::DatagramKind::kRtp) {
      viewer.player->on_datagram(there, Steady::now());
      continue;
    }
    const Arrival arrival = arrival_of(message);
    on_media(viewer, there, bytes, arrival.segment_bytes == 0 ? bytes : arrival.segment_bytes, arrival.us);
  }
}

void RtcViewers::on_media(Viewer& viewer, std::span<const uint8_t> head, size_t bytes, size_t segment_bytes,
                          uint64_t arrived_us) {
  const auto packet = rtc::parse_rtp(head.first(std::min(head.size(), segment_bytes)));
  if (!packet || packet->header.ssrc != viewer.player->media_ssrc()) return;
  const size_t count = (bytes + segment_bytes - 1) / segment_bytes;
  const uint16_t first = packet->header.sequence;
  if (viewer.next_sequence) totals_.lost_packets += static_cast<uint16_t>(first - *viewer.next_sequence);
  viewer.next_sequence = static_cast<uint16_t>(first + count);
  viewer.player->on_counted(static_cast<uint16_t>(first + count - 1));
  totals_.packets += count;
  totals_.bytes += bytes;
  if (packet->header.timestamp != viewer.timestamp) {
    if (viewer.captured_us != 0) {
      arrival_.add(static_cast<double>(viewer.arrived_us) - static_cast<double>(viewer.captured_us));
    }
    viewer.timestamp = packet->header.timestamp;
    const auto extensions = rtc::parse_extensions(packet.value(), viewer.player->negotiated().video->extensions);
    const bool says = extensions && extensions->capture_ntp;
    viewer.captured_us = says ? rtc::realtime_us_of_ntp(*extensions->capture_ntp) : 0;
  }
  viewer.arrived_us = arrived_us;
}

void RtcViewers::reset_totals() {
  totals_ = {};
  arrival_.clear();
}

size_t RtcViewers::ended() const {
  return static_cast<size_t>(std::count_if(viewers_.begin(), viewers_.end(),
                                           [](const auto& viewer) { return !viewer->player->ended().empty(); }));
}

}  // namespace sdr::bench
