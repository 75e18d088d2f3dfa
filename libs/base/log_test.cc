// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

namespace sdr {
namespace {

constexpr uint64_t kTime = 1'700'000'000'123'456;

TEST(Log, WritesOneJsonObjectPerLine) {
  EXPECT_EQ(format_log_line(true, "sdr-sim", LogLevel::warning, kTime, "slow\nframe",
                            {{"ms", 20.5}, {"id", 7}, {"ok", false}}),
            R"({"timestamp":"2023-11-14T22:13:20.123456Z","level":"warning","service":"sdr-sim",)"
            R"("message":"slow\u000aframe","ms":20.5,"id":7,"ok":false})");
}

TEST(Log, KeepsATextLineOnOneLine) {
  const std::string line = format_log_line(false, "sdr-sim", LogLevel::error, kTime, "a\nb", {{"who", "x\ty"}});
  EXPECT_TRUE(line.ends_with("sdr-sim error: a b  who=x y")) << line;
}

}  // namespace
}  // namespace sdr
