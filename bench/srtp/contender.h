// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <span>
#include <string>

#include "rtc/srtp/keys.h"

// What protects packets here: ours, libsrtp2, and the bare calls below both.

namespace sdr::bench {

/// Protects packets for one peer. The packet's sequence number is in its header, growing.
class Contender {
 public:
  virtual ~Contender() = default;
  /// Bytes written to `out`; 0 is a failure.
  virtual size_t protect(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint8_t* out) = 0;
};

std::unique_ptr<Contender> make_ours(rtc::SrtpProfile profile);
/// The same encryption and authentication of the same bytes, and nothing else: no keys derived, no form checked, no
/// index.
std::unique_ptr<Contender> make_bare_evp(rtc::SrtpProfile profile);
/// Null where it is not built in.
std::unique_ptr<Contender> make_libsrtp(rtc::SrtpProfile profile);

/// Seconds of processor that this thread has used: what others do on the machine disturbs this least.
inline double thread_cpu_s() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

struct FrameShape {
  static constexpr size_t kPackets = 14, kHeaderBytes = 28, kPayloadBytes = 1156;  // 1200 with GCM's tag
};

}  // namespace sdr::bench
