// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/ice_agent.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/allocations.h"
#include "rtc/ice/ice_fixture.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;
using Log = std::vector<std::string>;

const Address kA = *Address::parse("192.0.2.1:1000");
const Address kB = *Address::parse("198.51.100.2:2000");

class IceAgentTest : public ::testing::Test {
 protected:
  /// What the agent answers, parsed; the class is kIndication where it is silent.
  StunMessage ask(Check check, const Address& from) {
    const auto request = parse_stun(check.bytes());
    SDR_ASSERT(request.ok(), "a test's own request");
    request_bytes_ = request->bytes.size();
    const auto answer = agent_.on_stun(*request, from, clock_.now(), out_);
    answer_bytes_ = answer.size();
    if (!answer.empty()) return parse_stun(answer).value();
    StunMessage none;
    none.message_class = StunClass::kIndication;
    return none;
  }
  void nominate(const Address& from) { ask({.nominates = true}, from); }
  /// Connected over kA, with packets flowing.
  void connect() {
    nominate(kA);
    agent_.on_packet(kA, true);
    events_.take();
  }

  FakeClock clock_;
  RecordedEvents events_;
  IceCounters counters_;
  IceAgent agent_{IceConfig(), kOurs, events_, counters_, clock_.now()};
  StunAnswerBuffer out_{};
  size_t request_bytes_ = 0, answer_bytes_ = 0;
};

TEST_F(IceAgentTest, AnswersAnAuthenticatedRequestWithTheSendersAddress) {
  const StunMessage answer = ask({}, kA);
  EXPECT_EQ(answer.message_class, StunClass::kSuccess);
  EXPECT_EQ(answer.transaction, (StunTransaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(answer.mapped_address, kA);
  EXPECT_TRUE(answer.has_fingerprint);
  EXPECT_TRUE(has_valid_integrity(answer, kOurs.password()));
  EXPECT_LE(answer_bytes_, request_bytes_);
  EXPECT_EQ(events_.take(), (Log{"address 192.0.2.1:1000", "selected 192.0.2.1:1000"}));
  EXPECT_EQ(counters_.answered, 1u);
}

TEST_F(IceAgentTest, RefusesWrongCredentialsWith401) {
  const std::vector<Check> wrong = {{.password = "ourPasswordOf24Letters01"},
                                    {.username = "ourUfrax:theirs"},
                                    {.username = "ourUfrag"},
                                    {.username = ":theirs"},
                                    {.username = "theirs:ourUfrag"}};
  for (const Check& check : wrong) {
    const StunMessage answer = ask(check, kA);
    EXPECT_EQ(answer.error.value_or(StunError{}).code, 401) << check.username;
    EXPECT_FALSE(answer.has_integrity());
    EXPECT_LE(answer_bytes_, request_bytes_);
  }
  EXPECT_FALSE(agent_.knows(kA));
  EXPECT_TRUE(events_.take().empty());
  EXPECT_EQ(counters_.refused, wrong.size());
}

TEST_F(IceAgentTest, RefusesMissingCredentialsWith400) {
  EXPECT_EQ(ask({.with_username = false}, kA).error.value_or(StunError{}).code, 400);
  EXPECT_EQ(ask({.with_integrity = false}, kA).error.value_or(StunError{}).code, 400);
  EXPECT_TRUE(events_.take().empty());
}

TEST_F(IceAgentTest, NeverGivesAStrangerMoreBytesThanCame) {
  const std::array<uint8_t, 20> bare = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
  const auto request = parse_stun(bare);
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(agent_.on_stun(*request, kA, clock_.now(), out_).empty());
  EXPECT_EQ(counters_.refused, 1u);
}

TEST_F(IceAgentTest, TellsAControlledBrowserOfTheRoleConflict) {
  const StunMessage answer = ask({.controlled = true}, kA);
  EXPECT_EQ(answer.error.value_or(StunError{}).code, 487);
  EXPECT_TRUE(has_valid_integrity(answer, kOurs.password()));
  EXPECT_FALSE(agent_.selected().has_value());
  EXPECT_EQ(counters_.role_conflicts, 1u);
}

TEST_F(IceAgentTest, NamesTheAttributesThatItDoesNotUnderstand) {
  const StunMessage answer = ask({.extra_attributes = {0x7001, 0x7002}}, kA);
  EXPECT_EQ(answer.error.value_or(StunError{}).code, 420);
  const std::array<uint8_t, 8> expected = {0, 0x0a, 0, 4, 0x70, 1, 0x70, 2};
  EXPECT_NE(std::search(answer.bytes.begin(), answer.bytes.end(), expected.begin(), expected.end()),
            answer.bytes.end());
  EXPECT_TRUE(has_valid_integrity(answer, kOurs.password()));
  EXPECT_FALSE(agent_.knows(kA));
}

TEST_F(IceAgentTest, IsSilentToWhatIsNoBindingRequest) {
  for (const StunClass kind : {StunClass::kIndication, StunClass::kSuccess, StunClass::kError}) {
    EXPECT_EQ(ask({.message_class = kind}, kA).message_class, StunClass::kIndication);
  }
  ask({.method = 3}, kA);  // TURN's Allocate
  EXPECT_EQ(answer_bytes_, 0u);
  EXPECT_EQ(counters_.ignored, 4u);
  EXPECT_FALSE(agent_.knows(kA));
}

TEST_F(IceAgentTest, TakesTheFirstAddressUntilAnotherIsNominated) {
  ask({}, kA);
  ask({}, kB);
  EXPECT_EQ(agent_.selected(), kA);
  nominate(kB);
  EXPECT_EQ(agent_.selected(), kB);
  EXPECT_EQ(counters_.moves, 0u);
}

TEST_F(IceAgentTest, AHandshakeChoosesTheAddressWhereNothingIsNominated) {
  ask({}, kA);
  ask({}, kB);
  agent_.on_packet(kB, false);
  EXPECT_EQ(agent_.selected(), kB);
  nominate(kA);
  agent_.on_packet(kB, false);
  EXPECT_EQ(agent_.selected(), kA);
}

TEST_F(IceAgentTest, PacketsFromUnknownAddressesChangeNothing) {
  connect();
  agent_.on_packet(kB, true);
  EXPECT_EQ(agent_.selected(), kA);
  EXPECT_FALSE(agent_.knows(kB));
  EXPECT_TRUE(events_.take().empty());
}

TEST_F(IceAgentTest, MovesAfterARequestAndThenAnAuthenticatedPacket) {
  connect();
  nominate(kB);
  EXPECT_EQ(agent_.selected(), kA) << "a request alone may be someone else's, recorded and sent again";
  agent_.on_packet(kB, false);
  EXPECT_EQ(agent_.selected(), kA);
  agent_.on_packet(kB, true);
  EXPECT_EQ(agent_.selected(), kB);
  EXPECT_EQ(events_.take(), (Log{"address 198.51.100.2:2000", "selected 198.51.100.2:2000"}));
  EXPECT_EQ(counters_.moves, 1u);
}

TEST_F(IceAgentTest, ALatePacketFromTheOldAddressMovesNothingBack) {
  connect();
  ask({}, kB);
  agent_.on_packet(kB, true);
  agent_.on_packet(kA, true);
  EXPECT_EQ(agent_.selected(), kB);
  ask({}, kA);
  agent_.on_packet(kA, true);
  EXPECT_EQ(agent_.selected(), kA) << "the browser did go back";
}

TEST_F(IceAgentTest, EndsWhenNobodyEverAsks) {
  EXPECT_EQ(agent_.next_time(), clock_.now() + seconds(30));
  clock_.advance(seconds(30) - milliseconds(1));
  agent_.on_time(clock_.now());
  EXPECT_TRUE(events_.take().empty());
  clock_.advance(milliseconds(1));
  agent_.on_time(clock_.now());
  agent_.on_time(clock_.now());
  EXPECT_EQ(events_.take(), Log{"never connected"});
  EXPECT_EQ(agent_.next_time(), std::nullopt);
}

TEST_F(IceAgentTest, ConsentLastsAsLongAsTheBrowserAsks) {
  connect();
  for (int i = 0; i < 100; ++i) {
    clock_.advance(seconds(29));
    agent_.on_time(clock_.now());
    ask({}, kA);
  }
  EXPECT_TRUE(agent_.selected().has_value());
  clock_.advance(seconds(30));
  agent_.on_time(clock_.now());
  EXPECT_EQ(events_.take(), Log{"consent lost"});
  EXPECT_FALSE(agent_.selected().has_value());
  EXPECT_EQ(ask({}, kA).message_class, StunClass::kIndication) << "nothing is answered after the end";
}

TEST_F(IceAgentTest, ConsentFromAnotherAddressIsNone) {
  connect();
  clock_.advance(seconds(20));
  ask({}, kB);
  ask({.password = "ourPasswordOf24Letters01"}, kA);
  clock_.advance(seconds(10));
  agent_.on_time(clock_.now());
  EXPECT_EQ(events_.take().back(), "consent lost");
}

TEST_F(IceAgentTest, AfterAMoveConsentCountsFromTheLastRequestThere) {
  connect();
  clock_.advance(seconds(10));
  ask({}, kB);
  clock_.advance(seconds(5));
  agent_.on_packet(kB, true);
  EXPECT_EQ(agent_.next_time(), clock_.now() + seconds(25));
}

TEST_F(IceAgentTest, KeepsAFewAddressesAndForgetsTheOneSilentForLongest) {
  connect();
  for (uint8_t i = 0; i < 20; ++i) {
    ask({}, Address(Address::Ipv4{10, 0, 0, i}, 1));
    EXPECT_TRUE(agent_.knows(kA)) << "the selected one stays";
  }
  EXPECT_EQ(counters_.forgotten, 13u);
  for (uint8_t i = 0; i < 20; ++i) EXPECT_EQ(agent_.knows(Address(Address::Ipv4{10, 0, 0, i}, 1)), i >= 13);
}

TEST_F(IceAgentTest, ARestartKeepsTheOldCredentialsUntilTheNewOnesAreUsed) {
  connect();
  agent_.restart(kOursLater);
  EXPECT_EQ(ask({}, kA).message_class, StunClass::kSuccess);
  EXPECT_TRUE(events_.take().empty());
  const Check later = {.username = "newUfrag:theirs", .password = std::string(kOursLater.password())};
  const StunMessage answer = ask(later, kB);
  EXPECT_TRUE(has_valid_integrity(answer, kOursLater.password()));
  EXPECT_EQ(agent_.selected(), kA) << "packets flow as before";
  EXPECT_EQ(events_.take(), (Log{"retired ourUfrag", "address 198.51.100.2:2000"}));
  EXPECT_EQ(ask({}, kA).error.value_or(StunError{}).code, 401);
  agent_.on_packet(kB, true);
  EXPECT_EQ(agent_.selected(), kB);
}

TEST_F(IceAgentTest, CloseTakesBackAllThatWasEntered) {
  connect();
  ask({}, kB);
  agent_.restart(kOursLater);
  events_.take();
  agent_.close();
  agent_.close();
  EXPECT_EQ(events_.take(),
            (Log{"forgotten 192.0.2.1:1000", "forgotten 198.51.100.2:2000", "retired ourUfrag", "retired newUfrag"}));
  EXPECT_FALSE(agent_.knows(kA));
}

struct SilentEvents final : IceEvents {
  void on_address(const Address&) override {}
  void on_address_forgotten(const Address&) override {}
  void on_selected(const Address&) override {}
  void on_credentials_retired(const IceCredentials&) override {}
  void on_end(IceEnd) override {}
};

TEST(IceAgentMemory, AnsweringAllocatesNothing) {
  FakeClock clock;
  SilentEvents events;
  IceCounters counters;
  IceAgent agent(IceConfig(), kOurs, events, counters, clock.now());
  StunAnswerBuffer out;
  Check good = {.nominates = true}, bad = {.password = "ourPasswordOf24Letters01"};
  const auto good_bytes = good.bytes(), bad_bytes = bad.bytes();
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (uint16_t i = 0; i < 500; ++i) {
    const Address from(Address::Ipv4{10, 0, 0, 1}, i);
    for (const auto bytes : {good_bytes, bad_bytes, good_bytes.first(30)}) {
      if (const auto message = parse_stun(bytes)) agent.on_stun(*message, from, clock.now(), out);
    }
    agent.on_packet(from, true);
    agent.on_time(clock.now());
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
  EXPECT_EQ(counters.answered, 500u);
  EXPECT_EQ(counters.refused, 500u);
}

}  // namespace
}  // namespace sdr::rtc
