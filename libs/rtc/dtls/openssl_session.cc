// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/openssl_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "rtc/dtls/datagram_bio.h"
#include "rtc/dtls/openssl_keys.h"

namespace sdr::rtc {
namespace {

using std::chrono::microseconds;

// As browsers do: the first repeat soon, since a round trip here is shorter than RFC 6347's second; then twice as long
// each time, up to that second.
constexpr unsigned kTimerFirstUs = 50'000, kTimerMaxUs = 1'000'000;

unsigned next_timer_us(SSL*, unsigned last_us) {
  return last_us == 0 ? kTimerFirstUs : std::min(2 * last_us, kTimerMaxUs);
}

const EVP_MD* digest_of(FingerprintAlgorithm algorithm) {
  switch (algorithm) {
    case FingerprintAlgorithm::kSha384:
      return EVP_sha384();
    case FingerprintAlgorithm::kSha512:
      return EVP_sha512();
    case FingerprintAlgorithm::kSha256:
      break;
  }
  return EVP_sha256();
}

bool has_fingerprint(X509* certificate, const Fingerprint& wanted) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  return X509_digest(certificate, digest_of(wanted.algorithm()), digest.data(), &bytes) == 1 &&
         std::ranges::equal(std::span(digest).first(bytes), wanted.digest());
}

}  // namespace

OpenSslSession::OpenSslSession(std::shared_ptr<const DtlsContext> context, DtlsRole role, std::vector<Fingerprint> peer,
                               size_t mtu, Send send)
    : context_(std::move(context)),
      role_(role),
      peer_(std::move(peer)),
      send_(std::move(send)),
      ssl_(SSL_new(context_->openssl())) {
  BIO* const bio = ssl_ != nullptr ? create_datagram_bio(*this) : nullptr;
  SDR_ASSERT(bio != nullptr, "out of memory");
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  SSL_set_mtu(ssl_, static_cast<long>(mtu));
  // The buffer for what is written is as large as this; what is read has 16 KB in any case.
  SSL_set_max_send_fragment(ssl_, static_cast<long>(std::max<size_t>(mtu, 512)));
  DTLS_set_timer_cb(ssl_, next_timer_us);
  role_ == DtlsRole::kServer ? SSL_set_accept_state(ssl_) : SSL_set_connect_state(ssl_);
}

OpenSslSession::~OpenSslSession() { SSL_free(ssl_); }

OpenSslSession::Step OpenSslSession::handshake() {
  prepare();
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? Step::kDone : failed_step(result);
}

OpenSslSession::Step OpenSslSession::take_late_handshake() {
  prepare();
  std::array<uint8_t, 1> nothing{};  // messages are not fed to it
  size_t bytes = 0;
  const int result = SSL_read_ex(ssl_, nothing.data(), nothing.size(), &bytes);
  return result == 1 ? Step::kWantsMore : failed_step(result);
}

bool OpenSslSession::write(std::span<const uint8_t> message) {
  prepare();
  size_t written = 0;
  const int result = SSL_write_ex(ssl_, message.data(), message.size(), &written);
  if (result != 1) failed_step(result);
  return result == 1;
}

void OpenSslSession::shut_down() {
  prepare();
  SSL_shutdown(ssl_);
}

// An error of before must not be taken for one of now; and writing DTLS relies on buffers that only reading makes anew.
void OpenSslSession::prepare() {
  ERR_clear_error();
  SDR_ASSERT(SSL_alloc_buffers(ssl_) == 1, "out of memory");
}

void OpenSslSession::release_buffers() { SSL_free_buffers(ssl_); }

std::optional<microseconds> OpenSslSession::timer() const {
  timeval left{};
  if (DTLSv1_get_timeout(ssl_, &left) != 1) return std::nullopt;
  return std::chrono::seconds(left.tv_sec) + microseconds(left.tv_usec);
}

bool OpenSslSession::retransmit() {
  prepare();
  return DTLSv1_handle_timeout(ssl_) >= 0;
}

std::optional<SrtpKeys> OpenSslSession::export_keys() const { return export_srtp_keys(ssl_, role_); }

std::optional<RecordSecrets> OpenSslSession::export_record_secrets() const {
  return rtc::export_record_secrets(ssl_, role_);
}

int OpenSslSession::progress() const { return static_cast<int>(SSL_get_state(ssl_)); }

// Instead of a chain up to an authority: is it the certificate that the SDP announced (RFC 8122 section 6.2)? That the
// peer has its key, OpenSSL proves with the handshake's signatures.
int OpenSslSession::judge_certificate(x509_store_ctx_st* store, void*) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const session = static_cast<OpenSslSession*>(SSL_get_app_data(ssl));
  X509* const certificate = X509_STORE_CTX_get0_cert(store);
  const bool known = std::ranges::any_of(
      session->peer_, [&](const Fingerprint& wanted) { return has_fingerprint(certificate, wanted); });
  session->fingerprint_differed_ = !known;
  X509_STORE_CTX_set_error(store, known ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return known ? 1 : 0;
}

// Which numbers OpenSSL gave its records, it does not tell; they stand in clear on what it sends.
void OpenSslSession::send(std::span<const uint8_t> datagram) {
  for (std::span<const uint8_t> rest = datagram; const auto record = take_record(rest);) {
    if (record->epoch != RecordLayer::kEpoch || record->body.size() < 8) continue;
    newest_sent_ = {record->sequence, number_at(record->body, 0, 8)};
  }
  send_(datagram);
}

std::string OpenSslSession::alert_text(uint8_t description) { return SSL_alert_desc_string_long(description); }

size_t OpenSslSession::take_input(std::span<uint8_t> buffer) {
  const size_t bytes = std::min(buffer.size(), input_.size());
  std::copy_n(input_.begin(), bytes, buffer.begin());
  input_ = {};  // one read, one datagram
  return bytes;
}

OpenSslSession::Step OpenSslSession::failed_step(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantsMore;
    case SSL_ERROR_ZERO_RETURN:
      return Step::kClosedByPeer;
    default:
      break;
  }
  const unsigned long error = ERR_peek_error();
  const char* const reason = ERR_reason_error_string(error);
  failure_ = reason != nullptr ? reason : "unknown";
  return ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET ? Step::kRefusedByPeer : Step::kFailed;
}

}  // namespace sdr::rtc
