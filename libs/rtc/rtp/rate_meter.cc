// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rate_meter.h"

#include <algorithm>

namespace sdr::rtc {

void RateMeter::add(size_t bytes, Time now) {
  const int64_t index = index_of(now);
  constexpr auto kCount = static_cast<int64_t>(kBuckets);
  if (!started_) {
    started_ = true;
    first_ = newest_ = index;
  } else if (index > newest_ + kCount) {
    bytes_.fill(0);
    newest_ = index;
  }
  while (newest_ < index) bytes_[static_cast<size_t>(++newest_ % kCount)] = 0;
  bytes_[static_cast<size_t>(newest_ % kCount)] += static_cast<uint32_t>(bytes);
}

double RateMeter::rate_bps(Time now) const { return rate_bps(now, bucket_ * static_cast<int64_t>(kBuckets)); }

double RateMeter::rate_bps(Time now, Duration window) const {
  if (!started_) return 0;
  constexpr auto kCount = static_cast<int64_t>(kBuckets);
  const int64_t current = std::max(index_of(now), newest_);
  const int64_t wanted = std::clamp<int64_t>(window / bucket_, 1, kCount);
  const int64_t first = std::max(current - wanted + 1, first_);
  uint64_t sum = 0;
  for (int64_t index = std::max(first, newest_ - kCount + 1); index <= newest_; ++index)
    sum += bytes_[static_cast<size_t>(index % kCount)];
  // The first bytes alone say little: they count as if over a quarter of the window at least.
  const int64_t buckets = std::max(current - first + 1, wanted / 4);
  const double seconds = static_cast<double>(buckets) * std::chrono::duration<double>(bucket_).count();
  return 8.0 * static_cast<double>(sum) / seconds;
}

}  // namespace sdr::rtc
