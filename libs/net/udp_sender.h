// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "net/socket.h"

// Sends to many peers with few calls of the kernel: a peer's packets of one frame are one message that the kernel, or
// the network card, splits (UDP_SEGMENT), and the messages of many peers are one call (sendmmsg). Whoever encrypts
// writes straight into the memory that is sent from. Where the kernel or the device cannot split, packets go one by
// one; that is found out once and counted.
//
// Thread: one at a time. Owns its memory, made once; queueing and flushing allocate nothing. Bounds: `capacity_bytes`
// and `capacity_sends` are queued at most, then there is no room until a flush. A socket that takes no more leaves the
// rest queued; a message that its path refuses is dropped and counted: to UDP both are loss, and only the first is
// worth waiting for.

namespace sdr::net {

class UdpSender {
 public:
  struct Options {
    size_t capacity_bytes = 1 << 20;
    size_t capacity_sends = 256;
    bool segments = true;  ///< false: as if the kernel could not
  };
  struct Counters {
    uint64_t datagrams = 0;    ///< as the peers see them
    uint64_t calls = 0;        ///< of sendmmsg
    uint64_t refused = 0;      ///< sends that were dropped because their path refused them
    uint64_t blocked = 0;      ///< flushes that the socket did not take whole
    uint64_t unsegmented = 0;  ///< sends that had to go packet by packet, though they were asked for as one
  };

  /// `fd` is a UDP socket that outlives this.
  UdpSender(int fd, const Options& options);
  explicit UdpSender(int fd) : UdpSender(fd, Options()) {}
  ~UdpSender();

  /// Room for `bytes` that the next `pushes` will send some of, each from where the last one ended; empty where there
  /// is none before a flush.
  std::span<uint8_t> room(size_t bytes, size_t pushes = 1);
  /// Queues the first `bytes` of the room, as datagrams of `segment_bytes` (the last may be shorter), to one address.
  /// `from` is our address that they leave from, and may be of no family: the kernel then chooses.
  void push(size_t bytes, size_t segment_bytes, const Address& to, const Address& from = Address());

  /// Sends what is queued. True when all of it has left or was dropped; else wait until the socket is writable.
  bool flush();

  bool empty() const { return next_ == sends_.size(); }
  bool segments() const { return segments_; }
  const Counters& counters() const { return counters_; }

 private:
  struct Send {
    Address to, from;
    size_t offset = 0, bytes = 0, segment_bytes = 0;
    bool whole = true;  // may still be handed over unsplit
  };
  struct Messages;

  size_t fill();
  size_t piece_of(const Send& send) const;
  void advance(size_t messages);
  void refuse(int error);

  const int fd_;
  bool segments_;
  std::vector<uint8_t> bytes_;
  std::vector<Send> sends_;
  size_t used_ = 0;  // of bytes_
  size_t next_ = 0;  // of sends_, the first that has something left
  const size_t capacity_sends_;
  std::unique_ptr<Messages> messages_;
  Counters counters_;
};

}  // namespace sdr::net
