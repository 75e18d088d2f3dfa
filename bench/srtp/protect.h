// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rtc/srtp/keys.h"

namespace sdr::bench {

/// Nanoseconds of processor per packet of 1200 bytes, a frame's packets for each of `peers` in turn, so that their keys
/// come from memory as they do where a frame goes to many. All contenders take turns in one run.
struct ProtectFigures {
  double ours_ns = 0, bare_ns = 0, libsrtp_ns = 0;  // 0: not measured
};
ProtectFigures measure_protect(rtc::SrtpProfile profile, size_t peers, int rounds);

}  // namespace sdr::bench
