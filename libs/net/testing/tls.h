// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/socket.h"
#include "net/tls.h"

// What a test of TLS needs besides the server: certificates of its own making, and the other end of a connection.
// Thread: one. Errors: what a test cannot go on without asserts.

namespace sdr::testing {

struct CertificateOptions {
  std::string name = "localhost";
  std::string alternatives = {};                       // "IP:127.0.0.1": clients that look for an address want it there
  int64_t valid_from_s = -3600, valid_until_s = 3600;  // from now
  bool rsa = false;                                    // 2048 bits, in place of P-256
  std::string passphrase = {};                         // of the key
};

/// Writes a self-signed certificate and its key (mode 0600).
void write_certificate(const net::TlsFiles& files, const CertificateOptions& options = {});

struct TlsClientOptions {
  std::vector<std::string> protocols = {"http/1.1"};
  int version_max = 0;                       // 12: TLS 1.2 at most
  std::string ciphers = {};                  // of 1.2, in OpenSSL's words
  std::shared_ptr<std::string> ticket = {};  // in: offered where it is not empty; out: the newest that came
};

/// A TLS client that trusts anybody. poll() never waits.
class TlsClient {
 public:
  explicit TlsClient(const net::Address& server, const TlsClientOptions& options = {});
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Queued until the handshake is done.
  void say(const std::string& bytes);
  /// Goes on with the handshake, sends what is queued, takes what has arrived into heard().
  void poll();
  std::string& heard() { return heard_; }

  bool open() const { return open_; }    // the handshake is done
  bool ended() const { return ended_; }  // by the server's word, or with why()
  const std::string& why() const { return why_; }
  std::string protocol() const;  // by ALPN
  std::string version() const;   // "TLSv1.3"
  std::string peer_name() const;
  bool resumed() const;
  int fd() const { return socket_.get(); }

 private:
  struct Impl;
  bool failed(int result);

  FileDescriptor socket_;
  std::unique_ptr<Impl> impl_;
  std::string unsent_, heard_, why_;
  bool open_ = false, ended_ = false;
};

}  // namespace sdr::testing
