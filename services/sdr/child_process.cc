// SPDX-License-Identifier: Apache-2.0
#include "sdr/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

extern char** environ;

namespace sdr::command {
namespace {

std::string_view name_of(std::string_view assignment) { return assignment.substr(0, assignment.find('=')); }

// Ours, less what the spec sets, and the spec's.
std::vector<char*> merged_environment(const std::vector<std::string>& added) {
  std::vector<char*> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const std::string& assignment : added) replaced = replaced || name_of(assignment) == name_of(*entry);
    if (!replaced) merged.push_back(*entry);
  }
  for (const std::string& assignment : added) merged.push_back(const_cast<char*>(assignment.c_str()));
  merged.push_back(nullptr);
  return merged;
}

struct Prepared {
  std::vector<char*> arguments, environment;
  int null_fd, output_fd, error_fd;
  pid_t parent;
};

// Between fork and exec: only calls that are safe after a fork in a process with threads, and no allocation.
[[noreturn]] void become(const Prepared& prepared) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);  // the parent died before the line above
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(prepared.null_fd, STDIN_FILENO);
  ::dup2(prepared.output_fd, STDOUT_FILENO);
  ::dup2(prepared.output_fd, STDERR_FILENO);
  ::execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
  const int error_number = errno;
  [[maybe_unused]] const ssize_t written = ::write(prepared.error_fd, &error_number, sizeof error_number);
  ::_exit(127);
}

struct Pipe {
  FileDescriptor read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  Pipe made;
  made.read.reset(ends[0]);
  made.write.reset(ends[1]);
  return made;
}

}  // namespace

Result<ChildProcess> start_process(const ProcessSpec& spec) {
  SDR_ASSERT(!spec.arguments.empty(), "a process without a program");
  Result<Pipe> output = make_pipe();
  Result<Pipe> failure = make_pipe();
  if (!output) return output.error();
  if (!failure) return failure.error();
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return system_error("/dev/null");

  Prepared prepared{
      {}, merged_environment(spec.environment), null.get(), output->write.get(), failure->write.get(), ::getpid()};
  for (const std::string& argument : spec.arguments) prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  prepared.arguments.push_back(nullptr);

  const pid_t pid = ::fork();
  if (pid < 0) return system_error("fork");
  if (pid == 0) become(prepared);
  failure->write.reset();
  int error_number = 0;
  if (::read(failure->read.get(), &error_number, sizeof error_number) == sizeof error_number) {
    ::waitpid(pid, nullptr, 0);
    return system_error(spec.arguments[0], error_number);
  }
  ::fcntl(output->read.get(), F_SETFL, O_NONBLOCK);
  ChildProcess child;
  child.pid = pid;
  child.output = std::move(output->read);
  return child;
}

std::string describe_exit(int wait_status) {
  if (WIFEXITED(wait_status)) return "exited with " + std::to_string(WEXITSTATUS(wait_status));
  const int number = WTERMSIG(wait_status);
  return "was killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
}

}  // namespace sdr::command
