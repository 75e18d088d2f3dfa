// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/metrics.h"
#include "base/result.h"

// TLS for a server's connections (OpenSSL 3): 1.2 and 1.3 with forward secrecy and authenticated ciphers only, HTTP/1.1
// by ALPN, tickets for those who come back. Pages need it: away from loopback browsers give WebCodecs and gamepads to
// secure contexts alone.
//
// Thread: the loop's. Owns: TlsContext the certificate and its key; a TlsSession what belongs to one connection (some
// 60 KiB), beside a socket that stays another's. Bounds: a session keeps at most one record (16 KiB) each way.
// Errors: files that cannot be used are a ConfigError at the start; later the old ones stay in use and that is logged.
// Metrics: tls_handshakes_total{result="ok"|"failed"|"abandoned"}, tls_certificate_expires_at_seconds.

namespace sdr::net {

struct TlsFiles {
  std::string certificate;  // PEM: the server's own first, then those between it and the root
  std::string key;          // PEM, without a passphrase
};

/// One connection, from its handshake on. read() and write() give what recv(2) and send(2) give on a non-blocking
/// socket: bytes done, 0 for the end, -1 and errno (EAGAIN: when the socket is ready again; EPROTO: not TLS, or
/// broken).
class TlsSession {
 public:
  struct Impl;
  explicit TlsSession(std::unique_ptr<Impl> impl);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Goes on with the handshake while that lasts. `into` holds a whole record (16 KiB), so that nothing that has
  /// arrived stays behind where epoll does not see it.
  ssize_t read(std::span<char> into);
  /// At most one record. What was refused with EAGAIN may be half on its way: the same bytes are offered next.
  ssize_t write(std::span<const char> bytes);
  /// Tells the peer that nothing follows; as far as the socket takes it.
  void end_writing();

  bool handshaking() const;
  /// The handshake waits for the socket to take bytes.
  bool wants_write() const;

 private:
  std::unique_ptr<Impl> impl_;
};

class TlsContext {
 public:
  enum class Reload { kUnchanged, kReplaced, kRefused };

  /// Throws ConfigError that names the file and what is wrong with it.
  TlsContext(TlsFiles files, Registry& registry);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// To be called now and then: takes files that have been renewed. Connections keep what they were opened with.
  Reload reload_if_changed();
  /// A session on a connected, non-blocking socket, which outlives it.
  std::unique_ptr<TlsSession> accept(int fd);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::net
