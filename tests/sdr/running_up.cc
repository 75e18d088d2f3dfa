// SPDX-License-Identifier: Apache-2.0
#include "tests/sdr/running_up.h"

#include <poll.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "schema/json_value.h"

namespace sdr::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

std::string content_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

RunningUp::RunningUp(const std::vector<std::string>& flags) {
  ring_folder_ = "/dev/shm/sdr-test-XXXXXX";
  SDR_ASSERT(::mkdtemp(ring_folder_.data()) != nullptr, ring_folder_);
  SDR_ASSERT(::chdir(SDR_TEST_SOURCES) == 0, SDR_TEST_SOURCES);
  command::ProcessSpec spec;
  spec.arguments = {std::string(SDR_TEST_BINARIES) + "/sdr", "up"};
  for (const char* port : {"port", "nats-port", "nats-monitor-port", "sim-metrics-port", "transport-metrics-port"}) {
    spec.arguments.push_back("--" + std::string(port) + "=0");
  }
  spec.arguments.push_back("--run-dir=" + run_folder());
  spec.arguments.push_back("--shm-path=" + ring_folder_ + "/frames");
  spec.arguments.insert(spec.arguments.end(), flags.begin(), flags.end());
  Result<command::ChildProcess> process = command::start_process(spec);
  SDR_ASSERT(process.ok(), process.error().message());
  process_ = std::move(*process);
}

RunningUp::~RunningUp() {
  if (process_.pid > 0) {
    ::kill(process_.pid, SIGKILL);
    ::waitpid(process_.pid, nullptr, 0);
  }
  std::error_code ignored;  // the simulator makes it, or did not come that far
  std::filesystem::remove_all(ring_folder_, ignored);
}

bool RunningUp::says(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (output_.find(text) == output_.npos) {
    pollfd ready{.fd = process_.output.get(), .events = POLLIN, .revents = 0};
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (::poll(&ready, 1, 100) == 0) continue;
    char bytes[4096];
    const ssize_t count = ::read(process_.output.get(), bytes, sizeof bytes);
    if (count == 0) return output_.find(text) != output_.npos;
    if (count > 0) output_.append(bytes, static_cast<size_t>(count));
  }
  return true;
}

void RunningUp::signal(int number) const { ::kill(process_.pid, number); }

int RunningUp::wait() {
  says("\n\n\n\n");  // what it never says: reads to the end, since the pipe must not fill up
  int wait_status = 0;
  ::waitpid(process_.pid, &wait_status, 0);
  process_.pid = -1;
  return wait_status;
}

std::string RunningUp::published() const { return content_of(run_folder() + "/up.json"); }

std::map<std::string, pid_t> RunningUp::services() const {
  std::map<std::string, pid_t> pids;
  schema::JsonParser parser;
  const std::string text = published();
  const auto json = parser.parse(text);
  if (!json) return pids;
  const auto services = json->find("services");
  for (const char* name : {"nats", "sim", "transport"}) {
    const auto service = services ? services->find(name) : std::nullopt;
    const auto pid = service ? service->find("pid") : std::nullopt;
    if (pid && pid->integer()) pids[name] = static_cast<pid_t>(*pid->integer());
  }
  return pids;
}

std::string RunningUp::url() const {
  schema::JsonParser parser;
  const std::string text = published();
  const auto json = parser.parse(text);
  const auto url = json ? json->find("url") : std::nullopt;
  return url && url->text() ? std::string(*url->text()) : std::string();
}

bool is_alive(pid_t pid) {
  const std::string state = content_of("/proc/" + std::to_string(pid) + "/stat");
  return !state.empty() && state.find(") Z ") == state.npos;
}

bool is_gone(pid_t pid) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (is_alive(pid)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

}  // namespace sdr::testing
