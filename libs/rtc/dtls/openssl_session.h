// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rtc/dtls/dtls_context.h"
#include "rtc/dtls/record_layer.h"
#include "rtc/dtls/role.h"
#include "rtc/srtp/keys.h"

// OpenSSL's DTLS for one peer, as thin as it can be: records in one by one, datagrams out one by one, its
// retransmission timer. What all that means is decided in Dtls; this file and the context are all that knows OpenSSL.
//
// Thread: one at a time. Owns an SSL object, some 40 to 60 KB. OpenSSL reads the wall clock for its timer: where that
// is set back in the middle of a handshake, a retransmission comes late or is left to the other side.

struct ssl_st;
struct x509_store_ctx_st;

namespace sdr::rtc {

class OpenSslSession {
 public:
  enum class Step { kDone, kWantsMore, kClosedByPeer, kRefusedByPeer, kFailed };
  using Send = std::function<void(std::span<const uint8_t>)>;

  /// `send` is called from within the functions below with each datagram of at most `mtu` bytes.
  OpenSslSession(std::shared_ptr<const DtlsContext> context, DtlsRole role, std::vector<Fingerprint> peer, size_t mtu,
                 Send send);
  ~OpenSslSession();
  OpenSslSession(const OpenSslSession&) = delete;
  OpenSslSession& operator=(const OpenSslSession&) = delete;

  /// What the next step reads, as one datagram. Only borrowed: it has to live until a step wants more.
  void feed(std::span<const uint8_t> records) { input_ = records; }

  /// kDone once the handshake is complete.
  Step handshake();
  /// After the handshake: takes what was fed, which may ask for the last flight again. kWantsMore where all is well.
  Step take_late_handshake();
  bool write(std::span<const uint8_t> message);
  /// Sends close_notify.
  void shut_down();
  /// Gives 18 KB back, which OpenSSL takes again for the next record, unless some of a datagram is still unread: few
  /// peers say something at the same time.
  void release_buffers();

  /// Until the timer wants retransmit(); nothing where none runs.
  std::optional<std::chrono::microseconds> timer() const;
  /// Sends the last flight again if the timer ran out; false when that happened too often.
  bool retransmit();

  /// Nothing where the two sides agreed on no profile.
  std::optional<SrtpKeys> export_keys() const;
  /// What protects records from now on; nothing where they agreed on a cipher that is not among ours.
  std::optional<RecordSecrets> export_record_secrets() const;
  /// The newest record that was sealed here.
  const SentRecord& newest_sent() const { return newest_sent_; }
  /// A number that changes when the handshake goes forward.
  int progress() const;
  bool fingerprint_differed() const { return fingerprint_differed_; }
  /// Why the last step failed, in OpenSSL's words.
  const std::string& failure() const { return failure_; }
  /// What an alert's second byte means (RFC 5246 section 7.2).
  static std::string alert_text(uint8_t description);

  /// For the context and the BIO.
  static int judge_certificate(x509_store_ctx_st* store, void*);
  size_t take_input(std::span<uint8_t> buffer);
  void send(std::span<const uint8_t> datagram);

 private:
  void prepare();
  Step failed_step(int result);

  const std::shared_ptr<const DtlsContext> context_;
  const DtlsRole role_;
  const std::vector<Fingerprint> peer_;
  const Send send_;
  ssl_st* ssl_;
  std::span<const uint8_t> input_;
  SentRecord newest_sent_;
  std::string failure_;
  bool fingerprint_differed_ = false;
};

}  // namespace sdr::rtc
