// SPDX-License-Identifier: Apache-2.0
#include "bus/users.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "schema/subjects.h"

namespace sdr::bus {
namespace {

const BusUser& user(std::string_view name) {
  for (const BusUser& candidate : bus_users()) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no such user");
}

bool has(const std::vector<std::string>& list, std::string_view subject) {
  return std::find(list.begin(), list.end(), subject) != list.end();
}

TEST(BusUsers, AreOnePerService) {
  std::set<std::string_view> names;
  for (const BusUser& each : bus_users()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
  EXPECT_EQ(names, (std::set<std::string_view>{"sim", "transport", "sdr", "recorder", "train", "ros-bridge", "agent"}));
}

TEST(BusUsers, LeaveEachSubjectOfTheSchemaToWhoeverItIsFrom) {
  for (const schema::SubjectInfo& info : schema::subject_infos()) {
    const bool of_transport = info.subject == schema::subjects::kTelemetrySafetyVideoGate ||
                              info.subject == schema::subjects::kTelemetryControlLease;
    EXPECT_EQ(has(user("transport").publish, info.subject), of_transport) << info.subject;
    const bool of_sim = has(user("sim").publish, info.subject) || info.subject.starts_with("sim.metrics.");
    EXPECT_NE(of_sim, of_transport) << info.subject;
  }
  EXPECT_TRUE(user("sdr").publish.empty());
}

TEST(BusUsers, GiveCommandsToTheTransportAlone) {
  for (const BusUser& each : bus_users()) {
    for (const std::string& subject : each.publish) {
      EXPECT_NE(subject, ">") << each.name;
      if (!subject.starts_with("control.")) continue;
      EXPECT_TRUE(each.name == "transport" || (each.name == "ros-bridge" && subject == "control.estop"))
          << each.name << " " << subject;
    }
  }
}

TEST(BusUsers, AreWrittenInTheServersWords) {
  const std::vector<BusPassword> passwords = {{"sdr", "one"}, {"transport", "two"}};
  const std::string text = authorization_block(passwords, "");
  EXPECT_NE(text.find("user: \"transport\"\n      password: \"two\""), std::string::npos) << text;
  EXPECT_NE(text.find("publish: { deny: [\">\"] }"), std::string::npos) << "the watcher may say something";
  EXPECT_EQ(text.find("recorder"), std::string::npos) << "a user without a password";
}

TEST(BusUsers, StayWithinTheirNamespace) {
  const std::vector<BusPassword> passwords = {{"transport", "one"}, {"recorder", "two"}};
  const std::string text = authorization_block(passwords, "site.one");
  for (const char* part : {"user: \"site.one.transport\"", "\"site.one.control.>\"", "\"_INBOX.site.one.recorder.>\"",
                           "\"$JS.API.INFO\""}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("\"control."), std::string::npos);
}

}  // namespace
}  // namespace sdr::bus
