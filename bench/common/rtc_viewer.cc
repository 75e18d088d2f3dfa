// SPDX-License-Identifier: Apache-2.0
#include "bench/common/rtc_viewer.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "bench/common/http.h"
#include "bench/common/stamped_socket.h"
#include "net/socket.h"
#include "rtc/rtp/media_time.h"

namespace sdr::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kHeadBytes = 1500, kWholeBytes = 64 * 1024;

FileDescriptor make_udp_socket(const net::Address& to) {
  FileDescriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  (void)setsockopt(fd.get(), IPPROTO_UDP, UDP_GRO, &on, sizeof on);
  (void)setsockopt(fd.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  stamp_arrivals(fd.get());
  if (connect(fd.get(), to.data(), to.size()) != 0) fd.reset();
  return fd;
}

}  // namespace

RtcViewer::RtcViewer(Options options, RtcTotals& totals, Times& arrival)
    : options_(std::move(options)), totals_(totals), arrival_(arrival) {
  player_.emplace(rtc::testing::Player::Options{
      .dtls = options_.dtls,
      .sctp = options_.sctp,
      .feedback = options_.watches,
      .counts_only = !options_.watches,
      .seed = options_.seed,
      .send = [this](std::span<const uint8_t> datagram) { send(datagram); },
  });
}

bool RtcViewer::open(uint16_t http_port) {
  http_port_ = http_port;
  const HttpAnswer answer = ask_http(http_port, "POST", "/stream/whep", player_->offer());
  if (answer.status != 201 || !player_->accept(answer.body, Steady::now())) return false;
  session_ = answer.header("Location");
  if (!connect()) return false;
  player_->on_time(Steady::now());
  return true;
}

// To the first of the server's candidates of its transport.
bool RtcViewer::connect() {
  for (const rtc::Candidate& candidate : player_->candidates()) {
    if (candidate.transport != options_.transport || !candidate.address) continue;
    server_ = *candidate.address;
    const auto to = net::Address::parse(server_.ip_to_string() + ":" + std::to_string(server_.port()));
    if (!to) return false;
    if (!over_tcp()) {
      socket_ = make_udp_socket(to.value());
    } else if (auto connected = net::connect_tcp(to.value())) {
      socket_ = std::move(connected).value();
    }
    return static_cast<bool>(socket_);
  }
  return false;
}

void RtcViewer::send(std::span<const uint8_t> datagram) {
  if (!socket_ || (options_.lets_out && !options_.lets_out(datagram))) return;
  if (!over_tcp()) {
    (void)!::send(socket_.get(), datagram.data(), datagram.size(), 0);
    return;
  }
  auto length = rtc::tcp_frame_header(datagram.size());
  std::array<iovec, 2> parts = {
      {{length.data(), length.size()}, {const_cast<uint8_t*>(datagram.data()), datagram.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  // Half a frame would garble the rest: so little is sent this way that a full socket means that nobody reads.
  const ssize_t sent = sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(length.size() + datagram.size())) cut_ = true;
}

bool RtcViewer::hang_up() { return ask_http(http_port_, "DELETE", session_).status == 200; }

void RtcViewer::read() {
  if (over_tcp()) return read_stream();
  static thread_local std::array<uint8_t, kWholeBytes> memory;
  const std::span space = std::span(memory).first(options_.watches ? kWholeBytes : kHeadBytes);
  while (true) {
    const Arrival arrival = receive(socket_.get(), space, MSG_TRUNC);
    if (arrival.bytes <= 0) return;
    const auto bytes = static_cast<size_t>(arrival.bytes);
    const std::span<const uint8_t> there = space.first(std::min(bytes, space.size()));
    if (rtc::kind_of(there) != rtc::DatagramKind::kRtp) {
      player_->on_datagram(there, Steady::now());
      continue;
    }
    overflows_ = std::max(overflows_, arrival.overflows);
    take(there, bytes, arrival.segment_bytes == 0 ? bytes : arrival.segment_bytes, arrival.us);
  }
}

void RtcViewer::read_stream() {
  static thread_local std::array<uint8_t, kWholeBytes> memory;
  while (!cut_) {
    const ssize_t got = recv(socket_.get(), memory.data(), memory.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    cut_ = got <= 0;
    frames_.feed(std::span(memory).first(cut_ ? 0 : static_cast<size_t>(got)));
    while (const auto datagram = frames_.next()) {
      if (rtc::kind_of(*datagram) == rtc::DatagramKind::kRtp) {
        take(*datagram, datagram->size(), datagram->size(), realtime_us());
      } else {
        player_->on_datagram(*datagram, Steady::now());
      }
    }
  }
}

// A batch that is there only by its head is counted as if it were of the media alone. Where a browser's feedback has
// the server probe and repeat, other packets lie in it: each is looked at.
void RtcViewer::take(std::span<const uint8_t> there, size_t bytes, size_t segment_bytes, uint64_t arrived_us) {
  if (!options_.watches) return on_media(there, bytes, segment_bytes, arrived_us);
  for (size_t at = 0; at < there.size(); at += segment_bytes) {
    const auto packet = there.subspan(at, std::min(segment_bytes, there.size() - at));
    on_media(packet, packet.size(), packet.size(), arrived_us);
    player_->on_datagram(packet, Steady::now());
  }
}

void RtcViewer::on_media(std::span<const uint8_t> head, size_t bytes, size_t segment_bytes, uint64_t arrived_us) {
  const auto packet = rtc::parse_rtp(head.first(std::min(head.size(), segment_bytes)));
  if (!packet || packet->header.ssrc != player_->media_ssrc()) return;
  const size_t count = (bytes + segment_bytes - 1) / segment_bytes;
  const uint16_t first = packet->header.sequence;
  const uint16_t lost = next_sequence_ ? static_cast<uint16_t>(first - *next_sequence_) : uint16_t{0};
  totals_.lost_packets += lost;
  if (std::exchange(overflows_seen_, overflows_) != overflows_) totals_.unread_packets += lost;
  next_sequence_ = static_cast<uint16_t>(first + count);
  player_->on_counted(static_cast<uint16_t>(first + count - 1));
  totals_.packets += count;
  totals_.bytes += bytes;
  if (packet->header.timestamp != timestamp_) {
    if (captured_us_ != 0) arrival_.add(static_cast<double>(arrived_us_) - static_cast<double>(captured_us_));
    timestamp_ = packet->header.timestamp;
    const auto extensions = rtc::parse_extensions(packet.value(), player_->negotiated().video->extensions);
    const bool says = extensions && extensions->capture_ntp;
    captured_us_ = says ? rtc::realtime_us_of_ntp(*extensions->capture_ntp) : 0;
  }
  arrived_us_ = arrived_us;
}

}  // namespace sdr::bench
