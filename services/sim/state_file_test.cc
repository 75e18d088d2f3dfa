// SPDX-License-Identifier: Apache-2.0
#include "sim/state_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/testing/temporary_folder.h"

namespace sdr::sim {
namespace {

const safety::SavedState kStopped{.state_id = 1234567890123,
                                  .epoch = 42,
                                  .mode = schema::Mode::estop,
                                  .reason = schema::SafetyReason::fall,
                                  .detail = "the \"robot\" fell"};

TEST(StateFile, GivesBackWhatWasSaved) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(save_state(folder.file("state.json"), kStopped));
  const auto loaded = load_state(folder.file("state.json"));
  ASSERT_TRUE(loaded) << loaded.error().message();
  ASSERT_TRUE(loaded->has_value());
  EXPECT_EQ(**loaded, kStopped);
}

TEST(StateFile, NoFileIsNoState) {
  const testing::TemporaryFolder folder;
  const auto loaded = load_state(folder.file("state.json"));
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(loaded->has_value());
}

TEST(StateFile, BrokenFileIsAnError) {
  const testing::TemporaryFolder folder;
  for (const char* text : {"", "{", "{\"state_id\":1}", "\xFF\xFE", "{\"state_id\":-1,\"mode\":\"ARMED\"}"}) {
    std::ofstream(folder.file("state.json")) << text;
    EXPECT_FALSE(load_state(folder.file("state.json"))) << text;
  }
}

TEST(StateFile, FolderThatIsMissingIsAnError) {
  const testing::TemporaryFolder folder;
  EXPECT_FALSE(save_state(folder.path() / "nowhere" / "state.json", kStopped));
}

}  // namespace
}  // namespace sdr::sim
