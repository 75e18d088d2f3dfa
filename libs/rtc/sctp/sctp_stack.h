// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/result.h"

// SCTP over DTLS (RFC 9260, RFC 8261) on libusrsctp: packets and a time in, packets and messages out. The library is
// global, has timers for all its associations together and calls back from deep inside; here it has one owner, and
// what it has to say is read from its sockets after each call, so nothing calls back into it.
//
// Thread: one for the stack and everything made from it; one stack per process at a time. The library keeps one thread
// of its own that sleeps from start to end: it would only wake where addresses go, and none ever does (they are
// numbers, registered once and used again). Bounds: kAssociationsMax associations, each with the buffers below.
// The library reads the wall clock (round trips, age of cookies); `Time` moves its timers.

namespace sdr::rtc {

inline constexpr size_t kAssociationsMax = 4096;
/// Streams in each direction; of more a browser's channels are refused by itself.
inline constexpr uint16_t kSctpStreams = 32;
/// The largest message that is ever delivered in one piece.
inline constexpr size_t kSctpMessageMax = 2048;
/// Chunks that wait in each direction: the smallest ones cost far more than their bytes. The library's window closes
/// for a peer that keeps to it when about as many wait to be read, however small; what still comes is dropped.
inline constexpr uint32_t kSctpChunksMax = 64, kSctpUnreadMax = 96;
inline constexpr size_t kSctpSendBuffer = 16 * 1024, kSctpReceiveBuffer = 32 * 1024;

struct SctpMessage {
  uint16_t stream = 0;
  uint32_t ppid = 0;
  std::span<const uint8_t> bytes;  // good until the call returns
  bool too_large = false;          // `bytes` are a beginning only, the rest is read and thrown away
};

/// How an association ended.
enum class SctpEnd : uint8_t {
  shutdown,   // both sides agreed
  lost,       // the peer aborted, or did not answer for the longest time
  failed,     // it never came up
  restarted,  // the peer began anew with the same session, as no browser does: nothing of the old one is left
};

class AssociationEvents {
 public:
  virtual ~AssociationEvents() = default;
  /// A packet for DTLS; its bytes are good until the call returns. Comes from within any call: may not call back.
  virtual void on_packet_out(std::span<const uint8_t> packet) = 0;
  // The following may send, reset and pause, but not destroy the association.
  virtual void on_up(uint16_t streams_out) = 0;
  virtual void on_message(const SctpMessage& message) = 0;
  /// The peer closed its side of these streams (RFC 6525); an empty list: of all.
  virtual void on_streams_reset(std::span<const uint16_t> streams) = 0;
  /// The peer has taken notice that our side of these is closed.
  virtual void on_resets_done(std::span<const uint16_t> streams) = 0;
  virtual void on_end(SctpEnd end) = 0;
};

enum class SendResult : uint8_t { sent, full, too_large, closed };

struct SendOptions {
  uint16_t stream = 0;
  uint32_t ppid = 0;
  bool ordered = true;
  bool reliable = true;  // else it is sent once (RFC 3758, no retransmissions)
};

/// One peer's association. Destroying it frees its memory at once and says nothing to the peer; abort() first does.
class Association {
 public:
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;
  ~Association();

  /// A packet that passed check_sctp_packet(). False where it was dropped, as if the network had lost it: reading is
  /// paused and enough waits to be read, or it resets streams on which messages are missing.
  bool on_packet(std::span<const uint8_t> packet, Time now);
  SendResult send(std::span<const uint8_t> message, const SendOptions& options);
  /// Messages given to send() of which no byte has been on the wire yet.
  size_t unsent() const;
  /// Closes our side of a stream, after what was sent on it. To be asked again now and then until on_resets_done(): the
  /// library forgets where the last message on the stream was given up. False where that will never be.
  bool reset_stream(uint16_t stream);
  /// While paused nothing is read: what comes fills the receive buffer, and the peer is told to wait.
  void pause_reading();
  void resume_reading();
  /// Ends it once all that was sent has arrived: on_end(shutdown) follows, or on_end(lost).
  void shut_down();
  /// Ends it with a packet that says so; on_end() does not follow.
  void abort();

 private:
  friend class SctpStack;
  struct Impl;
  explicit Association(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class SctpStack {
 public:
  explicit SctpStack(Time now);
  SctpStack(const SctpStack&) = delete;
  SctpStack& operator=(const SctpStack&) = delete;
  /// Every association has to be gone.
  ~SctpStack();

  /// Waits for the peer to begin, as browsers do, or begins itself; where both do, one association comes of it.
  /// Errors: kTooManyPeers, kNoResources.
  Result<std::unique_ptr<Association>> open(AssociationEvents& events, bool begins, Time now);

  /// Timers of all associations.
  void on_time(Time now);
  /// When on_time() is next of use: every 10 ms while anything moves, every 100 ms while associations are silent.
  std::optional<Time> next_time() const;

  size_t association_count() const;

 private:
  friend class Association;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::rtc
