// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "rtc/dtls/dtls_context.h"
#include "rtc/dtls/openssl_session.h"
#include "rtc/dtls/record_layer.h"
#include "rtc/srtp/keys.h"

// DTLS 1.2 with one peer (RFC 6347, RFC 5764, RFC 8827 section 6.5): proves that the peer is the one whose fingerprint
// came with the signalling, makes the keys of SRTP, and carries SCTP's packets. Datagrams and a time go in, datagrams
// and events come out.
//
// Thread: one at a time. Owns an OpenSSL session of 40 to 60 KB, made at construction: construct it when a pair of
// addresses works. It goes with the first that the peer says under the keys, which shows that it will never ask for the
// handshake again; then 3 KB are left. Bounds: a handshake has DtlsOptions::handshake_limit and at most some 250 KB of
// OpenSSL's memory. There is no cookie exchange: only an address that has proved itself by authenticated STUN may be
// heard here, so nothing is amplified towards others. Failure: one end event, nothing after it.

namespace sdr::rtc {

/// What a datagram may be long, all of DTLS in it (RFC 8831 section 5: paths carry 1200 bytes).
inline constexpr size_t kDtlsMtu = 1200;
/// What a message may be long: less a record's header, GCM's explicit nonce and tag.
inline constexpr size_t kDtlsMessageMax = kDtlsMtu - 13 - 8 - 16;

enum class DtlsEnd {
  kClosedByPeer,   ///< its close_notify came
  kTimedOut,       ///< the handshake took too long
  kWrongPeer,      ///< its certificate is not the announced one
  kNoSrtpProfile,  ///< it shares no protection profile with us
  kRefusedByPeer,  ///< a fatal alert came
  kFailed,         ///< the peer broke the protocol
};
std::string_view to_string(DtlsEnd end);

/// What comes out. on_dtls_datagram may be called from within any function of Dtls and must not call back; the others
/// may call send() and close(), but not destroy the connection.
class DtlsObserver {
 public:
  virtual ~DtlsObserver() = default;
  /// To the peer's address, now.
  virtual void on_dtls_datagram(std::span<const uint8_t> datagram) = 0;
  virtual void on_dtls_connected(const SrtpKeys& keys) = 0;
  /// The bytes of one message, valid during the call.
  virtual void on_dtls_message(std::span<const uint8_t> message) = 0;
  /// `detail` is for a log.
  virtual void on_dtls_end(DtlsEnd end, std::string_view detail) = 0;
};

struct DtlsOptions {
  DtlsRole role = DtlsRole::kServer;
  std::vector<Fingerprint> peer;  ///< of the SDP; the certificate has to have one of them (RFC 8122 section 5)
  Duration handshake_limit = std::chrono::seconds(10);
  size_t mtu = kDtlsMtu;
};

class Dtls {
 public:
  Dtls(std::shared_ptr<const DtlsContext> context, DtlsOptions options, DtlsObserver& observer);

  /// The handshake's time begins; a client says hello. A server's first datagram starts it too.
  void start(Time now);
  void on_datagram(std::span<const uint8_t> datagram, Time now);
  void on_time(Time now);
  /// Sends one message of 1 to kDtlsMessageMax bytes as one datagram. Errors: kNotConnected, kTooLarge, kOpenSsl,
  /// kKeyExhausted.
  Status send(std::span<const uint8_t> message);
  /// The peer's media or reports were found authentic under the keys: as good as a message of its own, to know that it
  /// has done with the handshake.
  void on_authentic() {
    if (state_ == State::kConnected) release_openssl();
  }
  /// Whether that would be of use.
  bool wants_authentic() const { return state_ == State::kConnected && session_ != nullptr; }
  /// Says goodbye where there is somebody; no end event follows.
  void close();

  /// When on_time wants to be called, nothing while there is nothing to wait for. Asked after each of the above.
  std::optional<Time> next_time() const { return next_time_; }
  bool connected() const { return state_ == State::kConnected; }
  bool ended() const { return state_ == State::kEnded; }
  /// Datagrams that were no DTLS, or more than a handshake may send.
  uint64_t datagrams_dropped() const { return datagrams_dropped_; }
  /// Messages and alerts that were not the peer's, came a second time, or so early that there was no room for them.
  uint64_t records_dropped() const { return records_dropped_; }

 private:
  enum class State { kNew, kHandshake, kConnected, kEnded };

  bool admits(std::span<const uint8_t> datagram);
  void take(const Record& record);
  void take_handshake(const Record& record);
  void advance_handshake();
  void connect();
  void keep_early(const Record& record);
  void open(const Record& record);
  void release_openssl();
  void on_alert(std::span<const uint8_t> alert);
  bool send_record(RecordType type, std::span<const uint8_t> message);
  void say_goodbye();
  void set_timer(Time now);
  void stop(OpenSslSession::Step step);
  void end(DtlsEnd end, std::string_view detail);

  const Duration handshake_limit_;
  DtlsObserver& observer_;
  std::unique_ptr<OpenSslSession> session_;  ///< until the peer has spoken under the keys
  std::optional<RecordLayer> records_;       ///< from when there are keys
  std::vector<std::vector<uint8_t>> early_;  ///< messages that overtook the end of the handshake
  const bool is_client_;
  State state_ = State::kNew;
  Time deadline_{};
  std::optional<Time> next_time_;
  uint64_t datagrams_dropped_ = 0, records_dropped_ = 0;
  size_t early_records_ = 0;  // of a later epoch, since the handshake last went forward
  int progress_ = 0;
};

}  // namespace sdr::rtc
