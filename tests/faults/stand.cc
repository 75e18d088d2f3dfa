// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/stand.h"

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "robot/renderer.h"

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;
using schema::Action;
using schema::Mode;

constexpr Duration kPatience = 30s, kAskAgain = 200ms;
constexpr std::string_view kBinaries = SDR_TEST_BINARIES;

/// The address behind "address" in what the transport logs when it serves; empty before.
std::string address_in(const std::string& log) {
  const std::string mark = "\"address\":\"";
  const size_t serving = log.find("\"serving\"");
  const size_t begin = serving == log.npos ? log.npos : log.find(mark, serving);
  if (begin == log.npos) return {};
  const size_t end = log.find('"', begin + mark.size());
  return end == log.npos ? "" : log.substr(begin + mark.size(), end - begin - mark.size());
}

std::string program(std::string_view name) { return std::string(kBinaries) + "/" + std::string(name); }

}  // namespace

std::string missing_for_stand() {
  if (!testing::have_nats_server()) return "nats-server is not installed";
  if (const auto renderer = robot::Renderer::create(); !renderer) {
    return "no off-screen renderer here: " + renderer.error().message();
  }
  return {};
}

Stand::Stand(StandOptions options) : options_(std::move(options)), ring_folder_("/dev/shm/sdr-test-XXXXXX") {
  SDR_ASSERT(::mkdtemp(ring_folder_.data()) != nullptr, ring_folder_);
  nats_ = std::make_unique<testing::NatsServer>();
  nats_url_ = nats_->url();
  witness_ = std::make_unique<Witness>(folder_.file("trace"), [this](std::string_view client, uint64_t cmd_seq) {
    return pilot_ && pilot_->is_me(client) ? pilot_->sent_us(cmd_seq) : std::nullopt;
  });
  start_sim();
  start_transport();
  relay_ = std::make_unique<Relay>(loop, transport_address_, options_.seed);
  pilot_ = std::make_unique<Operator>(loop, relay_->address());
}

Stand::~Stand() {
  sim_.reset();  // whoever writes there ends first
  std::error_code ignored;
  std::filesystem::remove_all(ring_folder_, ignored);
}

std::vector<std::string> Stand::environment() const {
  std::vector<std::string> environment = {"SDR_NATS_URL=" + nats_url_, "SDR_SHM_PATH=" + ring(),
                                          "SDR_RUN_DIR=" + folder_.file("run"), "SDR_LOG_FORMAT=json"};
  if (!options_.preload.empty()) environment.push_back("LD_PRELOAD=" + options_.preload);
  environment.insert(environment.end(), options_.environment.begin(), options_.environment.end());
  return environment;
}

void Stand::start_sim() {
  const std::vector<std::string> arguments = {program("sdr-sim"),
                                              "--listen",
                                              "127.0.0.1:0",
                                              "--robots-dir",
                                              SDR_ROBOTS_DIR,
                                              "--robot",
                                              "rover",
                                              "--width",
                                              "320",
                                              "--height",
                                              "180",
                                              "--fps",
                                              "30",
                                              "--codec",
                                              "h264",
                                              "--trace-commands",
                                              folder_.file("trace")};
  sim_ = std::make_unique<Program>(loop, arguments, environment());
}

void Stand::restart_sim() {
  sim_->kill();
  const uint64_t before = witness_->starts();
  start_sim();
  require("the simulator comes back", [&] { return witness_->starts() > before && witness_->told_mode(); });
}

void Stand::start_transport() {
  const std::string listen = transport_address_.port() == 0 ? "127.0.0.1:0" : transport_address_.to_string();
  std::vector<std::string> arguments = {
      program("sdr-transport"), "--listen-addr", listen, "--metrics-addr", "127.0.0.1:0", "--udp-addr", "127.0.0.1:0"};
  arguments.insert(arguments.end(), options_.transport_flags.begin(), options_.transport_flags.end());
  transport_ = std::make_unique<Program>(loop, arguments, environment());
  require("the transport serves", [this] { return !address_in(transport_->output()).empty(); });
  transport_address_ = net::Address::parse(address_in(transport_->output())).value();
}

bool Stand::until(const std::function<bool()>& condition) {
  const Time give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    loop.run_once(2ms);
    witness_->read();
  }
  return true;
}

void Stand::require(std::string_view what, const std::function<bool()>& condition) {
  if (until(condition)) return;
  throw std::runtime_error("waited in vain: " + std::string(what) + "\n" + logs());
}

void Stand::run_for(Duration time) {
  const Time end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    loop.run_once(2ms);
    witness_->read();
  }
}

std::string Stand::logs() const {
  std::string text;
  if (witness_) {
    text += "robot side: " + std::string(schema::to_text(witness_->mode())) + " " +
            std::string(schema::to_text(witness_->reason())) + "\n";
  }
  if (pilot_) text += "last answer: " + pilot_->ack().action + " " + pilot_->ack().detail + "\n";
  for (const auto* of : {&sim_, &transport_}) {
    if (*of) text += (*of)->output();
  }
  return text;
}

void Stand::drive() {
  asked_ = {};
  pilot_->set_stick(0.0);
  require("the robot moves", [this] { return step_towards_motion(); });
}

// What stands between a robot that rests and one that moves, one thing at a time.
bool Stand::step_towards_motion() {
  const Time now = std::chrono::steady_clock::now();
  if (!pilot_->connected()) {
    if (now - asked_ < kAskAgain) return false;
    asked_ = now;
    pilot_->connect();
    return false;
  }
  const Mode mode = witness_->mode();
  const bool mine = pilot_->lease().holder && pilot_->lease().holder == pilot_->lease().you;
  if (now - asked_ >= kAskAgain && (mode == Mode::estop || !mine)) {
    asked_ = now;
    if (!mine) pilot_->acquire();
    if (mine) pilot_->send(Action::estop_clear, schema::NoData{});
  }
  pilot_->set_stick(mode == Mode::armed ? kYaw : 0.0);
  return witness_->speed() == kYaw;
}

void Stand::drive_by_process() {
  pilot_->set_stick({});
  pilot_->disconnect();
  driver_ = std::make_unique<Program>(
      loop, std::vector<std::string>{program("fault_operator"), relay_->address().to_string(), std::to_string(kYaw)});
  require("the robot is moved by another process", [this] { return witness_->speed() == kYaw; });
}

std::string Stand::end() {
  std::string wrong;
  driver_.reset();
  pilot_->disconnect();
  const std::pair<const char*, Program*> programs[] = {{"transport", transport_.get()}, {"sim", sim_.get()}};
  for (const auto& [name, running] : programs) {
    if (const int status = running->end(); status != 0) {
      wrong += std::string(name) + " ended with " + std::to_string(status) + "\n" + running->output();
    }
  }
  return wrong;
}

}  // namespace sdr::faults
