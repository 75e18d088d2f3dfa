// SPDX-License-Identifier: Apache-2.0
// A hostile peer. The first byte of the input chooses: the parsers alone; packets before anything is up; or an
// association in which the peer sends what messages it likes, changes its own packets on the way and adds others, with
// checksums and tags made right, so that they arrive. The server's side must neither break nor say what is not so.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "rtc/sctp/control_input.h"
#include "rtc/sctp/data_channels.h"
#include "rtc/sctp/packet_check.h"
#include "rtc/testing/virtual_time.h"

namespace {

using namespace sdr::rtc;
using Bytes = std::vector<uint8_t>;

/// Reads the input from its front; zeros after its end.
class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : left_(bytes) {}
  bool empty() const { return left_.empty(); }
  uint8_t byte() {
    if (left_.empty()) return 0;
    const uint8_t value = left_[0];
    left_ = left_.subspan(1);
    return value;
  }
  std::span<const uint8_t> bytes(size_t count) {
    const auto taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const uint8_t> left_;
};

/// CRC32c, little-endian in bytes 8 to 11 (RFC 9260 appendix A).
void set_checksum(Bytes& packet) {
  if (packet.size() < 12) return;
  std::fill_n(packet.begin() + 8, 4, uint8_t{0});
  uint32_t crc = ~0u;
  for (const uint8_t byte : packet) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1)));
  }
  for (size_t i = 0; i < 4; ++i) packet[8 + i] = static_cast<uint8_t>(~crc >> (8 * i));
}

sdr::rtc::testing::VirtualTime& time_now() {
  static sdr::rtc::testing::VirtualTime time;
  return time;
}

SctpStack& stack() {
  static SctpStack* const instance = new SctpStack(time_now().now());  // never ends: the runs are many
  return *instance;
}

/// The server's side under attack: checks that events make sense.
class Server : public DataChannelEvents {
 public:
  void on_packet_out(std::span<const uint8_t> packet) override {
    SDR_ASSERT(check_sctp_packet(packet) == PacketVerdict::ok, "our own packet would be refused");
    SDR_ASSERT_OP(packet.size(), <=, kSctpPacketMax);
    out.emplace_back(packet.begin(), packet.end());
  }
  void on_channel_open(Channel channel) override { SDR_ASSERT(!std::exchange(open(channel), true), "opened twice"); }
  bool on_channel_message(const ChannelMessage& message) override {
    SDR_ASSERT(open(message.channel), "a message on a channel that is not open");
    SDR_ASSERT_OP(message.bytes.size(), <=, rules_of(message.channel).message_max);
    if (message.channel == Channel::control) (void)input.take(message.bytes, message.text);
    return takes;
  }
  void on_channel_closed(Channel channel, ChannelEnd) override {
    SDR_ASSERT(std::exchange(open(channel), false), "closed twice");
  }
  void on_channels_gone(SctpEnd) override { opened = {}; }
  bool& open(Channel channel) { return opened[static_cast<size_t>(channel)]; }

  std::deque<Bytes> out;
  std::array<bool, kChannelCount> opened{};
  bool takes = true;
  ControlInput input;
  DataChannels channels{*this};
};

/// The peer: an association of the library's, used without manners.
class Peer : public AssociationEvents {
 public:
  void on_packet_out(std::span<const uint8_t> packet) override { out.emplace_back(packet.begin(), packet.end()); }
  void on_up(uint16_t) override { up = true; }
  void on_message(const SctpMessage&) override {}
  void on_streams_reset(std::span<const uint16_t>) override {}
  void on_resets_done(std::span<const uint16_t>) override {}
  void on_end(SctpEnd) override {}

  std::deque<Bytes> out;
  bool up = false;
  std::unique_ptr<Association> association;
};

struct Fight {
  Server server;
  Peer peer;
  std::optional<std::pair<uint8_t, uint8_t>> change;  // of the peer's next packet: where, and the bits
  std::array<uint8_t, 8> head{};                      // ports and the server's tag, as the peer's packets have them

  explicit Fight(bool with_peer) {
    SDR_ASSERT(server.channels.start(stack(), {}, time_now().now()).ok(), "start");
    if (!with_peer) return;
    auto association = stack().open(peer, true, time_now().now());
    SDR_ASSERT(association.ok(), "open");
    peer.association = std::move(*association);
    for (int i = 0; i < 20 && !(peer.up && server.channels.is_up()); ++i) {
      deliver();
      pass(10);
    }
    SDR_ASSERT(peer.up && server.channels.is_up(), "the association did not come up");
  }

  void pass(int milliseconds) {
    time_now().advance(std::chrono::milliseconds(milliseconds));
    stack().on_time(time_now().now());
    server.channels.on_time(time_now().now());
  }

  void deliver() {
    for (int i = 0; i < 64 && !(peer.out.empty() && server.out.empty()); ++i) {
      if (!peer.out.empty()) to_server();
      if (!server.out.empty()) {
        const Bytes packet = std::move(server.out.front());
        server.out.pop_front();
        if (peer.association) peer.association->on_packet(packet, time_now().now());
      }
    }
  }

  void to_server() {
    Bytes packet = std::move(peer.out.front());
    peer.out.pop_front();
    if (packet.size() >= head.size() && packet[12] != 1) std::copy_n(packet.begin(), head.size(), head.begin());
    if (change) {
      packet[12 + change->first % (packet.size() - 12)] ^= change->second;
      set_checksum(packet);
      change.reset();
    }
    server.channels.on_packet(packet, time_now().now());
  }

  void inject(std::span<const uint8_t> chunks, bool with_tag) {
    Bytes packet(head.begin(), head.end());
    if (!with_tag) packet = {0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0};
    packet.resize(12);
    packet.insert(packet.end(), chunks.begin(), chunks.end());
    set_checksum(packet);
    server.channels.on_packet(packet, time_now().now());
  }
};

void parsers(std::span<const uint8_t> bytes) {
  (void)check_sctp_packet(bytes);
  if (const auto open = parse_dcep_open(bytes)) {
    Bytes again(bytes.size());
    SDR_ASSERT_OP(write_dcep_open(*open, again), ==, bytes.size());
    SDR_ASSERT(std::equal(again.begin(), again.end(), bytes.begin()), "writes otherwise");
  }
  ControlInput input;
  if (input.take(bytes, false)) SDR_ASSERT(!input.take(bytes, false), "the same message is newer than itself");
}

void before_anything(Input input) {
  Fight fight(false);
  while (!input.empty()) {
    const uint8_t size = input.byte();
    fight.inject(input.bytes(size), false);
    fight.pass(10);
    fight.server.out.clear();
  }
}

void peer_sends(Fight& fight, Input& input) {
  constexpr uint32_t kPpids[] = {50, 51, 53, 56, 57, 52, 0};
  const uint8_t how = input.byte(), ppid = input.byte();
  Bytes message;
  const auto bytes = input.bytes(input.byte());
  for (int i = 0; i <= how >> 6; ++i) message.insert(message.end(), bytes.begin(), bytes.end());
  if (message.empty()) message.push_back(0);
  const SendOptions options{.stream = static_cast<uint16_t>(how % kSctpStreams),
                            .ppid = kPpids[ppid % std::size(kPpids)],
                            .ordered = (ppid & 0x80) == 0,
                            .reliable = (ppid & 0x40) == 0};
  (void)fight.peer.association->send(message, options);
}

void server_acts(Fight& fight, uint8_t what) {
  const Channel channel = (what & 1) != 0 ? Channel::commands : Channel::control;
  switch (what >> 1 & 3) {
    case 0:
      fight.server.takes = !fight.server.takes;
      return fight.server.channels.resume();
    case 1:
      return fight.server.channels.close(channel);
    case 2:
      (void)fight.server.channels.send(channel, std::array<uint8_t, 6>{}, false);
      return;
    default:
      if (what > 0xf0) fight.server.channels.shut_down();
  }
}

void established(Input input) {
  Fight fight(true);
  while (!input.empty()) {
    switch (input.byte() % 6) {
      case 0:
        peer_sends(fight, input);
        break;
      case 1:
        (void)fight.peer.association->reset_stream(input.byte() % kSctpStreams);
        break;
      case 2:
        fight.change = {input.byte(), input.byte()};
        break;
      case 3:
        fight.inject(input.bytes(input.byte()), true);
        break;
      case 4:
        fight.pass(1 + 4 * input.byte());
        break;
      default:
        server_acts(fight, input.byte());
    }
    fight.deliver();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::span<const uint8_t> rest(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      parsers(rest);
      break;
    case 1:
      before_anything(Input(rest));
      break;
    default:
      established(Input(rest));
  }
  for (int i = 0; i < 3; ++i) {  // what the library frees by a timer
    time_now().advance(std::chrono::milliseconds(20));
    stack().on_time(time_now().now());
  }
  return 0;
}
