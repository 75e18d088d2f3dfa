// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/pacer.h"

#include <algorithm>

namespace sdr::rtc {
namespace {

constexpr double kFaster = 2.5, kThinFaster = 1.15;  // than the link
constexpr size_t kBurst = 24 * 1200, kThinBurst = 6 * 1200;
constexpr Duration kBurstLength = std::chrono::milliseconds(4);
constexpr Duration kThinDelay = std::chrono::milliseconds(250);

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Pacer::on_queue(size_t queued_bytes, double estimate_bps, bool thin) {
  const double queued_bits = 8.0 * static_cast<double>(queued_bytes);
  rate_bps_ = std::max(
      {(thin ? kThinFaster : kFaster) * estimate_bps, queued_bits / seconds(thin ? kThinDelay : frame_interval_), 1e5});
  burst_ = std::max(thin ? kThinBurst : kBurst, static_cast<size_t>(rate_bps_ / 8 * seconds(kBurstLength)));
}

void Pacer::on_sent(size_t bytes, Time now) {
  const std::chrono::duration<double> length(8.0 * static_cast<double>(bytes) / rate_bps_);
  next_ = std::max(next_, now) + std::chrono::duration_cast<Duration>(length);
}

}  // namespace sdr::rtc
