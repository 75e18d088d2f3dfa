// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "base/testing/temporary_folder.h"
#include "robot/renderer.h"
#include "running_sim.h"
#include "sim_client.h"
#include "tests/bus/nats_server.h"

namespace sdr::testing {

/// A simulator that draws and encodes small pictures, its bus, and a client that holds the lease.
class SimTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!have_nats_server()) GTEST_SKIP() << "nats-server is not installed";
    if (const auto renderer = robot::Renderer::create(); !renderer) {
      GTEST_SKIP() << "no off-screen renderer here: " << renderer.error().message();
    }
    nats_ = std::make_unique<NatsServer>();
    make_small(options_, folder_.path(), nats_->url());
    options_.width = 320;
    options_.height = 180;
    options_.fps = 30;
    start();
  }

  void start() {
    sim_ = std::make_unique<RunningSim>(options_);
    client_ = std::make_unique<SimClient>(nats_->url(), options_.shm_path);
    ASSERT_TRUE(client_->until([&] { return client_->safety.state_id != 0 && client_->headers.size() > 3; }));
    client_->lease(1);
    arm_mode_ = client_->safety.mode;
  }

  double x() const { return client_->odometry.pose.pose.position.x; }

  TemporaryFolder folder_;
  std::unique_ptr<NatsServer> nats_;
  sim::SimOptions options_;
  std::unique_ptr<RunningSim> sim_;
  std::unique_ptr<SimClient> client_;
  schema::Mode arm_mode_ = schema::Mode::hold;
};

}  // namespace sdr::testing
