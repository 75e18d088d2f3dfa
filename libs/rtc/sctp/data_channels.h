// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "rtc/sctp/dcep.h"
#include "rtc/sctp/held_messages.h"
#include "rtc/sctp/sctp_stack.h"

// The two data channels of stream.md inside one peer's association (RFC 8831, RFC 8832): `control`, where only the
// newest matters, and `commands`, where nothing is lost. The browser opens them; whatever else it opens is closed.
//
// Thread: the stack's. Bounds: 256 bytes a message on `control` and 1 KiB on `commands`, a larger one closes its
// channel. What the receiver cannot take yet: on `control` lost, on `commands` 8 messages are held here, then the
// association is not read and the peer has to wait. What the network cannot take yet: on `control` dropped, on
// `commands` refused to the sender (`full`).
// Errors: what a peer does wrong is counted and costs it at most the association.

namespace sdr::rtc {

enum class Channel : uint8_t { control, commands };
inline constexpr size_t kChannelCount = 2;

struct ChannelRules {
  std::string_view label;
  DcepChannelType type;
  uint32_t reliability;
  size_t message_max;
};
const ChannelRules& rules_of(Channel channel);

struct ChannelMessage {
  Channel channel;
  std::span<const uint8_t> bytes;  // good until the call returns
  bool text;
  /// Earlier messages of this channel still wait. Take it only if it may overtake them, as `estop` does.
  bool overtakes;
};

enum class ChannelEnd : uint8_t {
  closed,     // by the peer, or by close()
  too_large,  // a message beyond the bound
  malformed,  // opened twice, or DCEP that nobody understands
};

class DataChannelEvents {
 public:
  virtual ~DataChannelEvents() = default;
  /// A packet for DTLS; its bytes are good until the call returns. Comes from within any call: may not call back.
  virtual void on_packet_out(std::span<const uint8_t> packet) = 0;
  // The following may call anything but may not destroy the DataChannels.
  virtual void on_channel_open(Channel channel) = 0;
  /// False: not now. A message of `commands` is then held and offered again by resume(); one of `control` is lost.
  virtual bool on_channel_message(const ChannelMessage& message) = 0;
  virtual void on_channel_closed(Channel channel, ChannelEnd end) = 0;
  /// The association is over, and with it the channels, without on_channel_closed().
  virtual void on_channels_gone(SctpEnd end) = 0;
};

/// What has happened since start(). For the owner's metrics.
struct ChannelCounts {
  uint64_t messages_in = 0, messages_out = 0;
  uint64_t malformed_packets = 0;   // refused before the library saw them
  uint64_t dropped_packets = 0;     // too much waits to be read, or the association is over
  uint64_t malformed_messages = 0;  // DCEP, or an identifier that nobody knows
  uint64_t refused_channels = 0;    // labels or properties other than ours, or one that is open already
  uint64_t stray_messages = 0;      // on streams without a channel
  uint64_t too_large = 0;
  uint64_t control_dropped_in = 0, control_dropped_out = 0;
  uint64_t pauses = 0;  // the association was not read for want of room for commands
};

class DataChannels final : private AssociationEvents {
 public:
  struct Options {
    /// Whether we send the first INIT. A server need not: browsers always begin.
    bool begins = false;
    /// The first stream that open() takes: 0 on the DTLS client's side, 1 on the server's (RFC 8832 section 6).
    uint16_t first_stream = 1;
  };

  explicit DataChannels(DataChannelEvents& events) : events_(events) {}
  DataChannels(const DataChannels&) = delete;
  DataChannels& operator=(const DataChannels&) = delete;
  /// Silent; abort() before it tells the peer.
  ~DataChannels() override = default;

  /// Once DTLS is up. Errors: those of SctpStack::open().
  Status start(SctpStack& stack, const Options& options, Time now);

  /// Application data out of a DTLS record. Also the way in which time passes: what could not be sent is tried again.
  void on_packet(std::span<const uint8_t> packet, Time now);
  void on_time(Time now);
  std::optional<Time> next_time() const;

  /// Sends a message on an open channel. `sent` also where a message of `control` was dropped for want of room.
  SendResult send(Channel channel, std::span<const uint8_t> message, bool text);
  /// There is room again: messages that were held are offered, in order. The association is read on at the stack's
  /// next time-out, which is now.
  void resume();

  /// Opens a channel from this side, as a client does. False where it is open, or the association is not up.
  bool open(Channel channel);
  void close(Channel channel);
  /// Ends everything once what was sent has arrived; on_channels_gone() follows.
  void shut_down();
  /// Ends everything at once with a packet that says so; nothing follows.
  void abort();

  bool is_up() const { return up_; }
  bool is_open(Channel channel) const { return state_of(channel).open; }
  const ChannelCounts& counts() const { return counts_; }

 private:
  struct State {
    bool open = false;
    bool opening = false;  // by us: no acknowledgement yet
    uint16_t stream = 0;
  };

  void on_packet_out(std::span<const uint8_t> packet) override { events_.on_packet_out(packet); }
  void on_up(uint16_t streams_out) override;
  void on_message(const SctpMessage& message) override;
  void on_streams_reset(std::span<const uint16_t> streams) override;
  void on_resets_done(std::span<const uint16_t> streams) override;
  void on_end(SctpEnd end) override;

  void on_dcep(uint16_t stream, std::span<const uint8_t> message);
  void on_open_request(uint16_t stream, const DcepOpen& open);
  void deliver(Channel channel, std::span<const uint8_t> bytes, bool text);
  void deliver_command(std::span<const uint8_t> bytes, bool text);
  void hold(std::span<const uint8_t> bytes, bool text);
  void drop_held();
  void end_channel(Channel channel, ChannelEnd end);
  void on_stream_reset(uint16_t stream);
  void refuse(uint16_t stream);
  void flush();
  std::optional<Channel> channel_on(uint16_t stream) const;
  State& state_of(Channel channel) { return states_[static_cast<size_t>(channel)]; }
  const State& state_of(Channel channel) const { return states_[static_cast<size_t>(channel)]; }

  DataChannelEvents& events_;
  std::unique_ptr<Association> association_;
  std::array<State, kChannelCount> states_{};
  std::bitset<kSctpStreams> acks_due_;     // to be sent when there is room
  std::bitset<kSctpStreams> resets_due_;   // asked for until they are done
  std::bitset<kSctpStreams> reset_by_us_;  // until the peer closes its side too
  HeldMessages held_;
  bool paused_ = false;
  bool up_ = false;
  bool resuming_ = false;
  uint16_t streams_ = 0;
  uint16_t next_stream_ = 0;
  Time now_{};
  ChannelCounts counts_;
};

}  // namespace sdr::rtc
