// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "rtc/rtp/transport_feedback.h"

// Says from how the delay of packets changes whether a queue is growing on the way: the arrival-time filter and the
// over-use detector of draft-ietf-rmcat-gcc-02 sections 5.2 to 5.4, with a least-squares line over the newest groups
// instead of the Kalman filter, as browsers have it. Packets sent within 5 ms count as one group: a frame.
//
// Thread: one. Nothing allocates.

namespace sdr::rtc {

enum class DelaySignal : uint8_t { kNormal, kOveruse, kUnderuse };

class DelayDetector {
 public:
  /// Packets in the order in which they were sent, as feedback reports them.
  void on_packet(Time sent, ArrivalTime arrival);
  DelaySignal signal() const { return signal_; }

 private:
  struct Group {
    Time first_sent, last_sent;  ///< the first of the newest frame, and the last of all
    ArrivalTime first_arrival{0}, last_arrival{0};
  };
  struct Point {
    double arrival_ms = 0, delay_ms = 0;
  };

  static constexpr size_t kPoints = 20;

  bool was_held_back(Time sent, ArrivalTime arrival) const;
  void on_group(const Group& group);
  double slope() const;
  void detect(double trend, double send_delta_ms, ArrivalTime now);
  void adapt_threshold(double trend, ArrivalTime now);

  std::optional<Group> current_, previous_;
  std::array<Point, kPoints> points_{};
  size_t groups_ = 0;
  double sum_ms_ = 0, smoothed_ms_ = 0;  ///< of the delay's changes
  ArrivalTime first_arrival_{0};

  double threshold_ = 12.5, previous_trend_ = 0;
  double over_ms_ = 0;  ///< how long the trend has been above the threshold
  size_t over_count_ = 0;
  std::optional<ArrivalTime> adapted_;
  DelaySignal signal_ = DelaySignal::kNormal;
};

}  // namespace sdr::rtc
