// SPDX-License-Identifier: Apache-2.0
#include "sdr/doctor.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/config.h"
#include "sdr/port_check.h"

namespace sdr::command {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kMemory = 1024 * kMiB, kRing = 16 * kMiB;

std::vector<PortFacts> look_at_ports() {
  std::vector<PortFacts> ports = {{.port = 8080, .use = "the page"},
                                  {.port = 4222, .use = "NATS"},
                                  {.port = 8222, .use = "NATS's monitoring"},
                                  {.port = 9100, .use = "the transport's metrics"},
                                  {.port = 9101, .use = "the simulator's metrics"},
                                  {.port = 8189, .use = "WebRTC"}};
  for (PortFacts& port : ports) {
    port.free = check_port_free("127.0.0.1:" + std::to_string(port.port)).ok();
    if (!port.free) port.holder = port_holder(static_cast<uint16_t>(port.port));
  }
  return ports;
}

Diagnosis examine(const std::string& probe) {
  Diagnosis diagnosis;
  diagnosis.machine = look_at_machine();
  diagnosis.renderer = try_renderer(probe);
  diagnosis.encoders = try_encoders(probe);
  diagnosis.ports = look_at_ports();
  diagnosis.nats = nats_version();
  diagnosis.problems = find_problems(diagnosis);
  return diagnosis;
}

int answer_nvenc(const std::string& probe) {
  const NvencTrial trial = try_nvenc(probe);
  std::printf("%s\n", trial.text.c_str());
  return trial.exit_code;
}

}  // namespace

std::vector<std::string> find_problems(const Diagnosis& diagnosis) {
  std::vector<std::string> problems;
  const Machine& machine = diagnosis.machine;
  if (machine.memory_bytes < kMemory) problems.emplace_back("less than 1 GB of memory");
  if (!machine.shm_present) problems.emplace_back("there is no /dev/shm");
  if (machine.shm_present && machine.shm_free_bytes < kRing)
    problems.emplace_back("/dev/shm is full: a ring takes 16 MB");
  if (!diagnosis.renderer.works) problems.push_back("no EGL renderer: " + diagnosis.renderer.why_not);
  if (std::none_of(diagnosis.encoders.begin(), diagnosis.encoders.end(),
                   [](const EncoderTrial& e) { return e.works; })) {
    problems.emplace_back("no encoder works");
  }
  if (diagnosis.nats.empty()) problems.emplace_back("nats-server is missing (package nats-server)");
  return problems;
}

int run_doctor(int argc, const char* const* argv) {
  bool json = false, nvenc = false;
  Options options("sdr-doctor");
  options.add("json", &json, {.help = "as one JSON object"});
  options.add("nvenc", &nvenc,
              {.help = "NVIDIA's encoder alone: ends with 0 it encodes, 1 it is unavailable, 2 no CUDA"});
  if (options.load(argc, argv) == Options::Outcome::exit) return 0;
  const std::string probe = fs::read_symlink("/proc/self/exe").parent_path() / "sdr-probe";
  if (nvenc) return answer_nvenc(probe);
  const Diagnosis diagnosis = examine(probe);
  std::fputs(json ? doctor_json(diagnosis).c_str() : doctor_text(diagnosis).c_str(), stdout);
  return diagnosis.problems.empty() ? 0 : 1;
}

}  // namespace sdr::command
