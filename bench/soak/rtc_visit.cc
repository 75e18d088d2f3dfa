// SPDX-License-Identifier: Apache-2.0
#include "rtc_visit.h"

namespace sdr::bench {

RtcVisit::RtcVisit(Scene& scene, Figures& figures, const Manners& manners, uint32_t seed)
    : scene_(scene),
      manners_(manners),
      viewer_({.dtls = scene.dtls,
               .sctp = &scene.sctp,
               .seed = seed,
               .transport = manners.transport,
               .watches = manners.watches,
               .lets_out = [this](std::span<const uint8_t> datagram) { return lets_out(datagram); }},
              figures.rtc, figures.arrival) {}

bool RtcVisit::come() {
  if (!viewer_.open(scene_.http_port)) return false;
  scene_.udp = viewer_.server();
  watched_ = viewer_.fd();
  scene_.loop.watch(*watched_, EPOLLIN, [this](uint32_t) {
    viewer_.read();
    if (!viewer_.ended().empty()) unwatch();
  });
  return true;
}

void RtcVisit::on_time(Time now) {
  if (viewer_.next_time() <= now) viewer_.on_time(now);
}

void RtcVisit::leave() {
  if (manners_.farewell == Farewell::whep) hung_up_ = viewer_.hang_up();
  if (manners_.farewell == Farewell::dtls && viewer_.ended().empty()) {
    viewer_.close();
    closed_ = true;
  }
}

std::string RtcVisit::wrong() const {
  if (manners_.reaches != Reaches::pictures || closed_) return "";
  return hung_up_ ? viewer_.ended() : "a session that is there could not be ended";
}

bool RtcVisit::lets_out(std::span<const uint8_t> datagram) {
  const bool is_dtls = rtc::kind_of(datagram) == rtc::DatagramKind::kDtls;
  switch (manners_.reaches) {
    case Reaches::nothing:
      return false;
    case Reaches::stun:
      return !is_dtls;
    case Reaches::hello:
      return !is_dtls || hellos_++ == 0;
    case Reaches::pictures:
      return true;
  }
  return true;
}

void RtcVisit::unwatch() {
  if (watched_) scene_.loop.unwatch(*watched_);
  watched_.reset();
}

}  // namespace sdr::bench
