// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sdr::bench {

struct RawRound {
  double p50_ms = 0, p95_ms = 0, p99_ms = 0;  // from the start of a round to each socket having its frame
  double round_p50_ms = 0;                    // a whole round
};

/// The limit to compare with: a bare loop of send() over as many sockets, same bytes, same rate, same readers.
RawRound measure_raw_round(size_t sockets, size_t message_bytes, double fps, int seconds, int sender_core);

}  // namespace sdr::bench
