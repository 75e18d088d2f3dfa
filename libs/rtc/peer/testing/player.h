// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "rtc/dtls/dtls.h"
#include "rtc/ice/stun_writer.h"
#include "rtc/rtp/testing/browser.h"
#include "rtc/sctp/data_channels.h"
#include "rtc/sdp/offer.h"
#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"

// The viewer's side of a WebRTC session, whole but for a decoder: it offers, finds the server by its own checks as a
// controlling agent, is the DTLS client, opens the data channels, and does with video what a browser does. What tests
// and loads meet the server with. As the server's side, without sockets or clocks: bytes and a time in, datagrams out.
//
// Thread: one, that of the SctpStack. Owns its parts. Bounds: it keeps all messages and pictures' times, so it is for
// runs that end. Failure: ended() says why, and nothing is sent after it.

namespace sdr::rtc::testing {

class Player final : private DtlsObserver, private DataChannelEvents {
 public:
  struct Options {
    std::shared_ptr<const DtlsContext> dtls;
    SctpStack* sctp = nullptr;  ///< null: no data channels are offered
    bool feedback = true;       ///< transport-wide
    bool counts_only = false;   ///< media is not opened; what was seen of it is told with on_counted(), and reported
    Duration round_trip = std::chrono::milliseconds(40);  ///< of the network, which it does not measure
    Duration consent_interval = std::chrono::seconds(4);
    uint32_t seed = 1;
    std::function<void(std::span<const uint8_t>)> send;
  };
  struct Message {
    Channel channel;
    std::string bytes;
    bool text = false;
  };

  explicit Player(Options options);
  ~Player() override = default;

  /// For the server.
  std::string offer() const { return to_sdp(offer_); }
  /// Errors: those of parse_sdp() and accept_answer(); kNoTransport where the fingerprints cannot be read.
  Status accept(std::string_view answer, Time now);
  /// Where the server says it is.
  const std::vector<Candidate>& candidates() const { return candidates_; }

  void on_datagram(std::span<const uint8_t> datagram, Time now);
  void on_time(Time now);
  Time next_time() const;

  SendResult send(Channel channel, std::span<const uint8_t> message, bool text);
  SendResult send(Channel channel, const std::string& message, bool text);
  /// A check now, as after a change of networks, and with it a word from the session itself.
  void ask_again(Time now);
  /// The server's new credentials after an ICE restart.
  void restart(std::string ufrag, std::string password, Time now);
  /// Says goodbye.
  void close();
  /// The newest sequence number of media that was seen elsewhere, for the reports of `counts_only`.
  void on_counted(uint16_t sequence) { counted_sequence_ = sequence; }

  bool reached() const { return answers_ > 0; }
  bool connected() const { return receiver_.has_value(); }
  bool is_open(Channel channel) const { return channels_.is_open(channel); }
  /// Why it is over; empty while it is not.
  const std::string& ended() const { return ended_; }
  Browser& browser() { return *browser_; }
  const Negotiated& negotiated() const { return negotiated_; }
  uint32_t media_ssrc() const { return media_ssrc_; }
  uint64_t answers() const { return answers_; }
  uint64_t not_authentic() const { return not_authentic_; }
  uint64_t goodbyes() const { return goodbyes_; }

  std::vector<Message> messages;                          ///< of the channels, in order
  std::function<void(const ChannelMessage&)> on_message;  ///< in place of keeping them

 private:
  void on_dtls_datagram(std::span<const uint8_t> datagram) override;
  void on_dtls_connected(const SrtpKeys& keys) override;
  void on_dtls_message(std::span<const uint8_t> message) override;
  void on_dtls_end(DtlsEnd end, std::string_view detail) override;

  void on_packet_out(std::span<const uint8_t> packet) override;
  void on_channel_open(Channel) override {}
  bool on_channel_message(const ChannelMessage& message) override;
  void on_channel_closed(Channel, ChannelEnd) override {}
  void on_channels_gone(SctpEnd) override { channels_gone_ = true; }

  void on_stun(std::span<const uint8_t> datagram, Time now);
  void on_media(std::span<const uint8_t> datagram, bool is_control, Time now);
  void send_check(Time now);
  void send_control(std::span<const uint8_t> packet);
  void send_plain_report();
  void go_on(Time now);
  bool has_channels() const { return connected() && options_.sctp != nullptr && !channels_gone_; }

  const Options options_;
  std::mt19937 random_;
  SessionDescription offer_;
  std::vector<Candidate> candidates_;
  Negotiated negotiated_;
  std::vector<Fingerprint> fingerprints_;
  uint32_t media_ssrc_ = 0, repair_ssrc_ = 0;

  StunTransaction transaction_{};
  Time next_check_ = Time::max(), last_answer_{}, next_report_ = Time::max(), now_{};
  uint64_t answers_ = 0, not_authentic_ = 0, goodbyes_ = 0;
  std::optional<uint16_t> counted_sequence_;

  std::unique_ptr<Dtls> dtls_;
  std::optional<SrtpSender> sender_;
  std::optional<SrtpReceiver> receiver_;
  std::optional<Browser> browser_;
  DataChannels channels_{*this};
  bool channels_asked_ = false, channels_gone_ = false;
  std::string ended_;
};

}  // namespace sdr::rtc::testing
