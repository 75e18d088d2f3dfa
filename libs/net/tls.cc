// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

#include "base/config.h"
#include "base/log.h"
#include "net/tls_certificate.h"

namespace sdr::net {
namespace {

struct Counters {
  Counter& ok;
  Counter& failed;
  Counter& abandoned;  // gone, silent for too long, or let go before the handshake was done
};

int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

// OpenSSL's own socket BIO would raise SIGPIPE.
int write_socket(BIO* bio, const char* bytes, int size) {
  const ssize_t put = send(fd_of(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  BIO_clear_retry_flags(bio);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(put);
}

int read_socket(BIO* bio, char* into, int size) {
  const ssize_t got = recv(fd_of(bio), into, static_cast<size_t>(size), MSG_DONTWAIT);
  BIO_clear_retry_flags(bio);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH;  // nothing is ever kept here
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    SDR_ASSERT(made != nullptr, "memory for a BIO's method");
    BIO_meth_set_write(made, &write_socket);
    BIO_meth_set_read(made, &read_socket);
    BIO_meth_set_ctrl(made, &control_socket);
    return made;
  }();
  return method;
}

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

}  // namespace

struct TlsSession::Impl {
  /// What a call's result means in the words of recv(2) and send(2).
  ssize_t outcome(int result);
  void follow_handshake();

  std::unique_ptr<SSL, SslDeleter> ssl;
  std::shared_ptr<Counters> counters;
  bool handshaking = true;
  bool wants_write = false;
  bool broken = false;  // OpenSSL wants no further call after a fatal error
};

TlsSession::TlsSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsSession::~TlsSession() {
  if (impl_->handshaking && !impl_->broken) impl_->counters->abandoned.add();
}

bool TlsSession::handshaking() const { return impl_->handshaking; }
bool TlsSession::wants_write() const { return impl_->wants_write; }

ssize_t TlsSession::read(std::span<char> into) {
  if (impl_->broken) return errno = EPROTO, -1;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_read(impl_->ssl.get(), into.data(), static_cast<int>(std::min<size_t>(into.size(), INT_MAX)));
  impl_->follow_handshake();
  return impl_->outcome(result);
}

ssize_t TlsSession::write(std::span<const char> bytes) {
  if (impl_->broken) return errno = EPROTO, -1;
  ERR_clear_error();
  errno = 0;
  const int result =
      SSL_write(impl_->ssl.get(), bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), INT_MAX)));
  return impl_->outcome(result);
}

void TlsSession::end_writing() {
  if (impl_->broken || impl_->handshaking) return;
  ERR_clear_error();
  SSL_shutdown(impl_->ssl.get());
}

void TlsSession::Impl::follow_handshake() {
  if (!handshaking || SSL_is_init_finished(ssl.get()) == 0) return;
  handshaking = false;
  counters->ok.add();
}

ssize_t TlsSession::Impl::outcome(int result) {
  wants_write = false;
  if (result > 0) return result;
  const int saved_errno = errno;
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_WRITE:
      wants_write = handshaking;
      [[fallthrough]];
    case SSL_ERROR_WANT_READ:
      return errno = EAGAIN, -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      broken = true;
      if (handshaking) counters->abandoned.add();
      return errno = saved_errno == 0 ? ECONNRESET : saved_errno, -1;
    default:
      broken = true;
      // Most programs end a connection without saying so in TLS; what HTTP and WebSocket carry tells by itself
      // whether it is whole.
      if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        if (handshaking) counters->abandoned.add();
        return 0;
      }
      if (handshaking) counters->failed.add();
      log_debug("a TLS connection failed", {{"handshake", handshaking}, {"reason", openssl_reason()}});
      return errno = EPROTO, -1;
  }
}

struct TlsContext::Impl {
  void adopt(TlsCertificate loaded, const TlsFileStamp& stamp_of_it);

  TlsFiles files;
  std::shared_ptr<Counters> counters;
  Gauge& expires_at;
  TlsCertificate current;
  TlsFileStamp stamp;
  std::string last_refusal;
  bool expiry_told = false;
};

void TlsContext::Impl::adopt(TlsCertificate loaded, const TlsFileStamp& stamp_of_it) {
  for (const std::string& warning : loaded.warnings) log_warning(warning);
  current = std::move(loaded);
  stamp = stamp_of_it;
  last_refusal.clear();
  expires_at.set(static_cast<double>(current.expires_at_s));
  expiry_told = time(nullptr) >= current.expires_at_s;
}

TlsContext::TlsContext(TlsFiles files, Registry& registry) {
  const auto handshakes = [&](const char* result) -> Counter& {
    return registry.counter("tls_handshakes_total", "TLS handshakes", {{"result", result}});
  };
  impl_ = std::make_unique<Impl>(Impl{
      .files = std::move(files),
      .counters = std::make_shared<Counters>(Counters{handshakes("ok"), handshakes("failed"), handshakes("abandoned")}),
      .expires_at = registry.gauge("tls_certificate_expires_at_seconds", "When the certificate ends, since 1970"),
      .current = {},
      .stamp = {},
      .last_refusal = {}});
  const TlsFileStamp stamp = stamp_of(impl_->files);  // before they are read: what is written meanwhile is seen later
  Result<TlsCertificate> loaded = load_certificate(impl_->files);
  if (!loaded) throw ConfigError(loaded.error().context());
  impl_->adopt(std::move(*loaded), stamp);
}

TlsContext::~TlsContext() = default;

TlsContext::Reload TlsContext::reload_if_changed() {
  Impl& my = *impl_;
  if (!my.expiry_told && time(nullptr) >= my.current.expires_at_s) {
    my.expiry_told = true;
    log_warning("the certificate has expired: browsers refuse it", {{"file", my.files.certificate}});
  }
  const TlsFileStamp stamp = stamp_of(my.files);
  if (stamp == my.stamp) return Reload::kUnchanged;
  Result<TlsCertificate> loaded = load_certificate(my.files);
  if (!loaded) {
    // Renewed one file after the other, most likely: looked at again next time, told once.
    if (my.last_refusal != loaded.error().context()) {
      my.last_refusal = loaded.error().context();
      log_warning("the renewed certificate cannot be used, the old one stays", {{"reason", my.last_refusal}});
    }
    return Reload::kRefused;
  }
  my.adopt(std::move(*loaded), stamp);
  log_info("the certificate was renewed", {{"file", my.files.certificate}});
  return Reload::kReplaced;
}

std::unique_ptr<TlsSession> TlsContext::accept(int fd) {
  auto session = std::make_unique<TlsSession::Impl>();
  session->counters = impl_->counters;
  session->ssl.reset(SSL_new(impl_->current.context.get()));
  BIO* const bio = BIO_new(socket_method());
  SDR_ASSERT(session->ssl != nullptr && bio != nullptr, "memory for a TLS session");
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl.get(), bio, bio);
  SSL_set_accept_state(session->ssl.get());
  return std::make_unique<TlsSession>(std::move(session));
}

}  // namespace sdr::net
