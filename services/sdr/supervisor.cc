// SPDX-License-Identifier: Apache-2.0
#include "sdr/supervisor.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>

namespace sdr::command {

struct Supervisor::Service {
  Service(ServiceSpec service_spec, std::string log_path, const Backoff::Options& options)
      : spec(std::move(service_spec)), log(std::move(log_path)), backoff(options) {}

  ServiceSpec spec;
  LogFile log;
  Backoff backoff;
  ChildProcess child;
  EventLoop::TimerId restart = EventLoop::TimerId::none;
};

Supervisor::Supervisor(EventLoop& loop, Options options, Events events)
    : loop_(loop), options_(options), events_(std::move(events)) {}

Supervisor::~Supervisor() {
  loop_.cancel(grace_timer_);
  for (auto service = services_.rbegin(); service != services_.rend(); ++service) {
    Service& last = **service;
    loop_.cancel(last.restart);
    if (last.child.output) loop_.unwatch(last.child.output.get());
    if (last.child.pid < 0) continue;
    ::kill(-last.child.pid, SIGKILL);
    ::waitpid(last.child.pid, nullptr, 0);
  }
}

void Supervisor::add(ServiceSpec spec, std::string log_path) {
  services_.push_back(std::make_unique<Service>(std::move(spec), std::move(log_path), options_.backoff));
}

void Supervisor::start() {
  for (const auto& service : services_) launch(*service);
}

void Supervisor::launch(Service& service) {
  service.restart = EventLoop::TimerId::none;
  service.backoff.started(std::chrono::steady_clock::now());
  service.log.forget();
  const Status log = service.log.open();
  if (!log) service.log.append(log.error().message() + "\n");
  Result<ChildProcess> child = start_process(service.spec.process);
  if (!child) return report_death(service, {.how = "could not be started", .last_words = child.error().message()});
  service.child = std::move(*child);
  loop_.watch(service.child.output.get(), EPOLLIN, [this, &service](uint32_t) { read_output(service); });
  events_.started(service.spec, service.child.pid);
}

// One read a turn: a service that floods its log does not keep the loop from the others.
void Supervisor::read_output(Service& service) {
  char bytes[16384];
  const ssize_t count = ::read(service.child.output.get(), bytes, sizeof bytes);
  if (count > 0) return service.log.append({bytes, static_cast<size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  loop_.unwatch(service.child.output.get());
  service.child.output.reset();
}

void Supervisor::reap() {
  bool ended = false;
  for (const auto& service : services_) {
    const pid_t pid = service->child.pid;
    siginfo_t info{};
    if (pid < 0 || ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
      continue;
    }
    // Before the pid is given back: whatever it started itself lies in its group.
    ::kill(-pid, SIGKILL);
    int wait_status = 0;
    ::waitpid(pid, &wait_status, 0);
    on_exit(*service, wait_status);
    ended = true;
  }
  if (stopping_ && ended) stop_next();
}

void Supervisor::on_exit(Service& service, int wait_status) {
  service.child.pid = -1;
  for (int reads = 0; service.child.output && reads < 64; ++reads) read_output(service);
  if (service.child.output) {
    loop_.unwatch(service.child.output.get());
    service.child.output.reset();
  }
  if (stopping_) return;
  // Who was killed from outside had no last words.
  const bool killed =
      WIFSIGNALED(wait_status) && (WTERMSIG(wait_status) == SIGKILL || WTERMSIG(wait_status) == SIGTERM);
  Death death{.how = describe_exit(wait_status), .last_words = killed ? "" : service.log.last_words()};
  if (WIFEXITED(wait_status)) death.exit_code = WEXITSTATUS(wait_status);
  report_death(service, std::move(death));
}

void Supervisor::report_death(Service& service, Death death) {
  death.restart_in = service.backoff.died(std::chrono::steady_clock::now());
  service.restart = loop_.after(death.restart_in, [this, &service] { launch(service); });
  events_.died(service.spec, death);
}

void Supervisor::stop(std::function<void()> stopped) {
  if (stopping_) {
    for (const auto& service : services_) {
      if (service->child.pid > 0) ::kill(-service->child.pid, SIGKILL);
    }
    return;
  }
  stopping_ = true;
  stopped_ = std::move(stopped);
  for (const auto& service : services_) loop_.cancel(service->restart);
  stop_next();
}

void Supervisor::stop_next() {
  loop_.cancel(grace_timer_);
  const auto last = std::find_if(services_.rbegin(), services_.rend(),
                                 [](const std::unique_ptr<Service>& service) { return service->child.pid > 0; });
  if (last == services_.rend()) {
    if (stopped_) std::exchange(stopped_, nullptr)();
    return;
  }
  const pid_t pid = (*last)->child.pid;
  ::kill(pid, SIGTERM);
  grace_timer_ = loop_.after(options_.grace, [pid] { ::kill(-pid, SIGKILL); });
}

pid_t Supervisor::pid_of(const std::string& name) const {
  for (const auto& service : services_) {
    if (service->spec.name == name) return service->child.pid;
  }
  return -1;
}

}  // namespace sdr::command
