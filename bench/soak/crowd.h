// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "visit.h"

namespace sdr::bench {

struct Tally {
  uint64_t came = 0;
  uint64_t refused = 0;  ///< the server would not have it
  uint64_t failed = 0;   ///< saw no picture in time, or the server ended it
  uint64_t brief = 0;    ///< left before the first picture, and before it was late
  uint64_t excused = 0;  ///< refused or failed, and the machine had stood still meanwhile
};

/// So many places, each of which somebody takes, leaves after a while, and somebody else takes. Who it is and how long
/// each stays is random, from a seed of the place's own: places do the same whatever happens at others.
class Crowd {
 public:
  Crowd(Scene& scene, size_t places, uint64_t seed);

  /// Lets those who are due come and go, and time pass for the others.
  void go_on(Time now);
  void all_leave();

  /// By all_kinds().
  const std::vector<Tally>& tallies() const { return tallies_; }
  Tally total() const;
  size_t here() const;
  /// What went wrong first, at most kComplaintsMax.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  static constexpr size_t kComplaintsMax = 10;

  struct Place {
    explicit Place(uint64_t seed) : random(seed) {}
    std::mt19937_64 random;
    std::unique_ptr<Visit> visit;  // null: empty
    size_t kind = 0;
    Time came{}, until{};  // it changes hands
    uint64_t pauses = 0;   // before it came
  };

  void come(Place& place, Time now);
  void leave(Place& place, Time now);
  void look_after(Place& place, Time now);
  void blame(uint64_t Tally::*count, const Place& place, const std::string& what);

  Scene& scene_;
  std::vector<Place> places_;
  std::vector<Tally> tallies_;
  std::vector<std::string> complaints_;
};

}  // namespace sdr::bench
