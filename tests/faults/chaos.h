// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "tests/faults/fault.h"

// An operator who changes his mind behind a network of changing quality, while one thing after the other breaks and is
// mended: rows of the table of faults, seeded, for as long as one likes. The witness's audit says what became of it.

namespace sdr::faults {

class Chaos {
 public:
  Chaos(Stand& stand, uint64_t seed) : stand_(stand), random_(seed) {}

  /// One fault, from whatever state the last one left. Throws where the stand does not come back.
  void step();
  uint64_t faults() const { return faults_; }

 private:
  template <typename T>
  T pick(std::initializer_list<T> of) {
    return *(of.begin() + static_cast<ptrdiff_t>(random_() % of.size()));
  }
  Duration between(Duration least, Duration most) {
    return least + Duration(static_cast<int64_t>(random_() % static_cast<uint64_t>((most - least).count())));
  }
  void change_network();
  void change_stick();
  void work();
  const Fault& pick_fault();

  Stand& stand_;
  std::mt19937_64 random_;
  uint64_t faults_ = 0;
};

}  // namespace sdr::faults
