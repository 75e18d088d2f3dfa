// SPDX-License-Identifier: Apache-2.0
#include "sdr/up_plan.h"

#include <cstdlib>
#include <sstream>
#include <thread>

namespace sdr::command {
namespace {

namespace fs = std::filesystem;

std::string loopback(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::string own_program(const UpOptions& options, const std::string& name) {
  const fs::path folder =
      options.bin_dir.empty() ? fs::read_symlink("/proc/self/exe").parent_path() : fs::path(options.bin_dir);
  const fs::path program = fs::absolute(folder / name);
  if (::access(program.c_str(), X_OK) != 0) throw ConfigError(program.string() + " is missing: it was not built");
  return program;
}

// What every service of ours reads. Logs go to files, so they are JSON unless someone wants otherwise.
std::vector<std::string> common_environment(const UpOptions& options, const Ports& ports, const RunFolder& folder) {
  const char* format = std::getenv("SDR_LOG_FORMAT");
  return {"SDR_NATS_URL=nats://" + loopback(ports.nats), "SDR_SHM_PATH=" + ports.ring,
          "SDR_RUN_DIR=" + folder.path().string(), "SDR_NAMESPACE=" + options.name_space,
          std::string("SDR_LOG_FORMAT=") + (format == nullptr ? "json" : format)};
}

// On a small machine a second thread of the server takes the core from whoever waits for the message: with two cores a
// twist then needs a tenth longer. What the user has set holds.
std::vector<std::string> nats_environment() {
  if (std::thread::hardware_concurrency() > 2 || std::getenv("GOMAXPROCS") != nullptr) return {};
  return {"GOMAXPROCS=1"};
}

ServiceSpec plan_nats(const RunFolder& folder) {
  const fs::path server = find_program("nats-server");
  if (server.empty()) throw ConfigError("nats-server is missing (package nats-server)");
  return {"nats", "NATS", {.arguments = {server, "--config", folder.nats_config()}, .environment = nats_environment()}};
}

ServiceSpec plan_sim(const UpOptions& options, const Ports& ports, const RunFolder& folder) {
  ProcessSpec process;
  process.arguments = {own_program(options, "sdr-sim"), "--listen", loopback(ports.sim_metrics)};
  if (!options.robot.empty()) process.arguments.insert(process.arguments.end(), {"--robot", options.robot});
  if (options.timecode) process.arguments.emplace_back("--timecode");
  process.arguments.insert(process.arguments.end(), options.sim_args.begin(), options.sim_args.end());
  process.environment = common_environment(options, ports, folder);
  return {"sim", "the simulator", std::move(process)};
}

ServiceSpec plan_transport(const UpOptions& options, const Ports& ports, const RunFolder& folder, const Share& share) {
  ProcessSpec process;
  process.arguments = {own_program(options, "sdr-transport"), "--metrics-addr", loopback(ports.transport_metrics)};
  if (!options.tls_cert.empty()) process.arguments.insert(process.arguments.end(), {"--tls-cert", options.tls_cert});
  if (!options.tls_key.empty()) process.arguments.insert(process.arguments.end(), {"--tls-key", options.tls_key});
  if (!share.tokens_file.empty()) {
    process.arguments.insert(process.arguments.end(), {"--access-tokens-file", share.tokens_file});
  }
  process.arguments.insert(process.arguments.end(), options.transport_args.begin(), options.transport_args.end());
  process.environment = common_environment(options, ports, folder);
  process.environment.push_back("SDR_LISTEN_ADDR=" + ports.listen_addr);
  return {"transport", "the transport", std::move(process)};
}

}  // namespace

std::vector<ServiceSpec> plan_services(const UpOptions& options, const Ports& ports, const RunFolder& folder,
                                       const Share& share) {
  return {plan_nats(folder), plan_sim(options, ports, folder), plan_transport(options, ports, folder, share)};
}

fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::stringstream folders(std::string(path == nullptr ? "" : path) + ":/usr/local/sbin:/usr/sbin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    fs::path program = fs::path(folder) / name;
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

}  // namespace sdr::command
