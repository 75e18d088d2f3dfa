// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include "base/event_loop.h"
#include "bus/bus.h"
#include "net/testing/tls.h"
#include "schema/json_value.h"
#include "sdr/capture.h"
#include "sdr/http_get.h"
#include "tests/sdr/running_up.h"

namespace sdr::testing {
namespace {

using command::Captured;

// The answer to GET, asked for again until there is one.
std::string page_at(const std::string& url) {
  EventLoop loop;
  command::HttpGetter getter(loop);
  std::string body;
  const std::string address = url.substr(7, url.size() - 8);  // without "http://" and the last slash
  for (int attempt = 0; attempt < 50 && body.empty(); ++attempt) {
    bool done = false;
    getter.get(address, "/", [&](Result<command::HttpAnswer> answer) {
      done = true;
      if (answer && answer->status == 200) body = answer->body;
    });
    while (!done) loop.run_once(std::chrono::milliseconds(100));
  }
  return body;
}

TEST(Up, ShowsWhatItStartedAndTheAddressLast) {
  RunningUp up;
  ASSERT_TRUE(up.says("  open ")) << up.output();
  ASSERT_TRUE(up.says(up.url())) << up.output();
  EXPECT_NE(up.output().find("  nats        nats-server "), std::string::npos) << up.output();
  EXPECT_NE(up.output().find("  simulator   rover, "), std::string::npos) << up.output();
  EXPECT_NE(up.output().find(" fps, "), std::string::npos) << up.output();
  EXPECT_NE(up.output().find("  transport   "), std::string::npos) << up.output();
  EXPECT_LT(up.output().find("  transport   "), up.output().find("  open "));
  EXPECT_EQ(up.output().find('\x1b'), std::string::npos) << "colour in a file";
  EXPECT_NE(page_at(up.url()).find("<html"), std::string::npos);
}

TEST(Up, LeavesNothingBehindAfterCtrlC) {
  RunningUp up;
  ASSERT_TRUE(up.says("  open ")) << up.output();
  const auto services = up.services();
  ASSERT_EQ(services.size(), 3u);
  up.signal(SIGINT);
  const int status = up.wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command::describe_exit(status) << up.output();
  for (const auto& [name, pid] : services) EXPECT_FALSE(is_alive(pid)) << name;
}

TEST(Up, TakesEverythingWithItWhenItIsKilled) {
  RunningUp up;
  ASSERT_TRUE(up.says("  open ")) << up.output();
  const auto services = up.services();
  ASSERT_EQ(services.size(), 3u);
  up.signal(SIGKILL);
  up.wait();
  for (const auto& [name, pid] : services) EXPECT_TRUE(is_gone(pid)) << name;
}

TEST(Up, ServesThePageByHttpsWhereItHasACertificate) {
  const TemporaryFolder folder;
  write_certificate({folder.file("cert.pem"), folder.file("key.pem")});
  RunningUp up({"--tls-cert=" + folder.file("cert.pem"), "--tls-key=" + folder.file("key.pem")});
  ASSERT_TRUE(up.says("  open ") && up.says(up.url())) << up.output();
  ASSERT_TRUE(up.url().starts_with("https://127.0.0.1:")) << up.url();
  TlsClient client(*net::Address::parse(up.url().substr(8, up.url().size() - 9)));
  client.say("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  for (int i = 0; i < 3000 && client.heard().find("<html") == std::string::npos && !client.ended(); ++i) {
    ::usleep(10'000);
    client.poll();
  }
  EXPECT_NE(client.heard().find("<html"), std::string::npos) << client.why();
}

TEST(Up, EndsWithOneLineWhereTheCertificateIsMissing) {
  RunningUp up({"--tls-cert=/nonexistent.pem", "--tls-key=/nonexistent.key"});
  const int status = up.wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << command::describe_exit(status);
  EXPECT_NE(up.output().find("tls_cert: /nonexistent.pem: No such file"), std::string::npos) << up.output();
}

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string member_of(const std::string& json_text, const std::vector<std::string>& path) {
  schema::JsonParser parser;
  std::optional<schema::JsonValue> value = parser.parse(json_text);
  for (const std::string& key : path) {
    if (value) value = value->find(key);
  }
  return value && value->text() ? std::string(*value->text()) : std::string();
}

TEST(Up, LetsNobodyOntoTheBusWithoutAPasswordAndKeepsThoseSecret) {
  RunningUp up;
  ASSERT_TRUE(up.says("  open ")) << up.output();
  const std::string users = text_of(up.run_folder() + "/nats-users.json");
  const std::string url = member_of(text_of(up.run_folder() + "/up.json"), {"nats_url"});
  const auto state_of = [&](const std::string& user, const std::string& password) {
    EventLoop loop;
    Registry registry;
    bus::Bus bus(loop, registry, {.url = url, .service = "test", .name_space = {}, .user = user, .password = password});
    bus.start();
    for (int i = 0; i < 3000 && bus.state() != bus::BusState::connected && bus.last_error().empty(); ++i) {
      loop.run_once(std::chrono::milliseconds(10));
    }
    return bus.state();
  };
  EXPECT_EQ(state_of("", ""), bus::BusState::connecting);
  EXPECT_EQ(state_of("sim", "guessed"), bus::BusState::connecting);
  for (const char* name : {"sim", "transport", "sdr", "recorder"}) {
    const std::string password = member_of(users, {"users", name, "password"});
    ASSERT_GE(password.size(), 32u) << users;
    EXPECT_EQ(state_of(name, password), bus::BusState::connected) << name;
    for (const auto& [service, pid] : up.services()) {
      EXPECT_EQ(text_of("/proc/" + std::to_string(pid) + "/cmdline").find(password), std::string::npos) << service;
      EXPECT_EQ(text_of(up.run_folder() + "/logs/" + service + ".log").find(password), std::string::npos) << service;
    }
    EXPECT_EQ(up.output().find(password), std::string::npos);
  }
  for (const char* file : {"/nats-users.json", "/nats-server.conf"}) {
    struct stat status {};
    ASSERT_EQ(::stat((up.run_folder() + file).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file;
  }
}

// What the services say by themselves, as one hears it who may hear everything; true when all of it was heard.
bool heard_everything(const RunningUp& up, const std::string& name_space, std::set<std::string> awaited) {
  const std::string users = text_of(up.run_folder() + "/nats-users.json");
  EventLoop loop;
  Registry registry;
  bus::Bus bus(loop, registry,
               {.url = member_of(text_of(up.run_folder() + "/up.json"), {"nats_url"}),
                .service = "test",
                .name_space = name_space,
                .user = member_of(users, {"users", "recorder", "user"}),
                .password = member_of(users, {"users", "recorder", "password"})});
  for (const char* pattern : {"telemetry.>", "sim.metrics.>"}) {
    bus.subscribe(pattern, [&](const bus::Message& message) { awaited.erase(std::string(message.subject)); });
  }
  bus.start();
  const Time give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!awaited.empty() && std::chrono::steady_clock::now() < give_up) loop.run_once(std::chrono::milliseconds(10));
  for (const std::string& subject : awaited) ADD_FAILURE() << "nobody says " << subject;
  return awaited.empty();
}

TEST(Up, RefusesNothingThatItsServicesNeed) {
  RunningUp up({"--namespace=site.one"});
  ASSERT_TRUE(up.says("  open ")) << up.output();
  EXPECT_TRUE(
      heard_everything(up, "site.one",
                       {"telemetry.joints", "telemetry.imu", "telemetry.odom", "telemetry.tf", "telemetry.velocity",
                        "telemetry.safety.state", "telemetry.clock", "telemetry.frame.stats", "telemetry.robot.list",
                        "sim.metrics.physics", "telemetry.control.lease", "telemetry.safety.video_gate"}));
  for (const char* service : {"sim", "transport"}) {
    EXPECT_EQ(text_of(up.run_folder() + "/logs/" + service + ".log").find("ermissions Violation"), std::string::npos);
  }
  EXPECT_EQ(text_of(up.run_folder() + "/logs/nats.log").find("ermissions Violation"), std::string::npos)
      << text_of(up.run_folder() + "/logs/nats.log");
}

TEST(Up, StartsAgainEachServiceThatIsKilled) {
  RunningUp up;
  ASSERT_TRUE(up.says("  open ")) << up.output();
  const std::map<std::string, std::string> titles = {
      {"nats", "NATS"}, {"sim", "the simulator"}, {"transport", "the transport"}};
  for (const auto& [name, title] : titles) {
    const pid_t before = up.services().at(name);
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    EXPECT_TRUE(up.says(title + " was killed by signal 9 (Killed); starting it again in ")) << up.output();
    EXPECT_TRUE(up.says(title + " is back")) << up.output();
    EXPECT_NE(up.services().at(name), before);
  }
}

TEST(Up, RefusesToRunTwiceInOneFolder) {
  RunningUp first;
  ASSERT_TRUE(first.says("  open ")) << first.output();
  RunningUp second({"--run-dir=" + first.run_folder()});
  const int status = second.wait();
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_NE(second.output().find("already running here (process "), std::string::npos) << second.output();
}

TEST(Up, EndsWithOneLineWhereARobotIsUnknown) {
  RunningUp up({"--robot=unicorn"});
  const int status = up.wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << command::describe_exit(status);
  EXPECT_NE(up.output().find("unicorn"), std::string::npos) << up.output();
  for (const auto& [name, pid] : up.services()) EXPECT_TRUE(pid < 0 || is_gone(pid)) << name;
}

TEST(Up, BeginsTheSafetyStateAnew) {
  RunningUp up({"--robot=unicorn"});
  up.wait();
  std::ofstream(up.run_folder() + "/safety-state.json") << "{\"mode\":\"ESTOP\"}";
  RunningUp again({"--run-dir=" + up.run_folder(), "--robot=unicorn"});
  again.wait();
  EXPECT_FALSE(std::filesystem::exists(up.run_folder() + "/safety-state.json"));
}

TEST(Doctor, AnswersInJson) {
  const Result<Captured> answer =
      command::capture({.arguments = {std::string(SDR_TEST_BINARIES) + "/sdr", "doctor", "--json"}, .environment = {}},
                       std::chrono::minutes(1));
  ASSERT_TRUE(answer.ok());
  schema::JsonParser parser;
  const auto json = parser.parse(answer->output);
  ASSERT_TRUE(json && json->is_object()) << answer->output;
  const auto ok = json->find("ok");
  ASSERT_TRUE(ok && ok->boolean());
  EXPECT_EQ(*ok->boolean(), answer->succeeded());
  for (const char* part : {"renderer", "encoders", "ports", "memory_bytes", "shm_bytes"})
    EXPECT_TRUE(json->find(part)) << part;
}

TEST(Doctor, AnswersForTheHardwareEncoderAlone) {
  const Result<Captured> answer =
      command::capture({.arguments = {std::string(SDR_TEST_BINARIES) + "/sdr", "doctor", "--nvenc"}, .environment = {}},
                       std::chrono::minutes(1));
  ASSERT_TRUE(answer.ok());
  ASSERT_TRUE(WIFEXITED(answer->wait_status));
  EXPECT_LE(WEXITSTATUS(answer->wait_status), 2);
  EXPECT_FALSE(answer->output.empty());
}

}  // namespace
}  // namespace sdr::testing
