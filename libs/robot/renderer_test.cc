// SPDX-License-Identifier: Apache-2.0
#include "robot/renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

#include "robot/robot.h"

namespace sdr::robot {
namespace {

const std::filesystem::path kRobots = SDR_ROBOTS_DIR;

class RendererTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Renderer::create();
    if (!made) GTEST_SKIP() << "no off-screen renderer here: " << made.error().message();
    renderer_ = std::move(*made);
    robot_ = std::move(*Robot::load(kRobots / "rover", 1));
    robot_->snapshot(scene_);
    rig_.set_robot(robot_->description());
  }

  std::vector<uint8_t> picture() {
    const auto pixels = renderer_->render(scene_, rig_.update(scene_.base, 1.0));
    EXPECT_TRUE(pixels) << pixels.error().message();
    return std::vector<uint8_t>(pixels->bgra,
                                pixels->bgra + pixels->stride_bytes * static_cast<size_t>(pixels->height));
  }

  std::unique_ptr<Renderer> renderer_;
  std::unique_ptr<Robot> robot_;
  SceneState scene_;
  CameraRig rig_;
};

TEST_F(RendererTest, DrawsAScene) {
  ASSERT_TRUE(renderer_->resize(320, 180));
  const std::vector<uint8_t> bytes = picture();
  ASSERT_EQ(bytes.size(), 320u * 180u * 4u);
  EXPECT_GT(std::set<uint8_t>(bytes.begin(), bytes.end()).size(), 50u);
  // The sky is brighter than the floor at the picture's lower edge.
  EXPECT_GT(bytes[4 * (320 * 178 + 160)], bytes[4 * 160]);
}

TEST_F(RendererTest, SameStateGivesTheSamePicture) { EXPECT_EQ(picture(), picture()); }

TEST_F(RendererTest, EachCameraSeesAnotherPicture) {
  const auto orbit = picture();
  ASSERT_TRUE(rig_.select("follow"));
  const auto follow = picture();
  ASSERT_TRUE(rig_.select("front"));
  EXPECT_NE(orbit, follow);
  EXPECT_NE(follow, picture());
}

// The floor moves along with the camera, by whole squares only: its pattern repeats every metre, wherever one stands.
TEST_F(RendererTest, TheFloorsPatternStaysWhereItIs) {
  std::vector<uint8_t> first;
  for (const double metres : {0.0, 1.0, 2.0, 5.0, 18.0, 301.0}) {
    const View view{.eye = {-20.3 - metres, 20.7 + metres, 0.8}, .forward = {-0.8, 0.6, -0.2}, .up = {0, 0, 1}};
    const auto pixels = renderer_->render(scene_, view);
    ASSERT_TRUE(pixels) << pixels.error().message();
    const std::vector<uint8_t> bytes(pixels->bgra, pixels->bgra + 4 * pixels->width * pixels->height);
    if (first.empty()) first = bytes;
    size_t different = 0;
    for (size_t i = 0; i < bytes.size(); ++i) different += std::abs(bytes[i] - first[i]) > 8 ? 1 : 0;
    EXPECT_LT(different, bytes.size() / 200) << "after " << metres << " m";
  }
}

TEST_F(RendererTest, RobotsAndSizesChangeUnderIt) {
  for (const char* name : {"arm", "quadruped", "rover"}) {
    auto robot = std::move(*Robot::load(kRobots / name, 1));
    robot->snapshot(scene_);
    rig_.set_robot(robot->description());
    for (const int width : {128, 640, 256}) {
      ASSERT_TRUE(renderer_->resize(width, width / 2));
      EXPECT_EQ(picture().size(), static_cast<size_t>(4 * width * width / 2));
    }
  }
}

TEST_F(RendererTest, ShadowsCanBeLeftOut) {
  const auto with = picture();
  renderer_->set_quality({.shadows = false});
  EXPECT_NE(with, picture());
}

TEST_F(RendererTest, RefusesSizesThatNoBufferHas) {
  EXPECT_FALSE(renderer_->resize(0, 100));
  EXPECT_FALSE(renderer_->resize(100, 100'000));
  EXPECT_FALSE(picture().empty());
}

// Asked of the environment, since a driver reads it when the process draws for the first time.
TEST(QuickTextures, AreAskedForUnlessTheUserAskedOtherwise) {
  constexpr const char* kName = "GALLIVM_PERF";
  ::unsetenv(kName);
  Renderer::prefer_quick_textures();
  EXPECT_STREQ(std::getenv(kName), "brilinear,rho_approx");
  ::setenv(kName, "no_quad_lod", 1);
  Renderer::prefer_quick_textures();
  EXPECT_STREQ(std::getenv(kName), "no_quad_lod");
  ::unsetenv(kName);
}

}  // namespace
}  // namespace sdr::robot
