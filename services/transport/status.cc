// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"
#include "transport/transport.h"

// What /api/status answers.

namespace sdr::transport {
namespace {

constexpr std::string_view kVersion = SDR_VERSION;

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

}  // namespace

std::string Transport::status_json() {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("versions");
  json.begin_object();
  json.member("sdr", kVersion);
  json.member("protocol", 1);
  json.end_object();
  json.key("rings");
  json.begin_array();
  for (const auto& camera : cameras_.all()) write_camera(json, *camera, options_.shm_path);
  json.end_array();
  const frames::FrameHeader& newest = cameras_.first().newest();
  json.member("codec", newest.size == 0 ? "unknown" : frames::codec_name(newest.codec));
  json.member("clients", hub_.count());
  json.key("operator");
  if (const auto& holder = supervision_.lease().holder(); holder) {
    json.value(*holder);
  } else {
    json.null();
  }
  json.member("bus", bus_.connected() ? "connected" : "lost");
  json.end_object();
  return text;
}

}  // namespace sdr::transport
