// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"
#include "transport/transport.h"

// What /api/status answers.

namespace sdr::transport {
namespace {

constexpr std::string_view kVersion = SDR_VERSION;
constexpr size_t kOperatorsMax = 64;  // in the list of those to whom the lease can be handed

const char* writer_word(frames::WriterState state) {
  switch (state) {
    case frames::WriterState::kAlive:
      return "alive";
    case frames::WriterState::kStalled:
      return "stalled";
    case frames::WriterState::kAbsent:
      break;
  }
  return "absent";
}

void write_camera(JsonWriter& json, const Camera& camera, const std::string& first_path) {
  json.begin_object();
  json.member("name", camera.name());
  json.member("path", camera.name().empty() ? first_path : first_path + "." + camera.name());
  json.member("writer", writer_word(camera.source().writer_state()));
  json.member("sequence_number", camera.source().sequence_number());
  json.member("codec", camera.newest().size == 0 ? "unknown" : frames::codec_name(camera.newest().codec));
  json.member("viewers", camera.viewer_count());
  json.member("laps", camera.source().counters().laps.load());
  json.member("corrupt", camera.source().counters().corrupt.load());
  json.end_object();
}

void write_rings(JsonWriter& json, const Cameras& cameras, const std::string& first_path) {
  json.key("rings");
  json.begin_array();
  for (const auto& camera : cameras.all()) write_camera(json, *camera, first_path);
  json.end_array();
}

void write_lease(JsonWriter& json, const schema::LeaseState& lease) {
  json.key("lease");
  write(json, lease);
  json.key("operator");
  if (lease.holder) {
    json.value(*lease.holder);
  } else {
    json.null();
  }
}

void write_operators(JsonWriter& json, Hub& hub) {
  json.key("operators");
  json.begin_array();
  size_t written = 0;
  hub.for_each([&](Client& client) {
    if (client.closing || client.identity.role < schema::Role::operator_ || ++written > kOperatorsMax) return;
    json.begin_object();
    json.member("client", client.id());
    json.member("role", role_name(client.identity.role));
    json.member("name", client.identity.name);
    json.end_object();
  });
  json.end_array();
}

void write_ice_servers(JsonWriter& json, const std::vector<rtc::IceServer>& servers) {
  json.key("ice_servers");
  json.begin_array();
  for (const rtc::IceServer& server : servers) {
    json.begin_object();
    json.member("urls", server.url);
    if (!server.username.empty()) json.member("username", server.username);
    if (!server.credential.empty()) json.member("credential", server.credential);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string Transport::status_json(const Identity& asker) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("versions");
  json.begin_object();
  json.member("sdr", kVersion);
  json.member("protocol", 1);
  json.end_object();
  json.key("access");
  json.begin_object();
  json.member("token_needed", door_.token_needed());
  json.member("role", role_name(asker.role));
  json.end_object();
  write_rings(json, cameras_, options_.shm_path);
  const frames::FrameHeader& newest = cameras_.first().newest();
  json.member("codec", newest.size == 0 ? "unknown" : frames::codec_name(newest.codec));
  json.member("clients", hub_.count());
  write_lease(json, supervision_.lease().state(loop_.now()));
  if (asker.role >= schema::Role::operator_) write_operators(json, hub_);
  if (rtc_.enabled()) write_ice_servers(json, rtc_.ice_servers());
  json.member("bus", bus_.connected() ? "connected" : "lost");
  json.end_object();
  return text;
}

}  // namespace sdr::transport
