// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/control.h"
#include "transport/rtc/desk.h"

// What comes over the data channels becomes commands, checked by Control like any other, and their answers go back the
// way they came (stream.md, WebRTC): `control` in binary, newest wins; `commands` in JSON, where a peer that sends too
// much has to wait.
//
// Thread: the loop's. A twist's way allocates nothing once warm.

namespace sdr::transport {

class RtcChannels {
 public:
  RtcChannels(RtcDesk& desk, Control& control, Registry& registry)
      : desk_(desk),
        control_(control),
        stale_(registry.counter("rtc_control_dropped_total",
                                "Messages of the channel `control` that were malformed, or older than another")) {}

  /// As rtc::PeerEvents::on_channel_message().
  bool on_message(RtcSession& session, const rtc::ChannelMessage& message, Time now);
  /// True where the answer needs no other way: who drives over a channel hears of refusals by both, since a channel's
  /// acknowledgement has no room for the reason.
  bool answer(const Commander& who, const schema::CommandAck& ack, std::string_view payload);
  void on_robot_clock(uint64_t robot_us);
  /// Commands that had to wait are offered again.
  void tick(Time now);

 private:
  void on_control(RtcSession& session, std::span<const uint8_t> bytes, bool text);
  bool on_command(RtcSession& session, const rtc::ChannelMessage& message, Time now);

  RtcDesk& desk_;
  Control& control_;
  std::string text_;
  Counter& stale_;
};

}  // namespace sdr::transport
