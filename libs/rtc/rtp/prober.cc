// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/prober.h"

#include <algorithm>

namespace sdr::rtc {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds(16);
constexpr Duration kLength = std::chrono::milliseconds(25);
constexpr size_t kFewestBytes = 10'000;
constexpr double kAboveWanted = 1.25, kMostAboveEstimate = 2.0;
constexpr size_t kFewestArrived = 5;
constexpr double kShareThatMustArrive = 0.6;
constexpr double kSuccess = 0.9;          // of the rate at which the series was sent
constexpr double kBehindTheLimit = 0.95;  // a series that arrived more slowly has shown the link's own rate

double seconds(auto duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Prober::update(double wanted_bps, double estimate_bps, bool calm, Time now) {
  if (wanted_bps <= estimate_bps) {
    not_before_ = std::max(not_before_, now + kShortestWait);
    return;
  }
  if (!calm) not_before_ = std::max(not_before_, now + kShortestWait);
  if (sending_ || waiting_ || now < not_before_) return;
  rate_bps_ = std::min(kAboveWanted * wanted_bps, kMostAboveEstimate * estimate_bps);
  number_ = number_ == 255 ? uint8_t{1} : static_cast<uint8_t>(number_ + 1);
  sending_ = waiting_ = true;
  next_send_ = now;
  to_send_bytes_ = std::max(kFewestBytes, static_cast<size_t>(rate_bps_ / 8 * seconds(kLength)));
  count_ = bytes_ = sent_count_ = 0;
}

std::optional<uint8_t> Prober::active(Time now) const {
  if (!sending_ || now < next_send_) return std::nullopt;
  return number_;
}

void Prober::on_sent(size_t bytes, Time now) {
  ++sent_count_;
  to_send_bytes_ -= std::min(to_send_bytes_, bytes);
  next_send_ =
      std::max(next_send_, now - std::chrono::milliseconds(2)) +
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(8.0 * static_cast<double>(bytes) / rate_bps_));
  sent_until_ = now;
  if (to_send_bytes_ == 0) sending_ = false;
}

void Prober::on_arrived(const SentPacket& packet, ArrivalTime arrival) {
  if (!waiting_ || packet.probe != number_) return;
  if (count_++ == 0) {
    first_sent_ = last_sent_ = packet.sent;
    first_arrival_ = last_arrival_ = arrival;
    bytes_ = first_bytes_ = last_bytes_ = packet.bytes;
    return;
  }
  bytes_ += packet.bytes;
  if (arrival < first_arrival_) first_arrival_ = arrival, first_bytes_ = packet.bytes;
  if (arrival >= last_arrival_) last_arrival_ = arrival;
  if (packet.sent >= last_sent_) last_sent_ = packet.sent, last_bytes_ = packet.bytes;
}

std::optional<double> Prober::result(Duration round_trip, Time now) {
  if (!waiting_ || sending_) return std::nullopt;
  const bool all_in = count_ >= sent_count_;
  if (!all_in && now - sent_until_ < 2 * round_trip + std::chrono::milliseconds(300)) return std::nullopt;
  waiting_ = false;
  backoff_ = std::min(backoff_ * 2, kLongestWait);
  not_before_ = now + backoff_;
  const bool enough = count_ >= kFewestArrived &&
                      static_cast<double>(count_) >= kShareThatMustArrive * static_cast<double>(sent_count_);
  if (!enough || last_arrival_ <= first_arrival_ || last_sent_ <= first_sent_) return std::nullopt;
  // The first packet's bytes arrived before the interval, the last one's left after it.
  const double arrived = 8.0 * static_cast<double>(bytes_ - first_bytes_) / seconds(last_arrival_ - first_arrival_);
  const double sent = 8.0 * static_cast<double>(bytes_ - last_bytes_) / seconds(last_sent_ - first_sent_);
  if (arrived > 2 * sent) return std::nullopt;  // held back on the way and let go at once: says nothing
  const double found = std::min(arrived, sent);
  if (found < kSuccess * sent) return kBehindTheLimit * found;
  backoff_ = kShortestWait;
  not_before_ = now;
  return found;
}

}  // namespace sdr::rtc
