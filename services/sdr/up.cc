// SPDX-License-Identifier: Apache-2.0
#include "sdr/up.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "base/json_writer.h"
#include "base/log.h"
#include "base/scheduling.h"
#include "sdr/nats_config.h"
#include "sdr/up_plan.h"

namespace sdr::command {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAskAtStart = 50ms, kAskLater = 1s, kPatience = 15s;
constexpr int kBadConfiguration = 2;

std::string loopback(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::string in_seconds(Duration duration) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

// SIGCHLD too: a service's death is an event like any other. SIGHUP: the terminal was closed.
sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  return signals;
}

void write_nats_config(const RunFolder& folder, const Ports& ports, const NatsUsers& users) {
  const NatsSettings settings{.port = ports.nats,
                              .monitor_port = ports.nats_monitor,
                              .store_folder = folder.nats_store(),
                              .authorization = users.authorization(),
                              .free_bytes = std::filesystem::space(folder.path()).available};
  write_secret_file(folder.nats_config(), nats_config(settings));
  write_secret_file(folder.nats_users(), users.json());
}

}  // namespace

Up::Up(EventLoop& loop, UpOptions options, Terminal& terminal)
    : loop_(loop),
      options_(std::move(options)),
      terminal_(terminal),
      folder_(options_.run_dir),
      ports_(claim_ports(options_)),
      nats_users_(options_.name_space),
      share_(prepare_share(options_, folder_)),
      supervisor_(loop, {},
                  {.started = [this](const ServiceSpec& spec, pid_t pid) { on_started(spec, pid); },
                   .died = [this](const ServiceSpec& spec, const Supervisor::Death& death) { on_died(spec, death); }}),
      health_(loop, [this](const std::string& service,
                           const std::optional<HttpAnswer>& answer) { on_health(service, answer); }),
      robot_(loop, nats_users_.login("sdr", "nats://" + loopback(ports_.nats)), [this](const RobotChange& change) {
        if (address_shown_) terminal_.change(change.text, change.stopped ? Terminal::Mood::bad : Terminal::Mood::good);
      }) {
  require_shared_memory();
  folder_.forget_safety_state();
  write_nats_config(folder_, ports_, nats_users_);
  seen_["nats"].address = loopback(ports_.nats_monitor);
  seen_["sim"].address = loopback(ports_.sim_metrics);
  seen_["transport"].address = loopback(ports_.transport_metrics);
  for (const auto& [name, seen] : seen_) health_.add(name, seen.address, name == "nats" ? "/varz" : "/health");
  for (ServiceSpec& spec : plan_services(options_, ports_, folder_, share_)) {
    titles_[spec.name] = spec.title;
    for (std::string& secret : nats_users_.environment_of(spec.name)) {
      spec.process.environment.push_back(std::move(secret));
    }
    const std::string log = folder_.log(spec.name);
    supervisor_.add(std::move(spec), log);
  }
}

int Up::run() {
  watch_signals();
  for (const std::string& sentence : ports_.moved) terminal_.change(sentence);
  supervisor_.start();
  health_.set_interval(kAskAtStart);
  const EventLoop::TimerId patience = loop_.after(kPatience, [this] { show_waiting(); });
  loop_.run();
  loop_.cancel(patience);
  loop_.unwatch(signals_.get());
  return exit_code_;
}

void Up::watch_signals() {
  const sigset_t signals = watched_signals();
  signals_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  loop_.watch(signals_.get(), EPOLLIN, [this](uint32_t) { on_signal(); });
}

void Up::on_signal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo == SIGCHLD) return supervisor_.reap();
  end(0);
}

void Up::end(int exit_code) {
  if (!supervisor_.stopping()) {
    exit_code_ = exit_code;
    terminal_.change("stopping");
  }
  supervisor_.stop([this] { loop_.stop(); });
}

void Up::on_started(const ServiceSpec& spec, pid_t) {
  terminal_.waiting("starting " + spec.title + " ...");
  publish();
}

void Up::on_died(const ServiceSpec& spec, const Supervisor::Death& death) {
  Seen& seen = seen_[spec.name];
  const std::string words = death.last_words.empty() ? "" : ": " + death.last_words;
  if (!seen.announced && death.exit_code == kBadConfiguration) {
    terminal_.change(spec.title + " refuses its configuration" + words, Terminal::Mood::bad);
    return end(kBadConfiguration);
  }
  terminal_.change(spec.title + " " + death.how + words + "; starting it again in " + in_seconds(death.restart_in),
                   Terminal::Mood::bad);
  seen.ready = false;
  seen.died = true;
  health_.set_interval(kAskAtStart);
  publish();
}

ServiceFacts Up::facts_of(const std::string& service, const HttpAnswer& answer) const {
  if (service == "nats") return nats_facts(answer, ports_.nats);
  if (service == "sim") return sim_facts(answer);
  return transport_facts(answer, ports_.listen_addr);
}

void Up::on_health(const std::string& service, const std::optional<HttpAnswer>& answer) {
  if (supervisor_.stopping()) return;
  Seen& seen = seen_[service];
  if (!answer || supervisor_.pid_of(service) < 0) {
    seen.waiting = "no answer";
    return;
  }
  const ServiceFacts facts = facts_of(service, *answer);
  seen.waiting = facts.waiting;
  if (facts.ready && !seen.ready) {
    seen.ready = true;
    if (!seen.announced) terminal_.ready(service == "sim" ? "simulator" : service, facts.details);
    if (seen.announced && seen.died) terminal_.change(titles_[service] + " is back", Terminal::Mood::good);
    seen.announced = true;
    seen.died = false;
  }
  if (facts.clients) on_clients(*facts.clients);
  const bool all = std::all_of(seen_.begin(), seen_.end(), [](const auto& entry) { return entry.second.ready; });
  if (!all) return;
  show_address();
  health_.set_interval(kAskLater);
}

void Up::on_clients(int64_t clients) {
  if (clients != clients_ && address_shown_) terminal_.change(describe_clients(clients_, clients));
  clients_ = clients;
}

void Up::show_address() {
  if (address_shown_) return;
  address_shown_ = true;
  const bool tls = !options_.tls_cert.empty();
  if (share_.token.empty()) return terminal_.address(page_url(ports_.listen_addr, tls));
  if (!tls)
    terminal_.change(
        "no --tls-cert: others' browsers offer JPEG, not video, and read no gamepad; the token is not hidden");
  terminal_.address(page_url(ports_.listen_addr, tls, reachable_host()) + "#token=" + share_.token);
}

// The page says for itself what is missing, so it can be opened all the same.
void Up::show_waiting() {
  for (const auto& [name, seen] : seen_) {
    if (seen.ready || supervisor_.stopping()) continue;
    terminal_.change("still waiting for " + titles_[name] + (seen.waiting.empty() ? "" : ": " + seen.waiting) +
                         " (log: " + folder_.log(name) + ")",
                     Terminal::Mood::bad);
  }
  if (!supervisor_.stopping() && seen_["transport"].waiting != "no answer") show_address();
}

void Up::publish() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("pid", static_cast<int64_t>(::getpid()));
  json.member("url", page_url(ports_.listen_addr, !options_.tls_cert.empty()));
  json.member("nats_url", "nats://" + loopback(ports_.nats));
  json.key("services");
  json.begin_object();
  for (const auto& [name, seen] : seen_) {
    json.key(name);
    json.begin_object();
    json.member("pid", static_cast<int64_t>(supervisor_.pid_of(name)));
    json.member("health", seen.address);
    json.end_object();
  }
  json.end_object();
  json.end_object();
  folder_.publish(text);
}

int run_up(int argc, const char* const* argv) {
  UpOptions values;
  Options options("sdr-up");
  describe(values, options);
  if (options.load(argc, argv) == Options::Outcome::exit) return 0;
  // Before the bus makes threads of its own: none of them is ever interrupted by these.
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  ask_to_wake_soon();                     // and with it all that it starts, NATS too
  configure_log("sdr", LogLevel::error);  // a bus that is not there yet is nothing to tell here
  Terminal terminal(stdout);
  EventLoop loop;
  return Up(loop, std::move(values), terminal).run();
}

}  // namespace sdr::command
