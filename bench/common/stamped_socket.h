// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace sdr::bench {

/// The kernel says when what is read arrived (SO_TIMESTAMPNS), so that how soon this process gets to read it does not
/// count against the server.
void stamp_arrivals(int fd);

struct Arrival {
  ssize_t bytes = 0;         ///< as recvmsg() gives it
  uint64_t us = 0;           ///< since 1970; of reading where the kernel does not say it
  size_t segment_bytes = 0;  ///< 0: not a batch of segments (UDP_GRO)
  uint32_t overflows = 0;    ///< of the socket so far, where it tells (SO_RXQ_OVFL)
};
Arrival receive(int fd, std::span<uint8_t> memory, int flags);

}  // namespace sdr::bench
