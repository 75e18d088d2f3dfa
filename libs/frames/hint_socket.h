// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"

// A wake-up for readers that live in an event loop and cannot sleep on a futex: after each commit the writer sends the
// ring's sequence number, 8 bytes little-endian, to a Unix datagram address (`SDR_SHM_HINT`) and never blocks on it. A
// hint may be lost, come twice or late; it only says "look now", and who misses it looks at the next poll.
//
// An address is a path, or '@name' for Linux's abstract namespace, which leaves no file behind.
// Thread: one at a time each.

namespace sdr::frames {

/// The writer's end.
class HintSender {
 public:
  /// Error: kBadPath for an address that is too long. Whether somebody listens does not matter.
  static Result<HintSender> open(const std::string& address);

  /// False where nobody took it: no listener, or its queue is full.
  bool send(uint64_t sequence_number);

 private:
  FileDescriptor fd_;
  sockaddr_un address_{};
  socklen_t address_bytes_ = 0;
};

/// The reader's end: a descriptor to wait for in epoll.
class HintReceiver {
 public:
  /// Binds the address; a socket file that a dead process left there is replaced.
  static Result<HintReceiver> open(const std::string& address);
  ~HintReceiver();
  HintReceiver(HintReceiver&&) noexcept = default;
  HintReceiver& operator=(HintReceiver&&) noexcept = default;

  /// Readable when a hint waits.
  int fd() const { return fd_.get(); }

  /// Takes all hints that wait, at most 1024; the last one's number. Datagrams of another length are ignored.
  std::optional<uint64_t> drain();

 private:
  HintReceiver() = default;

  FileDescriptor fd_;
  std::string path_;  // empty for abstract addresses
};

}  // namespace sdr::frames
