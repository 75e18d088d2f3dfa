// SPDX-License-Identifier: Apache-2.0
#include "bench/common/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/socket.h"

namespace sdr::bench {

void pin_to_core(int core) {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof cores, &cores);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

uint16_t free_port() {
  const auto socket = net::listen_tcp(net::Address::parse("127.0.0.1:0").value());
  return net::local_address(socket.value().get()).value().port();
}

// Between fork and exec only what needs no lock: other threads of the benchmark may hold any.
Process::Process(const std::vector<std::string>& command, const std::vector<std::string>& environment, int core,
                 const std::string& log) {
  std::vector<char*> arguments, variables;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = fork();
  if (pid_ != 0) {
    ::close(out);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);  // a ^C is the benchmark's, which ends its programs itself
  pin_to_core(core);
  dup2(out, 1);
  dup2(out, 2);
  execvpe(arguments[0], arguments.data(), variables.data());
  _exit(127);
}

Process::~Process() { (void)end(); }

bool Process::alive() {
  if (pid_ > 0 && waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

int Process::end() {
  if (pid_ > 0) kill(pid_, SIGTERM);
  for (int i = 0; i < 1000 && alive(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &wait_status_, 0);
    pid_ = -1;
  }
  return WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 128 + WTERMSIG(wait_status_);
}

double Process::cpu_s() const {
  double total_ns = 0;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", ignored)) {
    double ns = 0;
    std::ifstream(task.path() / "schedstat") >> ns;
    total_ns += ns;
  }
  return total_ns / 1e9;
}

uint64_t Process::memory_bytes() const { return status_number("RssAnon:") * 1024 + status_number("RssShmem:") * 1024; }

uint64_t Process::private_bytes() const { return status_number("RssAnon:") * 1024; }

size_t Process::threads() const { return status_number("Threads:"); }

size_t Process::descriptors() const {
  std::error_code gone;
  const std::filesystem::directory_iterator first("/proc/" + std::to_string(pid_) + "/fd", gone), last;
  return static_cast<size_t>(std::distance(first, last));
}

uint64_t Process::status_number(std::string_view name) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  uint64_t number = 0;
  for (std::string word; status >> word;) {
    if (word == name && status >> number) return number;
  }
  return 0;
}

}  // namespace sdr::bench
