// SPDX-License-Identifier: Apache-2.0
#include "net/tls_certificate.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstring>
#include <ctime>

#include "base/file_descriptor.h"
#include "net/errc.h"

namespace sdr::net {
namespace {

// RFC 9325 4.2: forward secrecy and authenticated encryption; 1.3 has nothing else.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGroups = "X25519:P-256:P-384";

struct Deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

Error bad(std::string sentence) { return Error(NetError::kBadCertificate, std::move(sentence)); }

TlsFileStamp::File stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size,
          int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Status check_readable(const char* option, const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return bad(std::string(option) + ": " + path + ": " + strerror(errno));
  if (!S_ISREG(status.st_mode)) return bad(std::string(option) + ": " + path + " is no file");
  return Status();
}

// Nobody is there to type a passphrase.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Status use_key(SSL_CTX* context, const TlsFiles& files) {
  bool has_passphrase = false;
  const std::unique_ptr<BIO, Deleter> file(BIO_new_file(files.key.c_str(), "r"));
  const std::unique_ptr<EVP_PKEY, Deleter> key(
      file ? PEM_read_bio_PrivateKey(file.get(), nullptr, &no_passphrase, &has_passphrase) : nullptr);
  if (has_passphrase) return bad("tls_key: " + files.key + " is protected by a passphrase: remove it from the file");
  if (!key) return bad("tls_key: " + files.key + " holds no private key in PEM: " + openssl_reason());
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    return bad("tls_key: " + files.key + " does not belong to the certificate in " + files.certificate);
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return bad("tls_key: " + files.key + ": " + openssl_reason());
  return Status();
}

int64_t seconds_of(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

void look_at(const TlsFiles& files, TlsCertificate& loaded) {
  const X509* const certificate = SSL_CTX_get0_certificate(loaded.context.get());
  loaded.expires_at_s = seconds_of(X509_get0_notAfter(certificate));
  const int64_t now_s = time(nullptr);
  if (now_s >= loaded.expires_at_s) loaded.warnings.push_back(files.certificate + " has expired: browsers refuse it");
  if (now_s < seconds_of(X509_get0_notBefore(certificate))) {
    loaded.warnings.push_back(files.certificate + " is not valid yet: browsers refuse it");
  }
  struct stat status {};
  if (stat(files.key.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    loaded.warnings.push_back(files.key + " can be read by every user of this machine: chmod o-r it");
  }
}

// RFC 7301 3.2: who asks for other protocols only is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kHttp, sizeof kHttp - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets: the clients keep what is kept
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1;
}

}  // namespace

void TlsContextDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsFileStamp stamp_of(const TlsFiles& files) { return {stamp_of(files.certificate), stamp_of(files.key)}; }

std::string openssl_reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

Result<TlsCertificate> load_certificate(const TlsFiles& files) {
  SDR_TRY(check_readable("tls_cert", files.certificate));
  SDR_TRY(check_readable("tls_key", files.key));
  ERR_clear_error();
  TlsCertificate loaded;
  loaded.context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = loaded.context.get();
  if (context == nullptr || !configure(context)) return bad("OpenSSL cannot be set up: " + openssl_reason());
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return bad("tls_cert: " + files.certificate + " holds no certificate in PEM that can be used: " + openssl_reason());
  }
  SDR_TRY(use_key(context, files));
  look_at(files, loaded);
  return loaded;
}

}  // namespace sdr::net
