// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "sim_fixture.h"

namespace sdr::testing {
namespace {

using schema::AckStatus;
using schema::Action;
using schema::Mode;

TEST_F(SimTest, WritesFramesThatBeginWithAKeyframe) {
  ASSERT_TRUE(client_->until([&] { return client_->headers.size() > 30; }));
  EXPECT_TRUE(client_->headers.front().is_keyframe());
  for (size_t i = 1; i < client_->headers.size(); ++i) {
    EXPECT_EQ(client_->headers[i].frame_seq, client_->headers[i - 1].frame_seq + 1);
    EXPECT_GT(client_->headers[i].frame_id, client_->headers[i - 1].frame_id);
    EXPECT_EQ(client_->headers[i].codec, frames::Codec::kH264);
  }
}

TEST_F(SimTest, ATwistMovesTheRobotAndItsOdometry) {
  ASSERT_TRUE(client_->drive(0.0, 0.0, [&] { return client_->safety.mode == Mode::armed; }));
  ASSERT_TRUE(client_->drive(0.8, 0.0, [&] { return x() > 0.5; }));
  ASSERT_TRUE(client_->until([&] { return client_->safety.mode == Mode::hold; }));  // nobody drives any more
  ASSERT_TRUE(client_->until([&] { return std::abs(client_->odometry.twist.twist.linear.x) < 0.01; }));
}

TEST_F(SimTest, SettingsChangeTheStreamWhileItRuns) {
  schema::SettingsData data;
  data.codec = schema::Codec::jpeg;
  data.width = 256;
  data.height = 144;
  ASSERT_EQ(client_->command(Action::settings, data).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->headers.back().codec == frames::Codec::kJpeg; }));
  ASSERT_TRUE(
      client_->until([&] { return client_->stats.width == 256 && client_->stats.codec == schema::Codec::jpeg; }));
  data.codec = schema::Codec::h264;
  ASSERT_EQ(client_->command(Action::settings, data).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->headers.back().codec == frames::Codec::kH264; }));
  data.height.reset();
  EXPECT_EQ(client_->command(Action::settings, data).status, AckStatus::refused);
}

TEST_F(SimTest, AnotherRobotIsLoadedWhileFramesGoOn) {
  ASSERT_EQ(client_->command(Action::load_robot, schema::NameData{"quadruped"}).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->joints.name.size() == 12; }));
  ASSERT_TRUE(client_->until([&] { return client_->robots.current == "quadruped"; }));
  const size_t frames = client_->headers.size();
  ASSERT_TRUE(client_->until([&] { return client_->headers.size() > frames + 10; }));
  EXPECT_EQ(client_->command(Action::load_robot, schema::NameData{"unicorn"}).status, AckStatus::refused);
}

TEST_F(SimTest, CamerasAreChosenByName) {
  schema::CameraData data;
  data.name = "front";
  EXPECT_EQ(client_->command(Action::camera, data).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->robots.camera == "front"; }));
  data.name = "cellar";
  EXPECT_EQ(client_->command(Action::camera, data).status, AckStatus::refused);
}

TEST_F(SimTest, ARequestedKeyframeComes) {
  ASSERT_TRUE(client_->until([&] { return client_->headers.size() > 40; }));
  const size_t frames = client_->headers.size();
  client_->post(Action::request_idr, schema::IdrData{});
  ASSERT_TRUE(
      client_->until([&] { return client_->headers.size() > frames && client_->headers.back().is_keyframe(); }));
}

TEST_F(SimTest, PauseAndResetDoWhatTheySay) {
  ASSERT_TRUE(client_->drive(0.0, 0.0, [&] { return client_->safety.mode == Mode::armed; }));
  ASSERT_TRUE(client_->drive(0.8, 0.0, [&] { return x() > 0.3; }));
  EXPECT_EQ(client_->command(Action::pause, schema::PauseData{true}).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->physics.paused == true; }));
  EXPECT_EQ(client_->command(Action::reset, schema::NoData{}).status, AckStatus::ok);
  EXPECT_EQ(client_->command(Action::pause, schema::PauseData{false}).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return std::abs(x()) < 0.05; }));
}

TEST_F(SimTest, EstopOutlivesTheProcess) {
  EXPECT_EQ(client_->command(Action::estop, schema::EstopData{}).status, AckStatus::ok);
  ASSERT_TRUE(client_->until([&] { return client_->safety.mode == Mode::estop; }));
  const uint64_t before = client_->safety.state_id;
  client_.reset();
  EXPECT_EQ(sim_->stop(), "");
  sim_.reset();
  start();
  EXPECT_EQ(arm_mode_, Mode::estop);
  EXPECT_GE(client_->safety.state_id, before);
  // It clears for nobody before it has heard who holds the lease, which a transport repeats.
  const auto cleared = [&] {
    client_->lease(1);
    return client_->command(Action::estop_clear, schema::NoData{}).status == AckStatus::ok;
  };
  ASSERT_TRUE(client_->until(cleared));
  ASSERT_TRUE(client_->until([&] { return client_->safety.mode == Mode::hold; }));
}

TEST_F(SimTest, ASecondRobotSideRefusesToStart) {
  sim::SimOptions second = options_;
  second.shm_path = folder_.file("ring2");
  second.run_dir = folder_.path() / "run2";
  RunningSim other(second);
  EXPECT_NE(other.join().find("another robot side"), std::string::npos);
  const size_t frames = client_->headers.size();
  ASSERT_TRUE(client_->until([&] { return client_->headers.size() > frames + 5; }));  // the first goes on
}

TEST_F(SimTest, ASecondWriterOnTheRingRefusesToStart) {
  sim::SimOptions second = options_;
  second.run_dir = folder_.path() / "run2";
  RunningSim other(second);
  EXPECT_FALSE(other.join().empty());
}

TEST_F(SimTest, FramesGoOnWhileTheBusIsAwayAndCommandsAfterIt) {
  nats_->kill();
  const size_t frames = client_->headers.size();
  ASSERT_TRUE(client_->until([&] { return client_->headers.size() > frames + 30; }));
  nats_->restart();
  client_->safety = {};
  ASSERT_TRUE(client_->until([&] { return client_->safety.state_id != 0; }));
  client_->lease(1);
  EXPECT_EQ(client_->command(Action::reset, schema::NoData{}).status, AckStatus::ok);
}

}  // namespace
}  // namespace sdr::testing
