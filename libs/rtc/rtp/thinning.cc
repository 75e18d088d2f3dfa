// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/thinning.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kTooMuch = 0.97, kFarTooMuch = 0.7;  // estimate by rate
constexpr double kEnough = 1.1;
constexpr auto kTooMuchFor = milliseconds(500);
constexpr auto kEarlyFailure = seconds(6);
constexpr auto kLongestPatience = seconds(24);
constexpr double kBudget = 0.85;  // of the estimate, so that queues drain
constexpr double kBucketSeconds = 0.5;
constexpr auto kBetweenKeyframes = milliseconds(500);
constexpr auto kLongestStill = milliseconds(1000);
constexpr double kBeyondKeyframe = 1.25;  // budget for some moving pictures, too, before one is asked for

}  // namespace

void Thinning::set_layers(size_t count) {
  SDR_ASSERT(count >= 1 && count <= kMaxLayers, "one or two layers");
  count_ = count;
  current_ = wanted_ = 0;
  thinning_ = too_much_ = enough_ = false;
  waiting_ = true;
}

void Thinning::change_layers(size_t count) {
  SDR_ASSERT(count > current_ && count <= kMaxLayers, "the layer it is at stays");
  count_ = count;
  wanted_ = std::min(wanted_, count - 1);
}

void Thinning::update(double estimate_bps, std::span<const Layer> layers, Time now) {
  SDR_ASSERT_OP(layers.size(), ==, count_);
  refill(now);
  budget_bps_ = kBudget * estimate_bps;
  keyframe_bytes_ = layers[current_].keyframe_bytes;
  consider_down(estimate_bps, layers, now);
  consider_up(estimate_bps, layers, now);
}

void Thinning::consider_down(double estimate_bps, std::span<const Layer> layers, Time now) {
  const double rate_bps = layers[wanted_].rate_bps;
  const bool is_lowest = wanted_ + 1 == count_;
  if ((is_lowest && thinning_) || estimate_bps >= kTooMuch * rate_bps) {
    too_much_ = false;
    return;
  }
  if (!too_much_) {
    too_much_ = true;
    too_much_since_ = now;
  }
  if (now - too_much_since_ >= kTooMuchFor || estimate_bps < kFarTooMuch * rate_bps) step_down(now);
}

void Thinning::step_down(Time now) {
  if (now - went_up_ < kEarlyFailure) patience_ = std::min<Duration>(2 * patience_, kLongestPatience);
  too_much_ = enough_ = false;
  bucket_bytes_ = 0;
  const bool is_lowest = wanted_ + 1 == count_;
  if (!is_lowest) ++wanted_;
  // Also what is left of the better layer, until a keyframe of the other comes; not where only a rise is called off.
  thinning_ = is_lowest || wanted_ > current_;
}

void Thinning::consider_up(double estimate_bps, std::span<const Layer> layers, Time now) {
  const bool can_end_thinning = thinning_ && wanted_ == current_;
  const bool can_rise = !thinning_ && wanted_ == current_ && current_ > 0;
  wanted_bps_ =
      can_end_thinning ? kEnough * layers[current_].rate_bps : (can_rise ? kEnough * layers[current_ - 1].rate_bps : 0);
  if (wanted_bps_ <= 0 || estimate_bps < wanted_bps_) {
    enough_ = false;
    if (wanted_bps_ <= 0 && now - went_up_ > 2 * kEarlyFailure) patience_ = kShortestPatience;
    return;
  }
  if (!enough_) {
    enough_ = true;
    enough_since_ = now;
  }
  if (now - enough_since_ >= patience_) step_up(now);
}

void Thinning::step_up(Time now) {
  enough_ = too_much_ = false;
  went_up_ = now;
  if (thinning_) {
    thinning_ = false;
  } else {
    --wanted_;
  }
}

void Thinning::refill(Time now) {
  const double elapsed = std::clamp(std::chrono::duration<double>(now - refilled_).count(), 0.0, 1.0);
  refilled_ = now;
  const double most =
      std::max(budget_bps_ / 8 * kBucketSeconds, kBeyondKeyframe * static_cast<double>(keyframe_bytes_));
  bucket_bytes_ = std::min(most, bucket_bytes_ + budget_bps_ / 8 * elapsed);
}

bool Thinning::admit(size_t layer, bool keyframe, size_t bytes, Time now) {
  refill(now);
  if (layer != current_) {
    if (layer != wanted_ || !keyframe) return false;
    current_ = layer;
    thinning_ = false;
  } else if (waiting_ || thinning_) {
    const bool may_stay_still = thinning_ && now - last_frame_ < kLongestStill;
    const bool has_budget =
        keyframe ? bucket_bytes_ >= static_cast<double>(bytes) || !may_stay_still : bucket_bytes_ > 0;
    if ((waiting_ && !keyframe) || (thinning_ && !has_budget)) {
      waiting_ = true;
      return false;
    }
  }
  joined(layer, bytes, now);
  if (keyframe) last_keyframe_ = now;
  return true;
}

void Thinning::joined(size_t layer, size_t bytes, Time now) {
  current_ = layer;
  waiting_ = false;
  last_frame_ = now;
  bucket_bytes_ -= static_cast<double>(bytes);
}

std::optional<size_t> Thinning::needs_keyframe(Time now) const {
  if (wanted_ != current_) return wanted_;
  if (!waiting_) return std::nullopt;
  if (!thinning_) return current_;
  const double elapsed = std::clamp(std::chrono::duration<double>(now - refilled_).count(), 0.0, 1.0);
  const double bucket = bucket_bytes_ + budget_bps_ / 8 * elapsed;
  const bool has_budget = bucket >= kBeyondKeyframe * static_cast<double>(keyframe_bytes_);
  const bool is_due = has_budget && now - last_keyframe_ >= kBetweenKeyframes;
  return is_due || now - last_frame_ >= kLongestStill ? std::optional(current_) : std::nullopt;
}

}  // namespace sdr::rtc
