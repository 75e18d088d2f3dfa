// SPDX-License-Identifier: Apache-2.0
#include "tests/bus/nats_server.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace sdr::testing {
namespace {

// Found also where it lies outside a user's PATH.
std::string program() {
  for (const char* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return {};
}

pid_t spawn(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  if (::posix_spawn(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("cannot start nats-server");
  }
  return pid;
}

}  // namespace

bool have_nats_server() { return !program().empty(); }

NatsServer::NatsServer(std::vector<std::string> arguments) { start(arguments); }

NatsServer::~NatsServer() { kill(); }

void NatsServer::start(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {program(),
                                      "-a",
                                      "127.0.0.1",
                                      "-p",
                                      std::to_string(port_),
                                      "--ports_file_dir",
                                      folder_.path().string(),
                                      "-l",
                                      folder_.file("log")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  pid_ = spawn(command);
  wait_for_port();
}

// The server writes {"nats":["nats://127.0.0.1:PORT"],...} once it listens.
void NatsServer::wait_for_port() {
  const auto file = folder_.file("nats-server_" + std::to_string(pid_) + ".ports");
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < give_up) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    const std::string content = text.str();
    if (const size_t at = content.find("127.0.0.1:");
        at != std::string::npos && content.find('}') != std::string::npos) {
      port_ = std::atoi(content.c_str() + at + std::string("127.0.0.1:").size());
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("nats-server did not come up");
}

void NatsServer::kill() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void NatsServer::restart(std::vector<std::string> arguments) {
  kill();
  start(arguments);
}

void NatsServer::freeze() { signal(SIGSTOP); }
void NatsServer::thaw() { signal(SIGCONT); }

size_t NatsServer::delivered_unread() const {
  std::ifstream table("/proc/net/tcp");
  size_t most = 0;
  for (std::string line; std::getline(table, line);) {
    unsigned remote_port = 0, unread = 0;
    const char* const format = "%*s %*[^:]:%*x %*[^:]:%x %*x %*[^:]:%x";  // sl, local, remote, state, tx:rx
    if (std::sscanf(line.c_str(), format, &remote_port, &unread) != 2) continue;
    if (remote_port == static_cast<unsigned>(port_)) most = std::max<size_t>(most, unread);
  }
  return most;
}

void NatsServer::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace sdr::testing
