// SPDX-License-Identifier: Apache-2.0
#include "schema/codec.h"
#include "transport/transport.h"

// WebRTC's negotiation over the WebSocket (stream.md, 0x03), and what the service does for its sessions.

namespace sdr::transport {

RtcDesk::Hooks Transport::rtc_hooks() {
  return {.on_message = [this](auto& session,
                               const auto& message) { return channels_.on_message(session, message, loop_.now()); },
          .on_read_end = [this](RtcSession& session) { control_.on_read_end(*session.commander); },
          .want_low =
              [this](const Camera& camera, bool keyframe) {
                schema::IdrData data;
                if (!camera.name().empty()) data.camera = camera.name();
                data.layer = schema::Layer::low;
                if (!keyframe) data.keyframe = false;
                request_idr(data);
              },
          .on_close =
              [this](RtcSession& session, std::string_view) {
                if (session.commander->socket() == nullptr) return;
                schema::Signal signal;
                signal.type = schema::SignalType::close;
                signal.session_id = session.id;
                send_signal(*session.commander->socket(), signal);
              },
          .on_gone = [this](RtcSession& session) { whep_.on_gone(session); }};
}

void Transport::on_signal(Client& client, std::string_view body) {
  schema::Signal signal;
  if (const Status parsed = schema::parse(body, signal); !parsed) {
    malformed_.add();
    return signal_error(client, signal.session_id, parsed.error().message());
  }
  if (!rtc_.enabled()) {
    return signal_error(client, signal.session_id, "unsupported: this server speaks WebSocket only");
  }
  if (signal.type == schema::SignalType::offer) return on_offer(client, signal);
  RtcSession* const session = rtc_.find(signal.session_id.value_or(""), &client);
  if (session == nullptr) return signal_error(client, signal.session_id, "you have no such session");
  if (signal.type == schema::SignalType::close) return rtc_.close(*session);
  if (signal.type != schema::SignalType::ice) {
    malformed_.add();
    return signal_error(client, signal.session_id, "an offer, ice or close is expected");
  }
  // We are ICE-lite and call nobody: where a browser is, its checks tell. Only nonsense is answered.
  const std::string& line = signal.candidate.value_or("");
  if (line.empty() || rtc::parse_candidate(line)) return;
  malformed_.add();
  signal_error(client, signal.session_id, "this is no candidate");
}

void Transport::on_offer(Client& client, const schema::Signal& signal) {
  if (!client.offers.allow(loop_.now())) return signal_error(client, std::nullopt, "too many offers");
  const std::string name = signal.camera.value_or("");
  Camera* const camera = name.empty() ? client.watched() : cameras_.find_or_open(name);
  if (camera == nullptr) return signal_error(client, std::nullopt, "no such camera");
  const auto answered = rtc_.offer(client, signal.sdp.value_or(""), *camera);
  if (!answered) return signal_error(client, std::nullopt, answered.error().message());
  schema::Signal reply;
  reply.type = schema::SignalType::answer;
  reply.session_id = answered.value().session->id;
  reply.sdp = answered.value().sdp;
  send_signal(client, reply);
}

void Transport::signal_error(Client& client, const std::optional<std::string>& session_id, std::string_view detail) {
  schema::Signal signal;
  signal.type = schema::SignalType::error;
  signal.session_id = session_id;
  signal.detail.emplace(detail.substr(0, 256));
  send_signal(client, signal);
}

void Transport::send_signal(Client& client, const schema::Signal& signal) {
  text_.clear();
  JsonWriter json(text_);
  write(json, signal);
  TextMessage* const message = hub_.pool().take();
  append_binary(message->bytes, static_cast<uint8_t>(schema::MessageType::signal), text_);
  hub_.send(client, TextPool::seal(message));
}

}  // namespace sdr::transport
