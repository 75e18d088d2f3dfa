// SPDX-License-Identifier: Apache-2.0
// One end of data channels on standard input and output, each packet behind its length in two bytes: for peers that are
// not ours (aiortc_peer.py). Every message goes back as it came; the command `bye` ends the association.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "rtc/sctp/data_channels.h"

namespace {

using namespace sdr;
using namespace sdr::rtc;

class Echo : public DataChannelEvents {
 public:
  void on_packet_out(std::span<const uint8_t> packet) override {
    const uint8_t size[2] = {static_cast<uint8_t>(packet.size() >> 8), static_cast<uint8_t>(packet.size())};
    std::fwrite(size, 1, sizeof(size), stdout);
    std::fwrite(packet.data(), 1, packet.size(), stdout);
    std::fflush(stdout);
  }
  void on_channel_open(Channel channel) override { say("open", channel); }
  bool on_channel_message(const ChannelMessage& message) override {
    const std::string_view text(reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size());
    if (message.channel == Channel::commands && text == "bye") {
      channels.shut_down();
      return true;
    }
    if (message.overtakes) return false;
    return channels.send(message.channel, message.bytes, message.text) != SendResult::full;
  }
  void on_channel_closed(Channel channel, ChannelEnd) override { say("closed", channel); }
  void on_channels_gone(SctpEnd end) override {
    std::fprintf(stderr, "gone %d\n", static_cast<int>(end));
    gone = true;
  }

  bool gone = false;
  DataChannels channels{*this};

 private:
  static void say(const char* what, Channel channel) {
    std::fprintf(stderr, "%s %s\n", what, std::string(rules_of(channel).label).c_str());
  }
};

/// Hands over what is whole; false at the end of the input.
bool read_packets(std::vector<uint8_t>& buffer, Echo& echo, Time now) {
  uint8_t bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof(bytes));
  if (count <= 0) return false;
  buffer.insert(buffer.end(), bytes, bytes + count);
  while (buffer.size() >= 2) {
    const size_t end = 2 + static_cast<size_t>(buffer[0] << 8 | buffer[1]);
    if (buffer.size() < end) break;
    echo.channels.on_packet(std::span(buffer).first(end).subspan(2), now);
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(end));
  }
  return true;
}

}  // namespace

int main() {
  const SystemClock clock;
  SctpStack stack(clock.now());
  Echo echo;
  if (const auto status = echo.channels.start(stack, {}, clock.now()); !status) {
    std::fprintf(stderr, "%s\n", status.error().message().c_str());
    return 1;
  }
  std::vector<uint8_t> buffer;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  while (!echo.gone) {
    if (::poll(&input, 1, 10) > 0 && !read_packets(buffer, echo, clock.now())) break;
    stack.on_time(clock.now());
    echo.channels.on_time(clock.now());
    echo.channels.resume();  // what found no room when it came
  }
  return echo.gone ? 0 : 1;
}
