// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/stand.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sdr::testing {

void TransportTest::SetUp() {
  if (!have_nats_server()) GTEST_SKIP() << "nats-server is not installed";
  nats = std::make_unique<NatsServer>();
  options.listen_addr = "127.0.0.1:0";
  options.metrics_addr = "127.0.0.1:0";
  options.shm_path = folder.file("frames");
  options.nats_url = nats->url();
  options.web_root = folder.file("web");
  options.frame_bytes_max = 256 * 1024;
}

void TransportTest::TearDown() {
  transport.reset();
  robot.reset();
}

void TransportTest::start() {
  transport = std::make_unique<transport::Transport>(loop, options);
  robot = std::make_unique<bus::Bus>(loop, bus_registry, bus::BusConfig{options.nats_url, "robot", options.ns, {}, {}});
  for (const char* pattern : {"control.>", "telemetry.>"}) {
    robot->subscribe(pattern, [this](const bus::Message& message) {
      heard.push_back({std::string(message.subject), std::string(message.payload)});
    });
  }
  robot->start();
  ASSERT_TRUE(until([this] { return robot->state() == bus::BusState::connected && !heard.empty(); }));
  // It looks at its ring every 50 ms: two frames before the first look would be none that it saw change.
  const Time looked = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  ASSERT_TRUE(until([&] { return loop.now() > looked; }));
}

void TransportTest::open_ring(const std::string& name) {
  auto opened = frames::RingWriter::open({.path = folder.file(name), .ring_bytes = 256 * 1024});
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  writer.emplace(std::move(opened).value());
}

void TransportTest::write_frame(bool keyframe, size_t bytes) {
  const std::vector<std::byte> payload(bytes, std::byte{static_cast<uint8_t>(++tick_)});
  ASSERT_TRUE(writer->write({.frame_id = tick_, .keyframe = keyframe}, payload).ok());
  (void)writer->heartbeat();
}

void TransportTest::say_clock() {
  robot->publish("telemetry.clock", R"({"robot_us":)" + std::to_string(monotonic_us()) + "}");
}

std::shared_ptr<WsClient> TransportTest::connect(const std::string& query, const std::string& headers) {
  auto client = std::make_shared<WsClient>(transport->address(), query, headers);
  clients_.push_back(client);
  EXPECT_TRUE(until([&] { return !client->answer().empty() || client->ended(); }));
  return client;
}

void TransportTest::use_tokens(const std::string& lines) {
  options.access_tokens_file = folder.file("tokens");
  const std::string fresh = options.access_tokens_file + ".new";
  std::ofstream(fresh) << lines;
  std::filesystem::permissions(fresh, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(fresh, options.access_tokens_file);
}

std::shared_ptr<WsClient> TransportTest::connect_as(const std::string& token, const std::string& role) {
  auto client = connect();
  client->command(R"({"action":"auth","cmd_seq":1,"data":{"token":")" + token + R"("}})");
  EXPECT_NE(wait_ack(*client).find("\"status\":\"ok\",\"detail\":\"" + role + "\""), std::string::npos);
  return client;
}

std::shared_ptr<WsClient> TransportTest::connect_operator(const std::function<void(bool keyframe)>& write) {
  if (!writer) open_ring();
  auto client = connect();
  for (const bool keyframe : {true, false}) {
    if (write) {
      write(keyframe);
    } else {
      write_frame(keyframe);
    }
    EXPECT_TRUE(wait_frame(*client));
  }
  say_clock();
  EXPECT_NE(wait_telemetry(*client, "telemetry.clock"), "");
  // The gate opens with the first change of the sequence number that this transport has seen.
  EXPECT_TRUE(
      until([&] { return wait_telemetry(*client, "telemetry.safety.video_gate").find("open") != std::string::npos; }));
  return client;
}

std::string TransportTest::http(const std::string& request) {
  const FileDescriptor socket = std::move(net::connect_tcp(transport->address()).value());
  EXPECT_GT(send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL), 0);
  std::string answer;
  EXPECT_TRUE(until([&] {
    char piece[65536];
    const ssize_t got = recv(socket.get(), piece, sizeof piece, MSG_DONTWAIT);
    if (got > 0) answer.append(piece, static_cast<size_t>(got));
    return got == 0;
  }));
  return answer;
}

std::string TransportTest::wait_telemetry(WsClient& client, const std::string& subject) {
  std::string found;
  EXPECT_TRUE(until([&] {
    while (!client.messages.empty() && found.empty()) {
      found = telemetry(client.messages.front(), subject);
      client.messages.pop_front();
    }
    return !found.empty();
  })) << "nothing on "
      << subject;
  return found;
}

std::optional<frames::FrameHeader> TransportTest::wait_frame(WsClient& client) {
  std::optional<frames::FrameHeader> found;
  EXPECT_TRUE(until([&] {
    while (!client.messages.empty() && !found) {
      const WsClient::Message message = std::move(client.messages.front());
      client.messages.pop_front();
      if (message.opcode == 2 && message.bytes.size() > 33 && message.bytes[0] == 1) found = header_of(message);
    }
    return found.has_value();
  })) << "no frame came";
  return found;
}

std::optional<std::string> TransportTest::wait_bus(const std::string& subject) {
  std::optional<std::string> found;
  EXPECT_TRUE(until([&] {
    const auto at = std::find_if(heard.begin(), heard.end(), [&](const Heard& h) { return h.subject == subject; });
    if (at == heard.end()) return false;
    found = at->payload;
    heard.erase(heard.begin(), at + 1);
    return true;
  })) << "nothing on "
      << subject;
  return found;
}

}  // namespace sdr::testing
