// SPDX-License-Identifier: Apache-2.0
#include "sdr/facts.h"

#include <gtest/gtest.h>

namespace sdr::command {
namespace {

TEST(Facts, SaysWhatTheSimulatorDrawsAndEncodesWith) {
  const ServiceFacts facts = sim_facts({200, R"({"status":"ok","robot":"rover","width":640,"height":360,"fps_target":60,
                                              "renderer":"llvmpipe","encoder":"libx264"})"});
  EXPECT_TRUE(facts.ready);
  EXPECT_EQ(facts.details, "rover, 640x360 at 60 fps, llvmpipe, libx264");
}

TEST(Facts, SaysWhatIsWaitedFor) {
  EXPECT_EQ(transport_facts({200, R"({"status":"waiting","clients":0})"}, "").waiting, "the simulator's first picture");
  EXPECT_FALSE(sim_facts({200, R"({"status":"bus_lost"})"}).ready);
  EXPECT_EQ(sim_facts({503, "{}"}).waiting, "it answers with 503");
}

TEST(Facts, TakesAnyAnswerWithoutHarm) {
  for (const char* body : {"", "[]", "null", "{\"status\":7}", "{\"clients\":\"many\"", "<html>"}) {
    EXPECT_FALSE(sim_facts({200, body}).ready) << body;
    EXPECT_FALSE(transport_facts({200, body}, "").ready) << body;
  }
}

TEST(Facts, CountsViewersInWords) {
  EXPECT_EQ(describe_clients(0, 1), "a viewer came (1 watching)");
  EXPECT_EQ(describe_clients(1, 3), "2 viewers came (3 watching)");
  EXPECT_EQ(describe_clients(3, 2), "a viewer left (2 watching)");
  EXPECT_EQ(describe_clients(1, 0), "the viewer left");
}

TEST(Facts, ReadsOnlyWholeHttpAnswers) {
  const Result<HttpAnswer> good = parse_http_answer("HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->status, 200);
  EXPECT_EQ(good->body, "{}");
  for (const char* bad : {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "SSH-2.0\r\n\r\n"}) {
    EXPECT_FALSE(parse_http_answer(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace sdr::command
