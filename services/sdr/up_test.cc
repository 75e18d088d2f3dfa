// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <fstream>

#include "base/testing/temporary_folder.h"
#include "net/socket.h"
#include "sdr/nats_config.h"
#include "sdr/robot_words.h"
#include "sdr/run_folder.h"
#include "sdr/share.h"
#include "sdr/up_options.h"

namespace sdr::command {
namespace {

using schema::Mode, schema::SafetyReason, schema::SafetyState;

std::string refusal_of(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

TEST(RunFolder, IsHeldByOneAtATime) {
  const testing::TemporaryFolder folder;
  const RunFolder held(folder.path() / "run");
  const std::string refusal = refusal_of([&] { RunFolder second(folder.path() / "run"); });
  EXPECT_NE(refusal.find("already running here (process " + std::to_string(::getpid()) + ")"), std::string::npos)
      << refusal;
}

TEST(RunFolder, IsFreeAgainWhenItsHolderIsGone) {
  const testing::TemporaryFolder folder;
  { const RunFolder first(folder.path() / "run"); }
  EXPECT_EQ(refusal_of([&] { RunFolder second(folder.path() / "run"); }), "");
}

TEST(RunFolder, ForgetsTheSafetyStateOfTheRunBefore) {
  const testing::TemporaryFolder folder;
  const RunFolder run(folder.path() / "run");
  std::ofstream(run.safety_state()) << "{}";
  run.forget_safety_state();
  EXPECT_FALSE(std::filesystem::exists(run.safety_state()));
  EXPECT_EQ(refusal_of([&] { run.forget_safety_state(); }), "");
}

TEST(RunFolder, SaysSoWhereItCannotBeWritten) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "not a folder";
  EXPECT_NE(refusal_of([&] { RunFolder run(folder.path() / "file"); }).find("cannot write to"), std::string::npos);
}

TEST(SharedMemory, IsAskedForInOneLine) {
  EXPECT_NE(refusal_of([] { require_shared_memory("/nonexistent/shm"); }).find("there is no /nonexistent/shm"),
            std::string::npos);
  EXPECT_NE(refusal_of([] { require_space("/", UINT64_MAX, "a test"); }).find("the disk is full: a test needs"),
            std::string::npos);
}

TEST(Ports, NamesWhoHoldsThePagesPort) {
  const FileDescriptor holder = std::move(*net::listen_tcp(*net::Address::parse("127.0.0.1:0"), 1));
  UpOptions options;
  options.port = net::local_address(holder.get())->port();
  const std::string refusal = refusal_of([&] { claim_ports(options); });
  EXPECT_NE(refusal.find("port " + std::to_string(options.port) + " is in use by"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("--port " + std::to_string(options.port + 1)), std::string::npos) << refusal;
}

TEST(Ports, MovesTheInnerOnesAndSaysSo) {
  const FileDescriptor holder = std::move(*net::listen_tcp(*net::Address::parse("127.0.0.1:0"), 1));
  UpOptions options;
  options.port = options.nats_monitor_port = options.sim_metrics_port = options.transport_metrics_port = 0;
  options.nats_port = net::local_address(holder.get())->port();
  const Ports ports = claim_ports(options);
  EXPECT_NE(ports.nats, options.nats_port);
  ASSERT_EQ(ports.moved.size(), 1u);
  EXPECT_NE(ports.moved[0].find("NATS takes " + std::to_string(ports.nats)), std::string::npos) << ports.moved[0];
}

TEST(Ports, RefusesARingThatAnotherWrites) {
  const testing::TemporaryFolder folder;
  UpOptions options;
  options.port = options.nats_port = options.nats_monitor_port = options.sim_metrics_port =
      options.transport_metrics_port = 0;
  options.shm_path = folder.file("frames");
  EXPECT_EQ(claim_ports(options).ring, options.shm_path);
  const FileDescriptor writer(::open(options.shm_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  EXPECT_EQ(claim_ports(options).ring, options.shm_path);
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  EXPECT_NE(refusal_of([&] { claim_ports(options); }).find("written by another simulator"), std::string::npos);
}

TEST(Share, KeepsItsTokenInAFileThatOnlyTheOwnerReads) {
  const testing::TemporaryFolder folder;
  const RunFolder run(folder.path() / "run");
  UpOptions options;
  EXPECT_EQ(prepare_share(options, run).token, "");
  options.share = true;
  const Share first = prepare_share(options, run), second = prepare_share(options, run);
  EXPECT_GE(first.token.size(), 32u);
  EXPECT_EQ(first.token, second.token);
  EXPECT_EQ(std::filesystem::status(first.tokens_file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Share, ListensOnEveryInterface) {
  UpOptions options;
  options.port = options.nats_port = options.nats_monitor_port = options.sim_metrics_port =
      options.transport_metrics_port = 0;
  options.share = true;
  EXPECT_TRUE(claim_ports(options).listen_addr.starts_with("0.0.0.0:"));
  EXPECT_EQ(page_url("0.0.0.0:8080", true, "192.0.2.1"), "https://192.0.2.1:8080/");
}

TEST(Ports, MakesAnAddressThatAPersonCanOpen) {
  EXPECT_EQ(page_url("127.0.0.1:8080"), "http://127.0.0.1:8080/");
  EXPECT_EQ(page_url("0.0.0.0:80"), "http://127.0.0.1:80/");
  EXPECT_EQ(page_url(":80"), "http://127.0.0.1:80/");
}

TEST(NatsConfig, StaysOnLoopbackAndWithinTheDisk) {
  const std::string text =
      nats_config({.port = 1, .monitor_port = 2, .store_folder = "/a \"b\"", .free_bytes = uint64_t{4} << 30});
  EXPECT_NE(text.find("listen: \"127.0.0.1:1\""), std::string::npos);
  EXPECT_NE(text.find("store_dir: \"/a \\\"b\\\"\""), std::string::npos);
  EXPECT_NE(text.find("max_file: 3221225472"), std::string::npos) << text;
  EXPECT_EQ(jetstream_bytes(uint64_t{1} << 50), uint64_t{90} << 30);
}

SafetyState state(Mode mode, SafetyReason reason) {
  SafetyState made;
  made.mode = mode;
  made.reason = reason;
  return made;
}

TEST(RobotWords, SayWhyItStoppedOnce) {
  const SafetyState stopped = state(Mode::estop, SafetyReason::estop_command);
  EXPECT_EQ(describe_change(state(Mode::armed, SafetyReason::commanded), stopped)->text,
            "robot stopped: ESTOP, someone pressed E-STOP");
  EXPECT_FALSE(describe_change(stopped, stopped));
  EXPECT_TRUE(describe_change(std::nullopt, stopped)->stopped);
}

TEST(RobotWords, AreSilentAboutOrdinaryDriving) {
  const SafetyState armed = state(Mode::armed, SafetyReason::commanded), idle = state(Mode::hold, SafetyReason::idle);
  EXPECT_FALSE(describe_change(std::nullopt, idle));
  EXPECT_FALSE(describe_change(idle, armed));
  EXPECT_FALSE(describe_change(armed, idle));
  EXPECT_EQ(describe_change(state(Mode::hold, SafetyReason::bus_lost), armed)->text, "robot armed");
}

}  // namespace
}  // namespace sdr::command
