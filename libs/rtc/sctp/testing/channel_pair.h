// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/sctp/data_channels.h"
#include "rtc/testing/lossy_network.h"
#include "rtc/testing/virtual_time.h"

// A browser's and a server's data channels with a bad network between them, in virtual time.

namespace sdr::rtc::testing {

inline std::span<const uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// One end: remembers what happened to it.
class ChannelSide : public DataChannelEvents {
 public:
  ChannelSide(VirtualTime& clock, uint64_t seed, const NetworkOptions& network)
      : out(network, static_cast<uint32_t>(seed)), clock_(clock) {}

  void on_packet_out(std::span<const uint8_t> packet) override { out.send(0, packet, clock_.now()); }
  void on_channel_open(Channel channel) override { ++opened[static_cast<size_t>(channel)]; }
  bool on_channel_message(const ChannelMessage& message) override {
    if (on_message) return on_message(message);
    messages.push_back({message.channel, std::string(message.bytes.begin(), message.bytes.end()), message.text});
    return true;
  }
  void on_channel_closed(Channel channel, ChannelEnd end) override {
    ++closed[static_cast<size_t>(channel)];
    last_end = end;
  }
  void on_channels_gone(SctpEnd end) override { gone = end; }

  SendResult send(Channel channel, std::string_view text, bool is_text = true) {
    return channels->send(channel, as_bytes(text), is_text);
  }

  struct Received {
    Channel channel;
    std::string bytes;
    bool text;
  };
  LossyNetwork out;
  std::unique_ptr<DataChannels> channels = std::make_unique<DataChannels>(*this);
  std::function<bool(const ChannelMessage&)> on_message;
  std::vector<Received> messages;
  int opened[kChannelCount] = {}, closed[kChannelCount] = {};
  std::optional<ChannelEnd> last_end;
  std::optional<SctpEnd> gone;

 private:
  VirtualTime& clock_;
};

class ChannelPair {
 public:
  explicit ChannelPair(uint64_t seed = 1, const NetworkOptions& network = {})
      : stack(clock.now()), browser(clock, 2 * seed, network), server(clock, 2 * seed + 1, network) {}

  /// Both start; true once both are up.
  bool connect(bool browser_begins = true, bool server_begins = false) {
    const DataChannels::Options browser_options{.begins = browser_begins, .first_stream = 0};
    const DataChannels::Options server_options{.begins = server_begins, .first_stream = 1};
    return browser.channels->start(stack, browser_options, clock.now()).ok() &&
           server.channels->start(stack, server_options, clock.now()).ok() &&
           run_until([&] { return browser.channels->is_up() && server.channels->is_up(); });
  }
  bool open(Channel channel) {
    return browser.channels->open(channel) && run_until([&] {
             return browser.opened[static_cast<size_t>(channel)] > 0 && server.channels->is_open(channel);
           });
  }

  /// One step of time, to whatever comes next.
  void step() {
    auto next = clock.now() + std::chrono::milliseconds(100);
    for (const auto& time : {browser.out.next_time(), server.out.next_time(), stack.next_time(),
                             browser.channels->next_time(), server.channels->next_time()}) {
      if (time) next = std::min(next, *time);
    }
    clock.move_to(std::max(next, clock.now() + std::chrono::microseconds(50)));
    browser.out.deliver(clock.now(), [&](int, auto packet) { server.channels->on_packet(packet, clock.now()); });
    server.out.deliver(clock.now(), [&](int, auto packet) { browser.channels->on_packet(packet, clock.now()); });
    stack.on_time(clock.now());
    browser.channels->on_time(clock.now());
    server.channels->on_time(clock.now());
  }
  void run(Duration duration) {
    for (const Time end = clock.now() + duration; clock.now() < end;) step();
  }
  template <typename Condition>
  bool run_until(Condition condition, Duration limit = std::chrono::seconds(60)) {
    for (const Time end = clock.now() + limit; clock.now() < end; step()) {
      if (condition()) return true;
    }
    return condition();
  }

  VirtualTime clock;
  SctpStack stack;
  ChannelSide browser, server;
};

}  // namespace sdr::rtc::testing
