// SPDX-License-Identifier: Apache-2.0
#pragma once

// The BIO through which OpenSSL reads and writes whole datagrams: its own memory BIO would run records of several
// datagrams into one stream. Reading gives what the session was fed, once, then asks to be called again; writing hands
// on at once.

struct bio_st;

namespace sdr::rtc {

class OpenSslSession;

/// For one SSL object, which frees it; `session` outlives that. Null where OpenSSL has no memory.
bio_st* create_datagram_bio(OpenSslSession& session);

}  // namespace sdr::rtc
