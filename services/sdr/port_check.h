// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/result.h"

// Whether a TCP port can be had before anything is started, and who holds it where not. Thread: any; looks at the
// kernel's tables at the time of the call: one that was only looked at may still be taken a moment later.

namespace sdr::command {

/// An address as "127.0.0.1:8080" that can be listened on. Errors: EADDRINUSE and the like.
Status check_port_free(std::string_view address);

/// Whether a frame ring has a writer: its lock is held.
bool is_ring_held(const std::filesystem::path& ring);

/// "python3 (process 4711)", as far as this user may know it; empty where it cannot be found.
std::string port_holder(uint16_t port, const std::filesystem::path& proc = "/proc");

/// A port of loopback that the system gives to nobody else while it is held. A program that asks for it by its number,
/// as servers do with SO_REUSEADDR, still gets it: the socket that holds it does not listen.
struct ClaimedPort {
  uint16_t number = 0;
  FileDescriptor hold;
};

/// One that the system picks. Errors: the kernel's.
Result<ClaimedPort> pick_port();

/// The wanted port of loopback; with 0, or where it is taken and `may_move`, another one.
Result<ClaimedPort> claim_port(uint16_t wanted, bool may_move);

}  // namespace sdr::command
