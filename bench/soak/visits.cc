// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <random>

#include "net/socket.h"
#include "rtc_visit.h"

namespace sdr::bench {
namespace {

class WsVisit final : public Visit {
 public:
  WsVisit(Scene& scene, Figures& figures, bool reads) : scene_(scene), reads_(reads), viewer_(figures.ws) {}
  ~WsVisit() override { unwatch(); }

  bool come() override {
    if (!viewer_.open(scene_.http_port)) return false;
    if (!reads_) return true;
    watched_ = viewer_.fd();
    scene_.loop.watch(*watched_, EPOLLIN, [this](uint32_t) {
      viewer_.read(scene_.buffer);
      if (viewer_.closed()) unwatch();
    });
    return true;
  }
  bool sees() const override { return viewer_.frames() > 0; }
  std::string wrong() const override { return viewer_.closed() ? "the connection was closed" : ""; }

 private:
  void unwatch() {
    if (watched_) scene_.loop.unwatch(*watched_);
    watched_.reset();
  }

  Scene& scene_;
  const bool reads_;
  WsViewer viewer_;
  std::optional<int> watched_;
};

/// Datagrams of no session's, some of them such that a parser gets well into them.
class GarbageVisit final : public Visit {
 public:
  GarbageVisit(Scene& scene, uint32_t seed)
      : server_(scene.udp), random_(seed), socket_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}

  bool come() override {
    const auto to = net::Address::parse(server_.ip_to_string() + ":" + std::to_string(server_.port()));
    return to.ok() && connect(socket_.get(), to.value().data(), to.value().size()) == 0;
  }
  void on_time(Time) override {
    for (int i = 0; i < 4; ++i) throw_one();
  }

 private:
  void throw_one() {
    constexpr std::array<uint8_t, 5> kFirst = {0, 1, 22, 0x80, 0xFF};  // STUN, DTLS, RTP, nothing
    constexpr std::array<uint8_t, 4> kCookie = {0x21, 0x12, 0xA4, 0x42};
    std::array<uint8_t, 1400> bytes;
    const size_t size = 20 + random_() % (bytes.size() - 20) / 4 * 4;
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(random_());
    bytes[0] = kFirst[random_() % kFirst.size()];
    if (bytes[0] == 0) {
      bytes[1] = 1;  // a binding request, its length right
      bytes[2] = static_cast<uint8_t>((size - 20) >> 8);
      bytes[3] = static_cast<uint8_t>(size - 20);
      std::copy(kCookie.begin(), kCookie.end(), &bytes[4]);
    }
    (void)!send(socket_.get(), bytes.data(), size, 0);
  }

  const rtc::Address server_;
  std::minstd_rand random_;
  FileDescriptor socket_;
};

template <Reaches reaches, Farewell farewell, rtc::Transport transport = rtc::Transport::kUdp, bool watches = false>
std::unique_ptr<Visit> make_rtc(Scene& scene, Figures& figures, uint32_t seed) {
  return std::make_unique<RtcVisit>(scene, figures, Manners{reaches, farewell, transport, watches}, seed);
}

template <bool reads>
std::unique_ptr<Visit> make_ws(Scene& scene, Figures& figures, uint32_t) {
  return std::make_unique<WsVisit>(scene, figures, reads);
}

std::unique_ptr<Visit> make_garbage(Scene& scene, Figures&, uint32_t seed) {
  return std::make_unique<GarbageVisit>(scene, seed);
}

constexpr auto kTcp = rtc::Transport::kTcp, kUdp = rtc::Transport::kUdp;

constexpr Kind kKinds[] = {
    {"WebRTC, ended by WHEP", 16, true, make_rtc<Reaches::pictures, Farewell::whep>},
    {"WebRTC, ended by DTLS", 16, true, make_rtc<Reaches::pictures, Farewell::dtls>},
    {"WebRTC, vanishes", 6, true, make_rtc<Reaches::pictures, Farewell::none>},
    {"WebRTC, all that a browser does", 6, true, make_rtc<Reaches::pictures, Farewell::dtls, kUdp, true>},
    {"WebRTC over TCP, ended by WHEP", 4, true, make_rtc<Reaches::pictures, Farewell::whep, kTcp>},
    {"WebRTC over TCP, vanishes", 4, true, make_rtc<Reaches::pictures, Farewell::none, kTcp>},
    {"an offer, no STUN", 5, false, make_rtc<Reaches::nothing, Farewell::none>},
    {"STUN, no DTLS", 5, false, make_rtc<Reaches::stun, Farewell::none>},
    {"half a handshake", 5, false, make_rtc<Reaches::hello, Farewell::none>},
    {"half a handshake over TCP", 2, false, make_rtc<Reaches::hello, Farewell::none, kTcp>},
    {"WebSocket", 22, true, make_ws<true>},
    {"WebSocket, reads nothing", 5, false, make_ws<false>},
    {"garbage on the UDP port", 4, false, make_garbage},
};

}  // namespace

std::span<const Kind> all_kinds() { return kKinds; }
const Kind& rtc_viewer_kind() { return kKinds[0]; }
const Kind& ws_viewer_kind() { return kKinds[10]; }

}  // namespace sdr::bench
