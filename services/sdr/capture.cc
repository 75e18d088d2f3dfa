// SPDX-License-Identifier: Apache-2.0
#include "sdr/capture.h"

#include <poll.h>
#include <sys/wait.h>

#include <csignal>

namespace sdr::command {
namespace {

constexpr size_t kOutputMax = 256 * 1024;

}  // namespace

std::string Captured::failure() const {
  return timed_out ? "did not end in time and was killed" : describe_exit(wait_status);
}

Result<Captured> capture(const ProcessSpec& spec, Duration patience) {
  Result<ChildProcess> child = start_process(spec);
  if (!child) return child.error();
  const Time deadline = std::chrono::steady_clock::now() + patience;
  Captured captured;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ready{.fd = child->output.get(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) {
      captured.timed_out = true;
      break;
    }
    char bytes[4096];
    const ssize_t count = ::read(child->output.get(), bytes, sizeof bytes);
    if (count == 0) break;
    if (count > 0 && captured.output.size() < kOutputMax) captured.output.append(bytes, static_cast<size_t>(count));
  }
  if (captured.timed_out) ::kill(-child->pid, SIGKILL);
  ::waitpid(child->pid, &captured.wait_status, 0);
  return captured;
}

}  // namespace sdr::command
