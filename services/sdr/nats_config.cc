// SPDX-License-Identifier: Apache-2.0
#include "sdr/nats_config.h"

#include <algorithm>
#include <sstream>

namespace sdr::command {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kStreams = 90 * kGiB;  // TRAIN, EPISODES and DATASETS together
constexpr uint64_t kLeast = uint64_t{64} << 20;

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

uint64_t jetstream_bytes(uint64_t free_bytes) { return std::clamp(free_bytes / 4 * 3, kLeast, kStreams); }

std::string nats_config(const NatsSettings& settings) {
  std::ostringstream text;
  text << "# Written by sdr up at each start.\n"
       << "server_name: sdr\n"
       << "listen: \"127.0.0.1:" << settings.port << "\"\n"
       << "http: \"127.0.0.1:" << settings.monitor_port << "\"\n"
       << "max_payload: 1048576\n"
       << "max_connections: 256\n"
       << "write_deadline: \"2s\"\n"
       << "jetstream {\n"
       << "  store_dir: " << in_quotes(settings.store_folder) << "\n"
       << "  max_mem: " << (uint64_t{256} << 20) << "\n"
       << "  max_file: " << jetstream_bytes(settings.free_bytes) << "\n"
       << "}\n"
       << settings.authorization;
  return text.str();
}

}  // namespace sdr::command
