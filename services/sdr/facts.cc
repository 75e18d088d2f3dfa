// SPDX-License-Identifier: Apache-2.0
#include "sdr/facts.h"

#include <cmath>

#include "schema/json_value.h"

namespace sdr::command {
namespace {

using schema::JsonParser, schema::JsonValue;

std::string text_of(const JsonValue& object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->text() ? std::string(*member->text()) : std::string();
}

int64_t number_of(const JsonValue& object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->number() ? std::llround(*member->number()) : 0;
}

void append(std::string& list, const std::string& item) {
  if (!item.empty()) list += (list.empty() ? "" : ", ") + item;
}

// Each service's answer is an object with a "status"; anything else is not an answer of ours.
template <typename Read>
ServiceFacts read_health(const HttpAnswer& answer, Read read) {
  JsonParser parser;
  const auto json = parser.parse(answer.body);
  ServiceFacts facts;
  if (answer.status != 200 || !json || !json->is_object()) {
    facts.waiting = "it answers with " + std::to_string(answer.status);
    return facts;
  }
  read(*json, facts);
  return facts;
}

std::string picture_of(const JsonValue& json) {
  const int64_t width = number_of(json, "width"), height = number_of(json, "height"),
                fps = number_of(json, "fps_target");
  if (width == 0 || height == 0) return {};
  std::string text = std::to_string(width) + "x" + std::to_string(height);
  return fps > 0 ? text + " at " + std::to_string(fps) + " fps" : text;
}

}  // namespace

ServiceFacts nats_facts(const HttpAnswer& varz, uint16_t port) {
  return read_health(varz, [&](const JsonValue& json, ServiceFacts& facts) {
    facts.ready = true;
    facts.details =
        "nats-server " + text_of(json, "version") + " with JetStream, nats://127.0.0.1:" + std::to_string(port);
  });
}

ServiceFacts sim_facts(const HttpAnswer& health) {
  return read_health(health, [](const JsonValue& json, ServiceFacts& facts) {
    const std::string status = text_of(json, "status");
    const bool knows_robot = !json.find("robot") || !text_of(json, "robot").empty();
    facts.ready = status == "ok" && knows_robot;
    if (!facts.ready) facts.waiting = text_of(json, "waiting_for");
    if (!facts.ready && facts.waiting.empty()) facts.waiting = status;
    append(facts.details, text_of(json, "robot"));
    append(facts.details, picture_of(json));
    append(facts.details, text_of(json, "renderer"));
    append(facts.details, text_of(json, "encoder"));
  });
}

ServiceFacts transport_facts(const HttpAnswer& health, const std::string& address) {
  return read_health(health, [&](const JsonValue& json, ServiceFacts& facts) {
    const std::string status = text_of(json, "status");
    facts.ready = status == "ok";
    facts.clients = number_of(json, "clients");
    facts.details = "video and the page, " + address;
    if (status == "waiting") facts.waiting = "the simulator's first picture";
    if (status == "stalled") facts.waiting = "pictures: the simulator has stalled";
    if (status == "bus_lost") facts.waiting = "the bus";
  });
}

std::string describe_clients(int64_t before, int64_t now) {
  const int64_t change = now > before ? now - before : before - now;
  const std::string who = change == 1 ? "a viewer" : std::to_string(change) + " viewers";
  if (now == 0) return before == 1 ? "the viewer left" : "the last viewers left";
  return who + (now > before ? " came (" : " left (") + std::to_string(now) + " watching)";
}

}  // namespace sdr::command
