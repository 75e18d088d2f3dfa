// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtc/peer/media_path.h"
#include "rtc/peer/peer.h"
#include "rtc/peer/testing/player.h"
#include "rtc/rtp/testing/session.h"
#include "rtc/rtp/testing/simulated_link.h"
#include "rtc/testing/virtual_time.h"

// A whole call in virtual time: encoders, a Peer and its MediaPath, a network in both directions and a Player. What the
// tests of both are made of.

namespace sdr::rtc::testing {

/// Hands datagrams of a peer's media to a function, one by one.
class SplitSink final : public DatagramSink {
 public:
  using Take = std::function<void(std::span<const uint8_t> datagram)>;
  explicit SplitSink(Take take) : take_(std::move(take)) {}

  std::span<uint8_t> room(size_t bytes, size_t) override {
    used_ = 0;
    return blocked ? std::span<uint8_t>() : std::span(memory_).first(bytes);
  }
  void push(size_t bytes, size_t segment_bytes) override;

  bool blocked = false;
  size_t pushes = 0;

 private:
  const Take take_;
  size_t used_ = 0;
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(128 * 1024);
};

class Call final : private PeerEvents {
 public:
  struct Options {
    LinkOptions down, up;
    std::vector<double> layer_bps{8e6};
    bool data = true, feedback = true;
    bool answers_dtls = true;  ///< false: the player never takes part in the handshake
    uint32_t seed = 1;
    std::optional<Fingerprint> signalled;  ///< in place of the player's own
  };

  Call() : Call(Options()) {}
  explicit Call(const Options& options);
  ~Call();

  /// Goes on for so long.
  void run(Duration duration);
  /// Goes on until it is so. False where it is not in time.
  bool run_until(const std::function<bool()>& done, Duration limit);
  bool connect() {
    return run_until(
        [this] { return peer->connected() && player->connected() && player->browser().shown().size() > 3; },
        std::chrono::seconds(15));
  }
  bool open_channels();
  /// A datagram from somebody's address, as the owner of a peer gives it on.
  void give(std::span<const uint8_t> datagram, const Address& from);
  /// Says goodbye.
  void close();

  Time now() const { return time.now(); }

  VirtualTime time;
  SctpStack stack;
  IceCounters ice;
  std::vector<std::unique_ptr<FakeEncoder>> encoders;
  SimulatedLink down, up;
  std::optional<Peer> peer;
  std::unique_ptr<MediaPath> media;  ///< from the end of DTLS on
  std::optional<Player> player;
  Address player_address = *Address::parse("192.0.2.7:4000");
  Address other_address = *Address::parse("198.51.100.9:5000");

  std::vector<Address> addresses;                         ///< entered, and not taken back
  std::vector<std::string> ends;                          ///< of the peer: why
  std::vector<Player::Message> messages;                  ///< that the peer got
  std::function<bool(const ChannelMessage&)> on_message;  ///< in place of keeping them
  std::array<uint64_t, 2> sent_to{};                      ///< datagrams to player_address, and to others
  uint64_t largest_to_strangers = 0;
  int connected = 0, channels_opened = 0;
  bool takes_commands = true;
  std::optional<size_t> keyframe_layer;

 private:
  void tick();
  void send_media();
  bool sends_media() const { return media && !peer->ended() && peer->selected(); }
  void on_address(const Address& address) override { addresses.push_back(address); }
  void on_address_forgotten(const Address& address) override { std::erase(addresses, address); }
  void on_credentials_retired(const IceCredentials&) override {}
  void on_datagram(const Address& to, std::span<const uint8_t> datagram) override;
  void on_connected(const SrtpKeys& keys) override;
  void on_channel_open(Channel) override { ++channels_opened; }
  bool on_channel_message(const ChannelMessage& message) override;
  void on_channel_closed(Channel) override {}
  void on_end(PeerEnd end, std::string_view) override { ends.emplace_back(to_string(end)); }
  uint64_t realtime_us() const { return kRealtimeUs + to_us(now()); }

  static constexpr uint64_t kRealtimeUs = 1'700'000'000'000'000;
  const Options options_;
  SplitSink sink_;
  MediaConfig media_config_;
  Time next_frame_;
};

}  // namespace sdr::rtc::testing
