// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <memory>
#include <span>

#include "base/file_descriptor.h"
#include "net/tls.h"

// The bytes of one connection: a socket, with TLS over it or without. Whoever speaks HTTP or WebSocket reads and writes
// here and need not know which; in clear it is the socket's own calls and one branch.
//
// Thread: the loop's. Owns: the socket and its TLS session. Errors: as recv(2) and send(2), see TlsSession.

namespace sdr::net {

class Stream {
 public:
  explicit Stream(FileDescriptor socket) : socket_(std::move(socket)) {}
  /// `tls` is a session on that socket; null: in clear.
  Stream(FileDescriptor socket, std::unique_ptr<TlsSession> tls) : socket_(std::move(socket)), tls_(std::move(tls)) {}
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream() = default;

  /// `into` has 16 KiB at least. A first byte that begins no TLS record, but might a word of HTTP, makes the rest of a
  /// TLS stream one in clear: see in_clear_by_mistake().
  ssize_t read(std::span<char> into);
  ssize_t write(const void* bytes, size_t size) {
    if (tls_ != nullptr) return tls_->write({static_cast<const char*>(bytes), size});
    return send(socket_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  /// Of both parts, in order, as much as there is room for.
  ssize_t write(std::span<const char> first, std::span<const char> second);
  /// Nothing follows: the peer sees the end when it has taken what was written.
  void end_writing();

  int fd() const { return socket_.get(); }
  bool encrypted() const { return tls_ != nullptr; }
  bool handshaking() const { return tls_ != nullptr && tls_->handshaking(); }
  /// Reading waits for the socket to take bytes: for a handshake only.
  bool wants_write() const { return tls_ != nullptr && tls_->wants_write(); }
  /// Somebody speaks HTTP where TLS is spoken. It is read in clear to be told so, and nothing else.
  bool in_clear_by_mistake() const { return in_clear_by_mistake_; }

 private:
  bool begins_in_clear();

  FileDescriptor socket_;
  std::unique_ptr<TlsSession> tls_;  // on the socket: ends before it
  bool begun_ = false;
  bool in_clear_by_mistake_ = false;
};

}  // namespace sdr::net
