// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/witness.h"

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"

namespace sdr::faults {
namespace {

/// A trace written by hand, with a robot side that lies where a test wants it to.
class WitnessTest : public ::testing::Test {
 protected:
  void line(const std::string& text) {
    std::ofstream(folder_.file("trace"), std::ios::app) << text << "\n";
    witness_.read();
  }
  static std::string twist(double x) {
    return R"("twist":{"linear":{"x":)" + std::to_string(x) + R"(,"y":0,"z":0},"angular":{"x":0,"y":0,"z":0}})";
  }
  void command(uint64_t t_us, uint64_t seq, double x, uint64_t echo_us, const std::string& status = "ok") {
    line(R"({"t_us":)" + std::to_string(t_us) + R"(,"kind":"command","client":"c","epoch":1,"cmd_seq":)" +
         std::to_string(seq) + R"(,"action":"cmd_vel","echo_us":)" + std::to_string(echo_us) + R"(,"ttl_ms":300,)" +
         twist(x) + R"(,"status":")" + status + R"(","detail":""})");
  }
  void applied(uint64_t t_us, double x, const std::string& mode = "ARMED") {
    line(R"({"t_us":)" + std::to_string(t_us) + R"(,"kind":"applied","mode":")" + mode + "\"," + twist(x) +
         R"(,"authority_until_us":0})");
  }
  void safety(uint64_t t_us, const std::string& mode) {
    line(R"({"t_us":)" + std::to_string(t_us) + R"(,"kind":"safety","state_id":1,"mode":")" + mode +
         R"(","reason":"idle"})");
  }

  testing::TemporaryFolder folder_;
  uint64_t sent_us_ = 0;
  Witness witness_{folder_.file("trace"), [this](std::string_view, uint64_t) -> std::optional<uint64_t> {
                     return sent_us_ == 0 ? std::nullopt : std::optional(sent_us_);
                   }};
};

TEST_F(WitnessTest, SaysWhenTheMotorsStoodStillForGood) {
  command(1'000'000, 1, 0.5, 990'000);
  applied(1'000'100, 0.5);
  EXPECT_FALSE(witness_.still_from(900'000));
  EXPECT_TRUE(witness_.moved_since(900'000));
  applied(1'100'000, 0.0);
  applied(1'120'000, 0.4);
  applied(1'140'000, 0.0);
  EXPECT_EQ(witness_.still_from(1'050'000), 1'140'000u);
  EXPECT_EQ(witness_.still_from(1'500'000), 1'500'000u);
  EXPECT_FALSE(witness_.moved_since(1'130'000));
}

TEST_F(WitnessTest, FindsNothingInADecayWithinItsTime) {
  command(1'000'000, 1, 0.5, 990'000);
  applied(1'000'100, 0.5);
  applied(1'290'000, 0.5, "HOLD");
  applied(1'400'000, 0.2, "HOLD");
  applied(1'500'000, 0.0, "HOLD");
  EXPECT_EQ(witness_.audit().violations(), 0u);
  EXPECT_EQ(witness_.audit().twists, 1u);
}

TEST_F(WitnessTest, FindsATwistThatWasAcceptedDead) {
  command(1'000'000, 1, 0.5, 600'000);
  EXPECT_EQ(witness_.audit().dead_accepted, 1u);
  EXPECT_EQ(witness_.findings().size(), 1u);
}

TEST_F(WitnessTest, FindsATwistThatWasSentLongAgoWhateverItsEchoSays) {
  sent_us_ = 500'000;
  command(1'000'000, 1, 0.5, 990'000);
  EXPECT_EQ(witness_.audit().dead_accepted, 1u);
}

TEST_F(WitnessTest, FindsMotionThatOutlivesItsAuthority) {
  command(1'000'000, 1, 0.5, 990'000);
  applied(1'000'100, 0.5);
  applied(1'300'000, 0.6);  // it grew after its end
  EXPECT_EQ(witness_.audit().dead_applied, 1u);
  applied(1'600'000, 0.1);  // later than its decay
  EXPECT_EQ(witness_.audit().dead_applied, 2u);
}

TEST_F(WitnessTest, FindsMotionOutsideOfArmed) {
  command(1'000'000, 1, 0.5, 990'000);
  applied(1'000'100, 0.3, "HOLD");
  applied(1'020'000, 0.2, "ESTOP");
  EXPECT_EQ(witness_.audit().moved_unarmed, 2u);
}

TEST_F(WitnessTest, FindsACommandThatWasAcceptedTwice) {
  command(1'000'000, 7, 0.5, 990'000);
  command(1'010'000, 7, 0.5, 990'000, "refused");
  EXPECT_EQ(witness_.audit().repeated, 0u);
  command(1'020'000, 7, 0.5, 990'000);
  EXPECT_EQ(witness_.audit().repeated, 1u);
}

TEST_F(WitnessTest, FindsAnEstopThatEndedByItself) {
  safety(1'000'000, "ESTOP");
  safety(1'100'000, "HOLD");
  line(R"({"t_us":1100000,"kind":"command","client":"c","epoch":1,"cmd_seq":1,"action":"estop_clear","status":"ok"})");
  safety(1'200'000, "ESTOP");
  EXPECT_EQ(witness_.audit().unasked, 0u);
  safety(1'300'000, "HOLD");
  safety(1'400'000, "ARMED");
  EXPECT_EQ(witness_.audit().unasked, 1u);
}

TEST_F(WitnessTest, CountsLinesThatAreMissing) {
  line(R"({"t_us":1,"kind":"lost","count":3})");
  EXPECT_EQ(witness_.audit().lost, 3u);
}

}  // namespace
}  // namespace sdr::faults
