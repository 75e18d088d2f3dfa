// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/clock.h"

// One direction of a bad network: what is pushed in at one time comes out at another, or never. The kernels that tests
// run on have no network emulation, and one of our own is seeded, so that a run can be had again.
//
// A stream behaves as TCP looks to its ends: nothing is lost or reordered, a lost segment holds up all that is behind
// it for a retransmission, which takes twice as long each time it is lost again (RFC 6298, section 5.5). Datagrams are
// lost, doubled and reordered.
//
// Pure: time is passed in. Thread: one. Bounds: `bytes_max` inside; a stream then takes no more (room()), a datagram
// that finds it full is lost.

namespace sdr::faults {

struct LinkProfile {
  Duration delay{0};
  Duration jitter{0};        // on top, evenly from 0 to this
  double loss = 0.0;         // of a piece, 0 to 1
  double duplicates = 0.0;   // of a datagram, 0 to 1
  uint64_t bytes_per_s = 0;  // 0: any number
  Duration retransmission = std::chrono::milliseconds(200);
};

class Link {
 public:
  enum class Kind { stream, datagrams };

  Link(Kind kind, uint64_t seed, size_t bytes_max = 256 * 1024) : kind_(kind), bytes_max_(bytes_max), random_(seed) {}

  /// For what is pushed from now on.
  void set_profile(const LinkProfile& profile) { profile_ = profile; }
  /// Nothing comes out any more, and nobody is told. A stream's ends go on trying; datagrams are lost.
  void cut();
  /// Nothing comes out until release(), and then at once, with what was pushed meanwhile.
  void hold() { held_ = true; }
  /// Ends cut() and hold().
  void release() { held_ = cut_ = false; }

  bool room() const { return bytes_ < bytes_max_; }
  void push(std::string_view bytes, Time now);
  /// What has arrived by now, oldest first.
  std::optional<std::string> pop(Time now);
  /// When the next piece arrives; nothing where none is under way or nothing comes out.
  std::optional<Time> next_time() const;
  size_t bytes() const { return bytes_; }

 private:
  struct Piece {
    Time arrives;
    std::string bytes;
  };

  double chance() { return std::uniform_real_distribution<double>(0.0, 1.0)(random_); }
  Duration travel();
  Time leave(size_t bytes, Time now);
  void insert(Piece piece);

  const Kind kind_;
  const size_t bytes_max_;
  std::mt19937_64 random_;
  LinkProfile profile_;
  bool cut_ = false;
  bool held_ = false;
  Time sender_free_{};  // when the last byte so far has left, at the link's rate
  Time last_arrival_{};
  std::deque<Piece> pieces_;  // by arrival
  size_t bytes_ = 0;
};

}  // namespace sdr::faults
