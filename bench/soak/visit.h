// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "bench/common/rtc_viewer.h"
#include "bench/common/ws_viewer.h"
#include "pauses.h"

// Those who come to the server: what each kind does there, and how it leaves.

namespace sdr::bench {

/// What a group of visitors saw.
struct Figures {
  RtcTotals rtc;
  Times arrival;
  WsFigures ws;
};

/// What all visitors share. Thread: the loop's.
struct Scene {
  EventLoop loop;
  uint16_t http_port = 0;
  rtc::Address udp;  ///< the server's; known once a viewer has been there
  std::shared_ptr<const rtc::DtlsContext> dtls = rtc::DtlsContext::create().value();
  rtc::SctpStack sctp{std::chrono::steady_clock::now()};
  Figures passing, staying;
  const Pauses pauses;
  std::vector<uint8_t> buffer = std::vector<uint8_t>(256 * 1024);
};

class Visit {
 public:
  virtual ~Visit() = default;
  /// False where the server refuses.
  virtual bool come() = 0;
  virtual void on_time(Time) {}
  /// In its own manner, which may be none.
  virtual void leave() {}
  virtual bool sees() const { return false; }
  /// What the server did that it should not have; empty while it behaves.
  virtual std::string wrong() const { return ""; }
};

struct Kind {
  const char* name;
  unsigned weight;  ///< how often it comes, beside the others
  bool watches;     ///< it is to see pictures, soon and until it leaves
  std::unique_ptr<Visit> (*make)(Scene& scene, Figures& figures, uint32_t seed);
};

std::span<const Kind> all_kinds();
/// Viewers as they should be, for those who stay: a session that is ended by WHEP, and a WebSocket.
const Kind& rtc_viewer_kind();
const Kind& ws_viewer_kind();

}  // namespace sdr::bench
