// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/result.h"

// Addresses and TCP sockets, as thin as the kernel's own, with errors made plain.
//
// Thread: any, values. Names are not resolved: a service binds to an address, and looking one up would block its loop.

namespace sdr::net {

/// An IPv4 or IPv6 address with a port.
class Address {
 public:
  Address() = default;
  /// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (taken as 127.0.0.1), ":8080" and "*:8080" (every interface).
  static Result<Address> parse(std::string_view text);
  static Address from_sockaddr(const sockaddr_storage& storage, socklen_t size);

  std::string to_string() const;
  uint16_t port() const;
  /// 127.0.0.0/8, ::1, and IPv4 loopback mapped into IPv6.
  bool is_loopback() const;
  /// The same for all addresses that one host is likely to have: the address itself, of IPv6 the first 64 bits.
  uint64_t group() const;
  int family() const { return storage_.sin6_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  friend bool operator==(const Address& a, const Address& b) {
    return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
  }

 private:
  sockaddr_in6 storage_{};  ///< the larger of the two: many lie in tables, and go with each datagram
  socklen_t size_ = 0;
};

/// A non-blocking socket with SO_REUSEADDR that has the address and does not listen. Errors as below.
Result<FileDescriptor> bind_tcp(const Address& address);

/// A non-blocking listening socket with SO_REUSEADDR. Errors: EADDRINUSE and the like, with the address as context.
Result<FileDescriptor> listen_tcp(const Address& address, int backlog = 4096);

/// The address that a socket is bound to (to learn a port that the kernel chose).
Result<Address> local_address(int fd);

/// One waiting connection, non-blocking and close-on-exec; nothing there gives EAGAIN. `peer` may be null.
Result<FileDescriptor> accept_tcp(int listener, Address* peer);

/// A connection to a server, made without waiting longer than `timeout_ms`; blocking once made. For tests and tools.
Result<FileDescriptor> connect_tcp(const Address& address, int timeout_ms = 1000);

/// Segments leave at once: frames and commands are whole when they are written.
Status set_no_delay(int fd);

/// Keeps what the kernel holds unsent below `bytes` (TCP_NOTSENT_LOWAT): a slow network then shows up here, as a
/// socket that takes no more, and not as a delay that grows unseen inside the kernel.
Status set_not_sent_low_water(int fd, int bytes);

/// Ends a connection whose other side takes no byte for so long (TCP_USER_TIMEOUT), or answers no probe while it is
/// silent: a machine that was switched off says nothing.
Status set_dead_peer_timeout(int fd, int milliseconds);

/// SO_SNDBUF; the kernel doubles it and caps it at `net.core.wmem_max`.
Status set_send_buffer(int fd, int bytes);

}  // namespace sdr::net
