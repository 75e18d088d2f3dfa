// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/tls.h"

struct ssl_ctx_st;

// A certificate and its key as they lie on the disk: read, checked against each other, and put into what sessions are
// made from. For tls.cc alone. Thread: the loop's; reading two small files blocks for well under a millisecond.

namespace sdr::net {

/// Which state of the two files was read; another one when either was written, or replaced behind a symbolic link.
struct TlsFileStamp {
  struct File {
    dev_t device = 0;
    ino_t inode = 0;
    int64_t size = 0, mtime_ns = 0;
    bool operator==(const File&) const = default;
  };
  File certificate, key;
  bool operator==(const TlsFileStamp&) const = default;
};
TlsFileStamp stamp_of(const TlsFiles& files);

struct TlsContextDeleter {
  void operator()(ssl_ctx_st* context) const;
};
using OwnedTlsContext = std::unique_ptr<ssl_ctx_st, TlsContextDeleter>;

struct TlsCertificate {
  OwnedTlsContext context;
  int64_t expires_at_s = 0;           // seconds since 1970
  std::vector<std::string> warnings;  // usable, but somebody should look at it
};

/// Errors (kBadCertificate): the context is the whole sentence: which file, and what is wrong with it.
Result<TlsCertificate> load_certificate(const TlsFiles& files);

/// Why OpenSSL's last call on this thread failed, in its words; empties its list of errors.
std::string openssl_reason();

}  // namespace sdr::net
