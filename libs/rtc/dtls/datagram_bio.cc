// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/datagram_bio.h"

#include <openssl/bio.h>

#include "base/assert.h"
#include "rtc/dtls/openssl_session.h"

namespace sdr::rtc {
namespace {

OpenSslSession& session_of(BIO* bio) { return *static_cast<OpenSslSession*>(BIO_get_data(bio)); }

int read(BIO* bio, char* buffer, int bytes) {
  BIO_clear_retry_flags(bio);
  const size_t taken = session_of(bio).take_input({reinterpret_cast<uint8_t*>(buffer), static_cast<size_t>(bytes)});
  if (taken > 0) return static_cast<int>(taken);
  BIO_set_retry_read(bio);
  return -1;
}

int write(BIO* bio, const char* datagram, int bytes) {
  BIO_clear_retry_flags(bio);
  session_of(bio).send({reinterpret_cast<const uint8_t*>(datagram), static_cast<size_t>(bytes)});
  return bytes;
}

// Of all that OpenSSL may ask, only whether a flight was flushed matters: each write has left already.
long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* make_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
  SDR_ASSERT(method != nullptr, "out of memory");
  BIO_meth_set_read(method, read);
  BIO_meth_set_write(method, write);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

bio_st* create_datagram_bio(OpenSslSession& session) {
  static const BIO_METHOD* const method = make_method();  // kept to the end: a BIO may be freed at exit
  BIO* const bio = BIO_new(method);
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &session);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace sdr::rtc
