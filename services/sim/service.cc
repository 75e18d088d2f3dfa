// SPDX-License-Identifier: Apache-2.0
#include "sim/service.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "base/log.h"
#include "bus/typed.h"
#include "frames/ring_path.h"
#include "net/health_server.h"
#include "sim/command_desk.h"
#include "sim/command_trace.h"
#include "sim/publisher.h"
#include "sim/robot_list.h"
#include "sim/state_file.h"

namespace sdr::sim {
namespace {

using namespace std::chrono_literals;
namespace subjects = schema::subjects;

// A robot side speaks twice a second: who has heard none for this long is the only one.
constexpr Duration kListen = 700ms;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

/// Which process this is, for everybody on the bus.
std::string make_robot_side() {
  char host[33] = "";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + ":" + std::to_string(::getpid()) + ":" + std::to_string(realtime_us() % 1'000'000'000);
}

std::unique_ptr<robot::Robot> load_robot(const SimOptions& options) {
  auto robot = robot::Robot::load(std::filesystem::path(options.robots_dir) / options.robot,
                                  static_cast<uint64_t>(options.seed));
  if (!robot) fail(robot.error().message());
  return std::move(*robot);
}

frames::RingWriter open_ring(const SimOptions& options) {
  auto ring = frames::RingWriter::open({.path = options.shm_path,
                                        .ring_bytes = static_cast<size_t>(options.shm_bytes),
                                        .hint_address = options.shm_hint,
                                        .clock = nullptr});
  if (!ring) fail(ring.error().message());
  return std::move(*ring);
}

LowLayerMode low_layer_mode(const SimOptions& options) {
  if (options.low_layer == "on") return LowLayerMode::kOn;
  return options.low_layer == "off" ? LowLayerMode::kOff : LowLayerMode::kAuto;
}

/// The low layer's; nothing where it is not to be, or cannot be: nothing else depends on it.
std::optional<frames::RingWriter> open_low_ring(const SimOptions& options) {
  constexpr int64_t kPage = 4096, kSmallest = 16 * kPage;
  if (low_layer_mode(options) == LowLayerMode::kOff) return std::nullopt;
  const auto path = frames::ring_path(options.shm_path, "", frames::Layer::kLow);
  if (!path) fail(path.error().message());
  // A quarter of the bitrate in a quarter of the ring: as much time. Readers are woken by the futex alone.
  const int64_t bytes = std::max(kSmallest, options.shm_bytes / 4 / kPage * kPage);
  auto ring = frames::RingWriter::open(
      {.path = *path, .ring_bytes = static_cast<size_t>(bytes), .hint_address = {}, .clock = nullptr});
  if (ring) return std::move(*ring);
  log_warning("There is no low layer: its ring does not open", {{"ring", *path}, {"reason", ring.error().message()}});
  return std::nullopt;
}

safety::RobotSide make_side(const std::filesystem::path& state_file) {
  const Time now = std::chrono::steady_clock::now();
  const uint64_t first_id = realtime_us() / 1000;  // above those of every earlier run
  const auto saved = load_state(state_file);
  if (!saved) {
    log_error("The safety state cannot be read: emergency stop", {{"reason", saved.error().message()}});
    return safety::RobotSide(now, {.state_id = first_id,
                                   .epoch = 0,
                                   .mode = schema::Mode::estop,
                                   .reason = schema::SafetyReason::estop_command,
                                   .detail = "the saved safety state could not be read"});
  }
  if (!saved->has_value()) return safety::RobotSide(now, first_id);
  log_info("Safety state of the process before", {{"mode", schema::to_text((*saved)->mode)}});
  return safety::RobotSide(now, **saved);
}

PhysicsThread::Stats physics_stats(Registry& r) {
  return {.step_us = &r.histogram("sim_step_us", "Physics of one control period"),
          .late = &r.counter("sim_slices_late_total", "Slices of physics that began more than 20 ms late"),
          .dropped = &r.counter("sim_outputs_dropped_total", "What physics said and nobody took"),
          .real_time_factor = &r.gauge("sim_real_time_factor", "Simulated over real time, of the last second"),
          .sim_time_s = &r.gauge("sim_time_seconds", "Simulated time")};
}

StreamStats stream_stats(Registry& r) {
  return {.render_us = &r.histogram("render_latency_us", "Drawing and converting one picture"),
          .encode_us = &r.histogram("encode_latency_us", "Encoding one picture"),
          .publish_us = &r.histogram("publish_latency_us", "From the encoder into the ring"),
          .age_us = &r.histogram("frame_age_us", "From the state that is drawn to the ring"),
          .frames = &r.counter("frames_total", "Frames committed to the ring"),
          .keyframes = &r.counter("keyframes_total", "Of these, keyframes"),
          .bytes = &r.counter("frame_bytes_total", "Their bytes"),
          .dropped = &r.counter("pictures_dropped_total", "Pictures that were replaced before they were encoded"),
          .failed = &r.counter("pictures_failed_total", "Pictures lost to an error")};
}

StreamStats low_layer_stats(Registry& r) {
  return {.render_us = &r.histogram("low_layer_halve_us", "Halving a picture for the low layer"),
          .encode_us = &r.histogram("low_layer_encode_latency_us", "Encoding one picture of the low layer"),
          .publish_us = &r.histogram("low_layer_publish_latency_us", "From its encoder into its ring"),
          .age_us = &r.histogram("low_layer_frame_age_us", "From the state that is drawn to its ring"),
          .frames = &r.counter("low_layer_frames_total", "Frames committed to the low layer's ring"),
          .keyframes = &r.counter("low_layer_keyframes_total", "Of these, keyframes"),
          .bytes = &r.counter("low_layer_bytes_total", "Their bytes"),
          .dropped = &r.counter("low_layer_dropped_total", "Pictures replaced before the low layer encoded them"),
          .failed = &r.counter("low_layer_failed_total", "Pictures that the low layer lost to an error")};
}

}  // namespace

class SimService::Impl {
 public:
  Impl(EventLoop& event_loop, const SimOptions& given);
  void run();

 private:
  void subscribe();
  void start();
  void stop();
  void on_bus_state(bus::BusState state);
  void on_other_side(const schema::SafetyState& state);
  void take_from_physics();
  void on_safety(const SafetyChanged& changed);
  void die(const std::string& why);
  net::HealthReport health() const;

  EventLoop& loop_;
  const SimOptions options_;
  const std::filesystem::path state_file_;
  const std::string robot_side_ = make_robot_side();
  Registry registry_;
  const PhysicsThread::Stats physics_stats_ = physics_stats(registry_);
  const StreamStats stream_stats_ = stream_stats(registry_);
  StreamShared shared_;
  Notifier from_physics_;
  PhysicsThread physics_;
  RenderThread render_;
  LowLayer low_;
  EncodeThread encode_;
  bus::Bus bus_;
  Publisher publisher_;
  CommandDesk desk_;
  std::optional<CommandTrace> trace_;
  net::HealthServer health_;
  std::string fatal_;
  bool listening_ = false;
};

SimService::Impl::Impl(EventLoop& event_loop, const SimOptions& given)
    : loop_(event_loop),
      options_(given),
      state_file_(std::filesystem::path(given.run_dir) / "safety-state.json"),
      from_physics_(loop_, [this] { take_from_physics(); }),
      physics_(load_robot(options_), make_side(state_file_), physics_stats_, [this] { from_physics_.notify(); }),
      render_(
          {.width = static_cast<int>(given.width),
           .height = static_cast<int>(given.height),
           .fps = static_cast<int>(given.fps),
           .egl_device = static_cast<int>(given.egl_device),
           .timecode = given.timecode},
          physics_, shared_, stream_stats_, [this] { encode_.picture_ready(); },
          [this](const std::string& why) { die("rendering: " + why); }),
      low_(low_layer_mode(given), open_low_ring(options_), low_layer_stats(registry_),
           registry_.gauge("low_layer_on", "1 while the low layer is encoded")),
      encode_({.codec = given.codec, .bitrate_bps = given.bitrate_bps}, open_ring(options_), render_.pictures(),
              shared_, stream_stats_, low_, [this](const std::string& why) { die("encoding: " + why); }),
      bus_(loop_, registry_,
           {.url = given.nats_url,
            .service = "sdr-sim",
            .name_space = given.name_space,
            .user = given.bus_login.user,
            .password = bus::password_of(given.bus_login)}),
      publisher_(loop_, bus_, render_, encode_, physics_stats_, stream_stats_, robot_side_,
                 read_robot_list(given.robots_dir)),
      desk_(loop_, given.robots_dir, given.seed, physics_, render_, encode_, low_, registry_,
            [this](const schema::CommandAck& ack) { publisher_.ack(ack); }),
      health_(loop_, registry_, [this] { return health(); }) {
  shared_.fps.store(static_cast<int>(given.fps));
  std::error_code made;
  std::filesystem::create_directories(given.run_dir, made);
  if (made) fail(given.run_dir + ": " + made.message());
  if (!given.trace_commands.empty()) {
    trace_.emplace(given.trace_commands, robot_side_, *physics_stats_.dropped);
    physics_.set_traced(true);
  }
  if (const Status listening = health_.listen(given.listen); !listening) fail(listening.error().message());
  subscribe();
}

void SimService::Impl::subscribe() {
  bus_.on_state([this](bus::BusState state) { on_bus_state(state); });
  bus_.subscribe(subjects::kControlAll, [this](const bus::Message& message) {
    if (publisher_.speaking()) desk_.on_control(message.subject, message.payload);
  });
  bus_.subscribe(subjects::kTelemetryControlLease, [this](const bus::Message& m) { desk_.on_lease(m.payload); });
  bus_.subscribe(subjects::kTelemetrySafetyVideoGate, [this](const bus::Message& m) { desk_.on_gate(m.payload); });
  bus::subscribe<schema::SafetyState>(bus_, subjects::kTelemetrySafetyState,
                                      [this](const schema::SafetyState& state) { on_other_side(state); });
}

void SimService::Impl::on_bus_state(bus::BusState state) {
  if (state == bus::BusState::connecting) return;
  desk_.on_bus(state == bus::BusState::connected);
  if (state != bus::BusState::connected || listening_) return;
  listening_ = true;  // only the first time: whoever comes later refuses by itself
  loop_.after(kListen, [this] { publisher_.speak(); });
}

void SimService::Impl::on_other_side(const schema::SafetyState& state) {
  if (!state.robot_side || *state.robot_side == robot_side_) return;
  // Where two began at the same moment, one of them goes.
  if (publisher_.speaking() && robot_side_ < *state.robot_side) return;
  die("another robot side is at work in this namespace: " + *state.robot_side);
}

void SimService::Impl::take_from_physics() {
  while (std::optional<SimOutput> output = physics_.receive()) {
    if (trace_) trace_->write(*output);
    if (auto* decided = std::get_if<Decided>(&*output)) {
      desk_.on_decided(std::move(*decided));
    } else if (const auto* changed = std::get_if<SafetyChanged>(&*output)) {
      on_safety(*changed);
    } else if (auto* swapped = std::get_if<RobotSwapped>(&*output)) {
      desk_.on_robot_swapped(std::move(*swapped));
    }
  }
  if (trace_) trace_->flush();
  if (physics_.take_snapshot()) publisher_.snapshot(physics_.snapshot());
}

void SimService::Impl::on_safety(const SafetyChanged& changed) {
  if (const Status saved = save_state(state_file_, changed.saved); !saved) {
    log_error("The safety state was not saved", {{"reason", saved.error().message()}});
  }
  const schema::SafetyState& before = publisher_.safety_state();
  if (before.state_id != changed.state.state_id) {
    log_info("Safety", {{"mode", schema::to_text(changed.state.mode)},
                        {"reason", schema::to_text(changed.state.reason)},
                        {"detail", changed.state.detail.value_or("")}});
  }
  publisher_.safety(changed.state);
}

/// From any thread: the service cannot do its work any more.
void SimService::Impl::die(const std::string& why) {
  const bool posted = loop_.post([this, why]() {
    if (fatal_.empty()) fatal_ = why;
    loop_.stop();
  });
  if (!posted) loop_.stop();
}

net::HealthReport SimService::Impl::health() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  const bool bus = bus_.state() == bus::BusState::connected;
  const auto renderer = render_.info();
  const auto encoder = encode_.info();
  json.member("status", !renderer || !encoder ? "starting" : bus ? "ok" : "bus_lost");
  json.member("waiting_for", bus ? "" : "bus");
  json.member("bus", bus::to_text(bus_.state()));
  json.member("robot_side", robot_side_);
  json.member("mode", schema::to_text(publisher_.safety_state().mode));
  json.member("robot", publisher_.robot());
  json.member("renderer", renderer ? renderer->name : "");
  json.member("render_ms", renderer ? renderer->ms_per_frame : 0.0);
  json.member("encoder", encoder ? encoder->encoder : "");
  json.member("encode_ms", encoder ? encoder->ms_per_frame : 0.0);
  json.member("width", encoder ? encoder->settings.width : 0);
  json.member("height", encoder ? encoder->settings.height : 0);
  json.member("low_layer", to_text(low_.state()));
  json.member("fps", publisher_.fps());
  json.member("fps_target", shared_.fps.load());
  json.member("real_time_factor", physics_stats_.real_time_factor->value());
  json.member("frames", stream_stats_.frames->value());
  json.end_object();
  return {.status = 200, .json = std::move(text)};
}

void SimService::Impl::run() {
  start();
  loop_.run();
  stop();
  if (!fatal_.empty()) fail(fatal_);
}

void SimService::Impl::start() {
  log_info("Robot", {{"robot", options_.robot}, {"seed", options_.seed}});
  physics_.start();
  low_.start();
  encode_.start();
  render_.start();
  bus_.start();
}

void SimService::Impl::stop() {
  render_.stop();
  encode_.stop();
  low_.stop();
  physics_.stop();
}

SimService::SimService(EventLoop& loop, const SimOptions& options) : impl_(std::make_unique<Impl>(loop, options)) {}
SimService::~SimService() = default;
void SimService::run() { impl_->run(); }

}  // namespace sdr::sim
