// SPDX-License-Identifier: Apache-2.0
#include "transport/transport.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>

#include "base/log.h"
#include "schema/codec.h"
#include "schema/wire.h"
#include "transport/start_name.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
namespace subjects = schema::subjects;

constexpr Duration kCertificateTick = 5s;    // certificates are renewed while we run
constexpr int kLeaseTurns = 20;              // of 50 ms
constexpr uint64_t kFramesComeUs = 100'000;  // a frame within the last 100 ms: the next one is near

bool is_local(const TransportOptions& options) {
  return net::Address::parse(options.listen_addr).value().is_loopback();  // check() has seen to it that it is one
}

OriginPolicy origin_policy(const TransportOptions& options, bool tokens) {
  using Names = OriginPolicy::Names;
  std::array<char, 256> machine{};
  if (gethostname(machine.data(), machine.size() - 1) != 0) machine[0] = '\0';
  const Names names = tokens ? Names::kAny : is_local(options) ? Names::kLoopback : Names::kKnown;
  return OriginPolicy(options.origins, names, machine.data());
}

HubOptions hub_options(const TransportOptions& options) {
  HubOptions hub;
  hub.clients_max = static_cast<size_t>(options.clients_max);
  hub.clients_per_address_max = static_cast<size_t>(options.clients_per_address_max);
  hub.strangers_max = static_cast<size_t>(options.unauthenticated_max);
  hub.loopback_is_free = options.loopback_is_free;
  hub.auth_max = std::chrono::milliseconds(options.auth_ms);
  hub.not_sent_bytes = static_cast<int>(options.not_sent_bytes);
  hub.stuck_max = std::chrono::milliseconds(options.slow_client_ms);
  return hub;
}

net::HttpServerOptions http_options(const TransportOptions& options, std::shared_ptr<net::TlsContext> tls) {
  net::HttpServerOptions http;
  http.limits.body = 64 * 1024;
  http.timeouts.request = 5s;
  http.timeouts.idle = 30s;
  http.connections_per_address_max = static_cast<size_t>(options.clients_per_address_max);
  http.requests_allowed = net::AddressRates::Limit{.burst = 200, .interval = 20ms};
  http.loopback_is_free = options.loopback_is_free;
  http.tls = std::move(tls);
  return http;
}

std::shared_ptr<net::TlsContext> make_tls(const TransportOptions& options, Registry& registry) {
  if (options.tls_cert.empty()) return nullptr;
  return std::make_shared<net::TlsContext>(net::TlsFiles{options.tls_cert, options.tls_key}, registry);
}

/// As many descriptors as the system lets us have: each client is one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Transport::Transport(EventLoop& loop, const TransportOptions& options)
    : loop_(loop),
      options_(options),
      health_(loop, registry_, options.metrics_addr),
      bus_(loop, registry_,
           {.url = options.nats_url,
            .ns = options.ns,
            .user = options.bus_login.user,
            .password = bus::password_of(options.bus_login)},
           {.on_message = [this](auto subject, auto payload) { on_bus_message(subject, payload); },
            .on_connected = [this] { supervision_.on_bus_connected(loop_.now()); }}),
      door_(TokenFile(options.access_tokens_file, options.access_tokens),
            is_local(options) ? schema::Role::admin : schema::Role::operator_, registry_),
      cameras_(loop, registry_, options_, camera_hooks()),
      hub_(loop, registry_, hub_options(options), hub_hooks()),
      telemetry_(hub_, registry_),
      supervision_(bus_, registry_, loop.now(), realtime_us() / 1000, make_start_name(),
                   {.on_lease = [this] { hub_.for_each([this](Client& client) { tell_lease(client); }); },
                    .on_gate =
                        [this](std::string_view payload) {
                          telemetry_.tell_all(subjects::kTelemetrySafetyVideoGate, payload, loop_.now());
                        }}),
      control_(bus_, supervision_, registry_, control_hooks()),
      rtc_(loop, registry_, cameras_, options_, rtc_hooks()),
      channels_(rtc_, control_, registry_),
      whep_(loop, registry_, rtc_, cameras_, options_),
      routes_({.loop = loop_,
               .whep = whep_,
               .door = door_,
               .hub = hub_,
               .cameras = cameras_,
               .registry = registry_,
               .health = [this] { return publish_health(), health_.report(); },
               .refresh_metrics = [this] { cameras_.export_metrics(); },
               .status = [this](const Identity& asker) { return status_json(asker); }},
              origin_policy(options_, door_.token_needed()), options_.web_root),
      tls_(make_tls(options, registry_)),
      http_(
          loop, http_options(options, tls_),
          [this](const net::HttpRequest& request, const net::Address& peer) { return routes_.answer(request, peer); }),
      unknown_types_(registry_.counter("messages_unknown_total", "Messages of a type that nobody knows")),
      malformed_(registry_.counter("messages_malformed_total", "Messages whose body was not what its type says")) {
  raise_descriptor_limit();
  whep_.set_on_leave([this](const Commander& client) { supervision_.on_disconnect(client.id(), loop_.now()); });
  count_refusals();
  telemetry_.set_operator([this]() -> Client* {
    const auto& holder = supervision_.lease().holder();
    return holder ? hub_.find(*holder) : nullptr;
  });
  const net::Address address = net::Address::parse(options_.listen_addr).value();
  if (const Status status = http_.listen(address); !status) throw ConfigError(status.error().message());
  start_timers();
  bus_.start();
  log_info("serving", {{"address", http_.address().to_string()},
                       {"tls", tls_ != nullptr},
                       {"webrtc", rtc_.enabled() ? rtc_.address().to_string() : "off"},
                       {"ring", options_.shm_path}});
}

Transport::~Transport() {
  for (const EventLoop::TimerId timer : timers_) loop_.cancel(timer);
}

void Transport::say_goodbye() {
  http_.stop_accepting();
  supervision_.on_shutdown(loop_.now());
  hub_.close_all();
}

void Transport::start_timers() {
  timers_.push_back(loop_.every(50ms, [this] {
    look_at_ring();
    repeat_lease();
    channels_.tick(loop_.now());
  }));
  timers_.push_back(loop_.every(Telemetry::kTick, [this] {
    const uint64_t changed_us = cameras_.first().source().last_frame_us();
    const bool carried = cameras_.first().viewer_count() > 0 && monotonic_us() < changed_us + kFramesComeUs;
    telemetry_.tick(carried);
  }));
  timers_.push_back(loop_.every(250ms, [this] {
    hub_.sweep(cameras_.all());
    rtc_.tick();
    publish_health();
  }));
  timers_.push_back(loop_.every(1s, [this] { every_second(); }));
  if (tls_) timers_.push_back(loop_.every(kCertificateTick, [this] { tls_->reload_if_changed(); }));
}

Camera::Hooks Transport::camera_hooks() {
  return {.request_keyframe = [this](const std::string& camera) { request_keyframe(camera); },
          .on_broken = [this](Client& client) { hub_.let_go(client); },
          .before_round =
              [this](Camera& camera, VideoMessage& frame) {
                if (&camera == &cameras_.first()) telemetry_.ride(camera, frame);
              },
          .after_round =
              [this](Camera& camera) {
                if (&camera == &cameras_.first()) telemetry_.finish_tick();
              },
          .on_frame = [this](Camera& camera, const VideoMessage& frame) { rtc_.on_frame(camera, frame); }};
}

Hub::Hooks Transport::hub_hooks() {
  return {.open_camera = [this](const std::string& name) { return cameras_.find_or_open(name); },
          .on_stranger = [this](Client& client, uint8_t type, auto body) { on_stranger(client, type, body); },
          .on_join = [this](Client& client) { on_join(client); },
          .on_close =
              [this](Client& client) {
                supervision_.on_disconnect(client.id(), loop_.now());
                rtc_.leave(client);
              },
          .on_leave = [this](Client& client) { on_leave(client); },
          .on_message = [this](Client& client, uint8_t type, std::string_view body) { on_message(client, type, body); },
          .on_read_end = [this](Client& client) { control_.on_read_end(client); }};
}

Control::Hooks Transport::control_hooks() {
  return {.answer = [this](Commander& client, const schema::CommandAck& ack,
                           std::string_view payload) { answer(client, ack, payload); },
          .want_keyframe =
              [this](Commander& client, const std::optional<std::string>& name) {
                Camera* const camera = name ? cameras_.find(*name) : client.watched();
                if (camera != nullptr) camera->want_keyframe();
                return camera != nullptr;
              },
          .watch =
              [](Commander& client, bool video) {
                if (client.socket() == nullptr || client.watched() == nullptr) return false;
                client.watched()->pause(*client.socket(), !video);
                return true;
              },
          .role_of =
              [this](std::string_view id) {
                const Commander* const client = find_commander(id);
                return client == nullptr ? std::nullopt : std::optional(client->identity.role);
              },
          .now = [this] { return loop_.now(); }};
}

void Transport::on_message(Client& client, uint8_t type, std::string_view body) {
  switch (static_cast<schema::MessageType>(type)) {
    case schema::MessageType::command:
      return control_.on_command(client, body);
    case schema::MessageType::clock:
      return on_clock(client, body);
    case schema::MessageType::signal:
      return on_signal(client, body);
    default:
      unknown_types_.add();  // stream.md: ignored, so that newer pages can talk to older servers
  }
}

void Transport::on_clock(Client& client, std::string_view body) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(body.data()) - 1;  // the type byte stands before the body
  const Result<schema::ClockMessage> request = schema::decode_clock_message({bytes, body.size() + 1});
  if (!request || request.value().kind != 0) {
    malformed_.add();
    return hub_.close(client, net::WsClose::kProtocolError, "a clock request is 17 bytes of kind 0");
  }
  text_.clear();
  encode(schema::ClockMessage{.kind = 1, .client_us = request.value().client_us, .server_us = realtime_us()}, text_);
  TextMessage* const message = hub_.pool().take();
  append_binary(message->bytes, schema::ClockMessage::kType, std::string_view(text_).substr(1));
  hub_.send(client, TextPool::seal(message));
}

void Transport::on_join(Client& client) {
  log_info("a viewer came", {{"client", client.id()},
                             {"role", role_name(client.identity.role)},
                             {"name", client.identity.name},
                             {"clients", hub_.count()}});
  tell_lease(client);
  telemetry_.greet(client, loop_.now());
  bus_.want_values(true);
}

void Transport::on_leave(Client& client) {
  log_info("a viewer left",
           {{"client", client.id()}, {"clients", hub_.count() - 1}, {"dropped", client.video.dropped}});
  supervision_.on_disconnect(client.id(), loop_.now());
  rtc_.leave(client);
  if (hub_.count() == 1) bus_.want_values(false);
}

void Transport::tell_lease(Client& client) {
  const schema::LeaseState state = supervision_.lease().state(loop_.now());
  schema::LeaseView view;
  view.holder = state.holder;
  view.you = client.id();
  view.since_ms = state.since_ms;
  view.epoch = state.epoch;
  if (state.holder && !supervision_.askers().empty()) view.asking = supervision_.askers().names();
  text_.clear();
  JsonWriter json(text_);
  write(json, view);
  hub_.send_telemetry(client, subjects::kTelemetryControlLease, text_);
}

void Transport::on_bus_message(std::string_view subject, std::string_view payload) {
  const Time now = loop_.now();
  if (subject == subjects::kTelemetryCommandAck) return on_ack(payload);
  // What this transport tells itself comes back over the bus; the clients have it already.
  if (subject == subjects::kTelemetryControlLease || subject == subjects::kTelemetrySafetyVideoGate) return;
  if (subject == subjects::kTelemetryClock && schema::parse(payload, robot_clock_)) {
    supervision_.on_robot_clock(robot_clock_.robot_us, now);
    channels_.on_robot_clock(robot_clock_.robot_us);
  }
  if (subject == subjects::kTelemetrySafetyState && schema::parse(payload, safety_state_)) {
    supervision_.on_safety_state(safety_state_, now);
  }
  telemetry_.on_message(subject, payload, now);
}

void Transport::on_ack(std::string_view payload) {
  if (!schema::parse(payload, ack_)) return malformed_.add();
  Commander* const client = find_commander(ack_.client);
  if (client != nullptr) answer(*client, ack_, payload);
}

Commander* Transport::find_commander(std::string_view id) {
  if (Client* const client = hub_.find(id); client != nullptr) return client;
  return whep_.find(id);
}

void Transport::answer(Commander& client, const schema::CommandAck& ack, std::string_view payload) {
  if (channels_.answer(client, ack, payload)) return;
  if (client.socket() != nullptr) hub_.send_telemetry(*client.socket(), subjects::kTelemetryCommandAck, payload);
}

void Transport::request_keyframe(const std::string& camera) {
  schema::IdrData data;
  if (!camera.empty()) data.camera = camera;
  request_idr(data);
}

void Transport::request_idr(const schema::IdrData& data) {
  schema::ControlEnvelope envelope;
  envelope.client = supervision_.name();
  envelope.epoch = supervision_.lease().epoch();
  envelope.cmd_seq = ++keyframe_seq_;
  envelope.data = data;
  std::string text;
  JsonWriter json(text);
  write(json, envelope);
  // Not sent: the robot side makes a keyframe every 2 s while the bus is lost (sim.md), and waiting viewers ask again.
  (void)bus_.publish(schema::info(schema::Action::request_idr).subject, text);
}

void Transport::look_at_ring() {
  supervision_.on_frames_seen(cameras_.first().source().frames_seen(), loop_.now());
  supervision_.tick(loop_.now());
}

void Transport::publish_health() {
  const FrameSource& source = cameras_.first().source();
  HealthFacts facts;
  facts.writer = source.writer_state();
  facts.shm_seq = source.sequence_number();
  if (const uint64_t changed_us = source.last_frame_us(); changed_us != 0) {
    facts.frame_age_ms = (monotonic_us() - changed_us) / 1000;
  }
  facts.bus_connected = bus_.connected();
  facts.clients = hub_.count();
  health_.publish(facts);
}

void Transport::every_second() {
  if (door_.refresh()) show_out_forgotten();
  cameras_.close_unwatched(loop_.now());
  cameras_.export_metrics();
}

// Once a second to each client, a twentieth of them at a time, so that no frame waits for all of them.
void Transport::repeat_lease() {
  lease_turn_ = (lease_turn_ + 1) % kLeaseTurns;
  hub_.for_each([this](Client& client) {
    if (client.fd() % kLeaseTurns == lease_turn_) tell_lease(client);
  });
}

}  // namespace sdr::transport
