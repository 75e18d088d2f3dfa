// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "visit.h"

namespace sdr::bench {

/// How far a session gets before its viewer stops speaking, and how one that got there ends.
enum class Reaches { nothing, stun, hello, pictures };
enum class Farewell { none, whep, dtls };

struct Manners {
  Reaches reaches = Reaches::pictures;
  Farewell farewell = Farewell::none;
  rtc::Transport transport = rtc::Transport::kUdp;
  bool watches = false;
};

/// A viewer over WebRTC, or somebody who begins as one.
class RtcVisit final : public Visit {
 public:
  RtcVisit(Scene& scene, Figures& figures, const Manners& manners, uint32_t seed);
  ~RtcVisit() override { unwatch(); }

  bool come() override;
  void on_time(Time now) override;
  void leave() override;
  bool sees() const override { return viewer_.sees(); }
  std::string wrong() const override;

 private:
  bool lets_out(std::span<const uint8_t> datagram);
  void unwatch();

  Scene& scene_;
  const Manners manners_;
  RtcViewer viewer_;
  std::optional<int> watched_;
  int hellos_ = 0;
  bool hung_up_ = true, closed_ = false;
};

}  // namespace sdr::bench
