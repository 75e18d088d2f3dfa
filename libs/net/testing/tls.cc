// SPDX-License-Identifier: Apache-2.0
#include "net/testing/tls.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>

namespace sdr::testing {
namespace {

struct Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(FILE* file) const { fclose(file); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

Owned<FILE> create(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  SDR_ASSERT(fd >= 0, path);
  return Owned<FILE>(fdopen(fd, "w"));
}

int keep_ticket(SSL* ssl, SSL_SESSION* session) {
  auto* const kept = static_cast<std::string*>(SSL_get_ex_data(ssl, 0));
  if (kept == nullptr) return 0;
  kept->resize(static_cast<size_t>(i2d_SSL_SESSION(session, nullptr)));
  auto* out = reinterpret_cast<unsigned char*>(kept->data());
  i2d_SSL_SESSION(session, &out);
  return 0;
}

void offer_ticket(SSL* ssl, const std::string& ticket) {
  const auto* in = reinterpret_cast<const unsigned char*>(ticket.data());
  const Owned<SSL_SESSION> session(d2i_SSL_SESSION(nullptr, &in, static_cast<long>(ticket.size())));
  SDR_ASSERT(session != nullptr && SSL_set_session(ssl, session.get()) == 1, "a ticket of an earlier connection");
}

std::string wire_form(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) wire += static_cast<char>(protocol.size()) + protocol;
  return wire;
}

}  // namespace

void write_certificate(const net::TlsFiles& files, const CertificateOptions& options) {
  const Owned<EVP_PKEY> key(options.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  const Owned<X509> certificate(X509_new());
  X509* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), options.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(x509), options.valid_until_s);
  X509_set_pubkey(x509, key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(options.name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(x509, name);
  if (!options.alternatives.empty()) {
    const Owned<X509_EXTENSION> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, options.alternatives.c_str()));
    SDR_ASSERT(names != nullptr && X509_add_ext(x509, names.get(), -1) == 1, options.alternatives);
  }
  SDR_ASSERT(X509_sign(x509, key.get(), EVP_sha256()) > 0, "a signature");
  SDR_ASSERT(PEM_write_X509(create(files.certificate).get(), x509) == 1, files.certificate);
  const EVP_CIPHER* const cipher = options.passphrase.empty() ? nullptr : EVP_aes_128_cbc();
  SDR_ASSERT(PEM_write_PrivateKey(create(files.key).get(), key.get(), cipher, nullptr, 0, nullptr,
                                  const_cast<char*>(options.passphrase.c_str())) == 1,
             files.key);
}

struct TlsClient::Impl {
  Owned<SSL_CTX> context;
  Owned<SSL> ssl;
  std::shared_ptr<std::string> ticket;
};

TlsClient::TlsClient(const net::Address& server, const TlsClientOptions& options)
    : socket_(std::move(net::connect_tcp(server, 10'000).value())), impl_(std::make_unique<Impl>()) {
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  impl_->ticket = options.ticket;
  impl_->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = impl_->context.get();
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, &keep_ticket);
  if (options.version_max == 12) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  if (!options.ciphers.empty()) SDR_ASSERT(SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) == 1, "ciphers");
  impl_->ssl.reset(SSL_new(context));
  SSL* const ssl = impl_->ssl.get();
  const std::string wire = wire_form(options.protocols);
  if (!wire.empty()) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(wire.data()), static_cast<unsigned>(wire.size()));
  }
  SSL_set_ex_data(ssl, 0, impl_->ticket.get());
  if (impl_->ticket && !impl_->ticket->empty()) offer_ticket(ssl, *impl_->ticket);
  SSL_set_fd(ssl, socket_.get());
  SSL_set_connect_state(ssl);
}

TlsClient::~TlsClient() = default;

void TlsClient::say(const std::string& bytes) {
  unsent_ += bytes;
  poll();
}

bool TlsClient::failed(int result) {
  const int error = SSL_get_error(impl_->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  if (error != SSL_ERROR_ZERO_RETURN) why_ = reason == nullptr ? "the connection broke" : reason;
  return ended_ = true;
}

void TlsClient::poll() {
  SSL* const ssl = impl_->ssl.get();
  ERR_clear_error();
  if (ended_) return;
  if (!open_) {
    if (const int done = SSL_do_handshake(ssl); done != 1 && failed(done)) return;
    open_ = true;
  }
  while (!unsent_.empty()) {
    const int put = SSL_write(ssl, unsent_.data(), static_cast<int>(unsent_.size()));
    if (put <= 0 && failed(put)) break;
    unsent_.erase(0, static_cast<size_t>(put));
  }
  std::array<char, 16 * 1024> piece;
  while (!ended_) {
    const int got = SSL_read(ssl, piece.data(), static_cast<int>(piece.size()));
    if (got <= 0 && failed(got)) return;
    heard_.append(piece.data(), static_cast<size_t>(got));
  }
}

std::string TlsClient::protocol() const {
  const unsigned char* text = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->ssl.get(), &text, &size);
  return {reinterpret_cast<const char*>(text), size};
}

std::string TlsClient::version() const { return SSL_get_version(impl_->ssl.get()); }

std::string TlsClient::peer_name() const {
  const Owned<X509> certificate(SSL_get1_peer_certificate(impl_->ssl.get()));
  std::array<char, 256> name{};
  if (certificate != nullptr) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(), name.size());
  }
  return name.data();
}

bool TlsClient::resumed() const { return SSL_session_reused(impl_->ssl.get()) == 1; }

}  // namespace sdr::testing
