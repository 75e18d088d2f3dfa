// SPDX-License-Identifier: Apache-2.0
#include "bus/users.h"

#include <algorithm>

namespace sdr::bus {
namespace {

using Subjects = std::vector<std::string>;

Subjects operator+(Subjects left, const Subjects& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// Requests and acknowledgements of JetStream (NATS 2.9), for one stream. Nobody deletes a stream.
Subjects reads(const std::string& stream) {
  const std::string api = "$JS.API.";
  return {api + "STREAM.INFO." + stream,
          api + "STREAM.MSG.GET." + stream,
          api + "DIRECT.GET." + stream,
          api + "DIRECT.GET." + stream + ".>",
          api + "CONSUMER.CREATE." + stream,
          api + "CONSUMER.CREATE." + stream + ".>",
          api + "CONSUMER.DURABLE.CREATE." + stream + ".*",
          api + "CONSUMER.INFO." + stream + ".*",
          api + "CONSUMER.DELETE." + stream + ".*",
          api + "CONSUMER.NAMES." + stream,
          "$JS.ACK." + stream + ".>",
          "$JS.FC." + stream + ".>"};
}

Subjects keeps(const std::string& stream) {
  const std::string api = "$JS.API.";
  return Subjects{api + "INFO", api + "STREAM.CREATE." + stream, api + "STREAM.UPDATE." + stream,
                  api + "STREAM.PURGE." + stream, api + "STREAM.MSG.DELETE." + stream} +
         reads(stream);
}

const Subjects kSensors = {"telemetry.joints", "telemetry.imu", "telemetry.odom", "telemetry.tf"};
// What the one robot side says (safety.md), and what it has to hear.
const Subjects kRobotSide = {"telemetry.velocity", "telemetry.safety.state", "telemetry.command.ack",
                             "telemetry.clock"};
const Subjects kRobotHears = {"control.>", "telemetry.control.lease", "telemetry.safety.video_gate",
                              "telemetry.safety.state"};
const Subjects kTraining = {"train.*.metrics", "train.*.event"};

const std::vector<BusUser>& table() {
  static const std::vector<BusUser> users = {
      {.name = "sim",
       .about = "the robot side, simulated: says what the robot senses and does, hears commands",
       .publish = kSensors + kRobotSide +
                  Subjects{"telemetry.frame.stats", "telemetry.robot.list", "telemetry.policy.list", "sim.metrics.>"},
       .subscribe = kRobotHears},
      {.name = "transport",
       .about = "between browsers and robot: passes commands, shows telemetry",
       .publish = {"control.>", "telemetry.safety.video_gate", "telemetry.control.lease"},
       .subscribe = Subjects{"telemetry.>", "sim.metrics.>"} + kTraining},
      {.name = "sdr",
       .about = "the command people type: watches, and changes nothing",
       .publish = {},
       .subscribe = Subjects{"telemetry.>", "sim.metrics.>", "cluster.>"} + kTraining},
      {.name = "recorder",
       .about = "hears everything that an episode is made of, keeps episodes and data sets",
       .publish = Subjects{"episodes.>", "datasets.>"} + keeps("EPISODES") + keeps("DATASETS"),
       .subscribe = {"telemetry.>", "control.>", "sim.metrics.>"}},
      {.name = "train",
       .about = "keeps what training gives, reads data sets",
       .publish = Subjects{"train.>"} + keeps("TRAIN") + reads("DATASETS"),
       .subscribe = {}},
      {.name = "ros-bridge",
       .about = "the robot side of a robot behind ROS 2; its rules allow less",
       .publish = kSensors + kRobotSide + Subjects{"control.estop"},
       .subscribe = {"control.>", "telemetry.>"}},
      {.name = "agent",
       .about = "says what its machine can do, hears which roles it has",
       .publish = Subjects{"cluster.>", "$KV.CLUSTER.>"} + keeps("KV_CLUSTER"),
       .subscribe = {"cluster.>"}},
  };
  return users;
}

// The server's own subjects, and those for answers, are the same in every namespace.
std::string within(std::string_view name_space, const std::string& subject) {
  return name_space.empty() || subject.front() == '$' ? subject : std::string(name_space) + "." + subject;
}

// A list that is empty would allow everything.
std::string allowing(const char* what, const Subjects& subjects) {
  std::string text = "        " + std::string(what) + ": {";
  if (subjects.empty()) return text + " deny: [\">\"] }\n";
  text += " allow: [";
  for (const std::string& subject : subjects) text += "\n          \"" + subject + "\"";
  return text + "\n        ] }\n";
}

std::string entry(const BusUser& user, const std::string& password, std::string_view name_space) {
  const std::string name = login_name(user.name, name_space);
  Subjects publish, subscribe = {"_INBOX." + name + ".>"};  // as nats_link.cc asks for answers
  for (const std::string& subject : user.publish) publish.push_back(within(name_space, subject));
  for (const std::string& subject : user.subscribe) subscribe.push_back(within(name_space, subject));
  return "    { # " + std::string(user.about) + "\n      user: \"" + name + "\"\n      password: \"" + password +
         "\"\n      permissions: {\n" + allowing("publish", publish) + allowing("subscribe", subscribe) +
         "      }\n    }\n";
}

}  // namespace

std::span<const BusUser> bus_users() { return table(); }

std::string login_name(std::string_view user, std::string_view name_space) {
  return name_space.empty() ? std::string(user) : std::string(name_space) + "." + std::string(user);
}

std::string authorization_block(std::span<const BusPassword> passwords, std::string_view name_space) {
  std::string text = "authorization {\n  users: [\n";
  for (const BusUser& user : table()) {
    const auto named = [&](const BusPassword& password) { return password.user == user.name; };
    const auto found = std::find_if(passwords.begin(), passwords.end(), named);
    if (found != passwords.end()) text += entry(user, found->password, name_space);
  }
  return text + "  ]\n}\n";
}

}  // namespace sdr::bus
