// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/link.h"

#include <algorithm>

namespace sdr::faults {
namespace {

constexpr int kLossesMax = 8;  // of one piece in a row: a link that loses everything is cut(), not this

Duration times(Duration duration, double factor) {
  return Duration(static_cast<int64_t>(static_cast<double>(duration.count()) * factor));
}

}  // namespace

void Link::cut() {
  cut_ = true;
  if (kind_ == Kind::stream) return;
  pieces_.clear();
  bytes_ = 0;
}

Duration Link::travel() {
  Duration time = profile_.delay + times(profile_.jitter, chance());
  if (kind_ == Kind::datagrams) return time;
  Duration again = profile_.retransmission;
  for (int i = 0; i < kLossesMax && chance() < profile_.loss; ++i, again *= 2) time += again;
  return time;
}

Time Link::leave(size_t bytes, Time now) {
  sender_free_ = std::max(sender_free_, now);
  if (profile_.bytes_per_s != 0) {
    sender_free_ +=
        times(std::chrono::seconds(1), static_cast<double>(bytes) / static_cast<double>(profile_.bytes_per_s));
  }
  return sender_free_;
}

void Link::push(std::string_view bytes, Time now) {
  if (kind_ == Kind::stream) {
    last_arrival_ = std::max(last_arrival_, leave(bytes.size(), now) + travel());
    return insert({last_arrival_, std::string(bytes)});
  }
  const Time left = leave(bytes.size(), now);
  if (cut_ || !room() || chance() < profile_.loss) return;
  insert({left + travel(), std::string(bytes)});
  if (chance() < profile_.duplicates) insert({left + travel(), std::string(bytes)});
}

void Link::insert(Piece piece) {
  bytes_ += piece.bytes.size();
  const auto later = [](Time arrives, const Piece& other) { return arrives < other.arrives; };
  pieces_.insert(std::upper_bound(pieces_.begin(), pieces_.end(), piece.arrives, later), std::move(piece));
}

std::optional<std::string> Link::pop(Time now) {
  const auto next = next_time();
  if (!next || *next > now) return std::nullopt;
  std::string bytes = std::move(pieces_.front().bytes);
  pieces_.pop_front();
  bytes_ -= bytes.size();
  return bytes;
}

std::optional<Time> Link::next_time() const {
  if (pieces_.empty() || held_ || cut_) return std::nullopt;
  return pieces_.front().arrives;
}

}  // namespace sdr::faults
