// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "net/socket.h"

// One UDP socket for all peers: datagrams come in batches, each with the address that it was sent to, so that the
// answer leaves from there even where the socket is bound to every interface. Sending in batches is UdpSender's.
//
// Thread: one at a time. Owns the socket and 128 KB for what was read, made once. Bounds: 32 datagrams per call of at
// most 2 KB; a longer one is dropped and counted. Errors of a single peer's path (ICMP) are passed over.

namespace sdr::net {

struct UdpDatagram {
  std::span<const uint8_t> bytes;  ///< valid until the next receive()
  Address from;
  Address
      to;  ///< our address that it came to, with the socket's port; of an unknown family where the kernel did not say
};

class UdpSocket {
 public:
  struct Options {
    int receive_buffer_bytes = 2 << 20;  ///< asked for; the kernel caps it at net.core.rmem_max
    int send_buffer_bytes = 4 << 20;     ///< asked for; capped at net.core.wmem_max
    bool reuse_port = false;             ///< several sockets on one port, for several threads
  };
  static constexpr size_t kBatch = 32;
  static constexpr size_t kDatagramMax = 2048;

  /// Non-blocking, close-on-exec; an IPv6 wildcard takes IPv4 as well. Errors: EADDRINUSE and the like.
  static Result<UdpSocket> bind(const Address& address, const Options& options);
  static Result<UdpSocket> bind(const Address& address) { return bind(address, Options()); }
  UdpSocket(UdpSocket&&) noexcept;
  UdpSocket& operator=(UdpSocket&&) noexcept;
  ~UdpSocket();

  /// What is waiting, kBatch at most; empty when nothing is. Allocates nothing.
  std::span<const UdpDatagram> receive();

  int fd() const { return fd_.get(); }
  const Address& address() const { return address_; }
  uint64_t datagrams_too_long() const { return too_long_; }

 private:
  struct Buffers;

  UdpSocket(FileDescriptor fd, const Address& address);

  FileDescriptor fd_;
  Address address_;
  std::unique_ptr<Buffers> buffers_;
  uint64_t too_long_ = 0;
};

}  // namespace sdr::net
