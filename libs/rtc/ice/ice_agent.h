// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "rtc/ice/address.h"
#include "rtc/ice/credentials.h"
#include "rtc/ice/stun.h"
#include "rtc/ice/stun_answer.h"

// One session's end of ICE, as the "lite" agent that a server with known addresses may be (RFC 8445 2.5): it sends no
// checks of its own, answers those of the browser, and so learns where the browser is and that it still wants to hear
// from us. The browser has the controlling role, always.
//
// Three promises, whatever is sent by whomever:
// - Nothing but a STUN answer goes to an address from which no authenticated request came (`knows()`).
// - Once packets of the session's own are flowing, it moves to another address only after an authenticated request and
//   then an authenticated DTLS record or SRTCP packet from there: a STUN request can be recorded and sent again from
//   elsewhere, a packet with a replay window cannot.
// - A browser that stops asking stops receiving: consent (RFC 7675), seen from the side that is asked, lapses 30 s
// after
//   the last authenticated request from the selected address.
//
// Thread: one, its owner's. Fixed size, allocates nothing; at most kAddressesMax addresses, of which the one that was
// silent for longest goes first.

namespace sdr::rtc {

struct IceConfig {
  Duration connect_timeout = std::chrono::seconds(30);  ///< from the start to the first authenticated request
  Duration consent_timeout = std::chrono::seconds(30);  ///< RFC 7675 5.1
};

/// For metrics; one may serve all sessions of a thread.
struct IceCounters {
  uint64_t answered = 0;
  uint64_t refused = 0;  ///< not authenticated, whether or not a 400 or 401 was sent
  uint64_t unknown_attributes = 0;
  uint64_t role_conflicts = 0;
  uint64_t ignored = 0;    ///< indications, answers to nothing, methods other than binding
  uint64_t forgotten = 0;  ///< addresses that went for newer ones
  uint64_t moves = 0;      ///< selected address changed after packets had flowed
};

enum class IceEnd { kNeverConnected, kConsentLost };

/// What an agent tells its owner. Called from within on_stun(), on_packet(), on_time(), restart() and close(); must not
/// call back into the agent or destroy it.
class IceEvents {
 public:
  /// Packets from there belong to this session from now on: enter it into the table of addresses.
  virtual void on_address(const Address& address) = 0;
  virtual void on_address_forgotten(const Address& address) = 0;
  /// Everything is sent there from now on.
  virtual void on_selected(const Address& address) = 0;
  /// These credentials are no longer good: take their user fragment out of the table.
  virtual void on_credentials_retired(const IceCredentials& credentials) = 0;
  /// The session is over; said once. Nothing may be sent any more.
  virtual void on_end(IceEnd end) = 0;

 protected:
  ~IceEvents() = default;
};

class IceAgent {
 public:
  static constexpr size_t kAddressesMax = 8;

  /// `events` and `counters` must outlive it.
  IceAgent(const IceConfig& config, const IceCredentials& local, IceEvents& events, IceCounters& counters, Time now);
  IceAgent(const IceAgent&) = delete;
  IceAgent& operator=(const IceAgent&) = delete;

  /// Takes a STUN message; what it returns, lying in `out`, goes back to `from`, and nothing where it is empty.
  std::span<const uint8_t> on_stun(const StunMessage& message, const Address& from, Time now, StunAnswerBuffer& out);
  /// A packet of the session's came from an address that it knows(): `authenticated` means that its DTLS record or
  /// SRTCP packet was verified and not seen before; anything else of DTLS's handshake is told with false.
  void on_packet(const Address& from, bool authenticated);
  void on_time(Time now);

  /// ICE restart (RFC 8445 9): the old credentials stay good, and packets flow as before, until the first request with
  /// the new ones. The caller enters their user fragment into its table.
  void restart(const IceCredentials& local);
  /// Takes back all that was entered (on_address_forgotten, on_credentials_retired); nothing is answered from then on.
  /// To be called before the agent goes, after its end too.
  void close();

  /// An authenticated request came from there; packets from anywhere else are to be dropped.
  bool knows(const Address& address) const { return find(address) != nullptr; }
  /// Where to send; nothing before the first request and after the end.
  const std::optional<Address>& selected() const { return selected_; }
  const IceCredentials& local() const { return local_; }
  /// When on_time() wants to be called; nothing once the session is over.
  std::optional<Time> next_time() const;

 private:
  struct Remote {
    Address address;
    uint64_t last_request = 0;  // counts requests, so that order does not hang on the clock's resolution
    Time heard;                 // when that was
  };

  const IceCredentials* authenticate(const StunMessage& message) const;
  void note_request(const Address& from, bool nominated, bool is_current, Time now);
  Remote& remember(const Address& address);
  Remote* find(const Address& address);
  const Remote* find(const Address& address) const;
  void select(const Remote& remote);
  void retire_previous();
  void end(IceEnd why);

  const IceConfig config_;
  IceEvents& events_;
  IceCounters& counters_;
  IceCredentials local_;
  std::optional<IceCredentials> previous_;

  std::array<Remote, kAddressesMax> remotes_;
  size_t remote_count_ = 0;
  std::optional<Address> selected_;
  uint64_t requests_ = 0;  // authenticated ones so far
  uint64_t requests_at_selection_ = 0;
  bool nominated_ = false;    // the browser named the selected address itself
  bool has_traffic_ = false;  // an authenticated packet has come: from now on only another one moves the session
  bool over_ = false;
  bool closed_ = false;
  Time deadline_;
};

}  // namespace sdr::rtc
