// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/program.h"

#include <sys/wait.h>

#include <csignal>
#include <stdexcept>

namespace sdr::faults {
namespace {

constexpr size_t kOutputMax = 64 * 1024;

int shell_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

Program::Program(EventLoop& loop, std::vector<std::string> arguments, std::vector<std::string> environment)
    : loop_(loop) {
  auto process = command::start_process({std::move(arguments), std::move(environment)});
  if (!process) throw std::runtime_error(process.error().message());
  process_ = std::move(*process);
  loop_.watch(process_.output.get(), EPOLLIN, [this](uint32_t) { read(); });
}

Program::~Program() { kill(); }

void Program::signal(int number) const {
  if (process_.pid > 0) ::kill(process_.pid, number);
}

void Program::kill() {
  signal(SIGKILL);
  wait();
}

int Program::end() {
  signal(SIGCONT);
  signal(SIGTERM);
  wait();
  return status_;
}

void Program::wait() {
  if (process_.pid < 0) return;
  int wait_status = 0;
  ::waitpid(process_.pid, &wait_status, 0);
  status_ = shell_status(wait_status);
  process_.pid = -1;
  read();
  if (process_.output) loop_.unwatch(process_.output.get());
  process_.output.reset();
}

bool Program::alive() {
  int wait_status = 0;
  if (process_.pid < 0 || ::waitpid(process_.pid, &wait_status, WNOHANG) == 0) return process_.pid > 0;
  status_ = shell_status(wait_status);
  process_.pid = -1;
  read();
  return false;
}

void Program::read() {
  char bytes[4096];
  ssize_t got = 0;
  while (process_.output && (got = ::read(process_.output.get(), bytes, sizeof bytes)) > 0) {
    output_.append(bytes, static_cast<size_t>(got));
  }
  if (output_.size() > kOutputMax) output_.erase(0, output_.size() - kOutputMax);
  if (got != 0 || !process_.output) return;
  loop_.unwatch(process_.output.get());
  process_.output.reset();
}

}  // namespace sdr::faults
