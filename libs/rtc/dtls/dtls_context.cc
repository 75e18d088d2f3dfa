// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/dtls_context.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

#include "rtc/dtls/errc.h"
#include "rtc/dtls/openssl_session.h"
#include "rtc/dtls/record_check.h"

namespace sdr::rtc {
namespace {

constexpr long kDay = 86'400, kYear = 365 * kDay;

// Forward secrecy and authenticated encryption alone; ours is an ECDSA certificate, a server that we call may have
// RSA's.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
// In the order of our preference, which decides where we are the server (RFC 5764 section 4.1.1).
constexpr const char* kSrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

Error openssl_error(const char* what) {
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  return Error(DtlsErrc::kOpenSsl, std::string(what) + (reason != nullptr ? std::string(": ") + reason : ""));
}

// Dates a day back, since clocks differ; peers look at the fingerprint alone.
bool fill_in(X509* certificate, EVP_PKEY* key) {
  uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const common_name = reinterpret_cast<const unsigned char*>("SDR_OS");
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * kYear) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

bool set_up(SSL_CTX* context, X509* certificate, EVP_PKEY* key) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, static_cast<long>(kDtlsHandshakeMessageMax));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &OpenSslSession::judge_certificate, nullptr);
  // set_tlsext_use_srtp is the one among these that gives 0 for success.
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_tlsext_use_srtp(context, kSrtpProfiles) == 0;
}

}  // namespace

Result<std::shared_ptr<const DtlsContext>> DtlsContext::create() {
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return openssl_error("no key");
  const Certificate certificate(X509_new());
  if (certificate == nullptr || !fill_in(certificate.get(), key.get())) return openssl_error("no certificate");
  std::array<uint8_t, 32> digest{};
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), nullptr) != 1) return openssl_error("no fingerprint");
  Context context(SSL_CTX_new(DTLS_method()));
  if (context == nullptr || !set_up(context.get(), certificate.get(), key.get())) return openssl_error("no DTLS");
  return std::shared_ptr<const DtlsContext>(
      new DtlsContext(context.release(), Fingerprint(FingerprintAlgorithm::kSha256, digest)));
}

DtlsContext::~DtlsContext() { SSL_CTX_free(context_); }

}  // namespace sdr::rtc
