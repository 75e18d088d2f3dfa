// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "schema/codec.h"
#include "schema/wire.h"
#include "transport/transport.h"

// Who comes in over a WebSocket, and who has to go.

namespace sdr::transport {

// Whoever has yet to show a token may say one thing: here it is.
void Transport::on_stranger(Client& stranger, uint8_t type, std::string_view body) {
  schema::ClientCommand command;
  const bool is_command = type == static_cast<uint8_t>(schema::MessageType::command);
  const bool is_auth = is_command && schema::parse(body, command).ok() && command.action == schema::Action::auth;
  const std::string token = is_auth ? std::get<schema::AuthData>(command.data).token : std::string();
  Door::Verdict verdict = door_.let_in(token, stranger.peer, loop_.now());
  switch (verdict.answer) {
    case Door::Answer::kWelcome:
      if (hub_.full()) return hub_.close(stranger, net::WsClose::kTryAgainLater, "too many clients");
      control_.answer(stranger, command, schema::AckStatus::ok, role_name(verdict.identity.role));
      return hub_.let_in(stranger, std::move(verdict.identity));
    case Door::Answer::kNoToken:
      return hub_.close(stranger, Hub::kTokenNeeded, "a token is needed");
    case Door::Answer::kWrongToken:
      return hub_.close(stranger, Hub::kTokenUnknown, "this token is not known");
    case Door::Answer::kTooManyWrong:
      return hub_.close(stranger, Hub::kTooManyWrongTokens, "too many wrong tokens from this address");
  }
}

/// After the tokens have changed: whoever came by one that is no more.
void Transport::show_out_forgotten() {
  hub_.for_each([this](Client& client) {
    if (door_.still_known(client.identity)) return;
    log_info("a client's token was taken back", {{"client", client.id()}, {"name", client.identity.name}});
    hub_.close(client, Hub::kTokenUnknown, "this token is not known any more");
  });
  whep_.show_out([this](const Identity& identity) { return !door_.still_known(identity); });
}

void Transport::count_refusals() {
  const auto refusals = [this](const char* why) {
    return &registry_.counter("http_refused_total", "HTTP connections and requests turned away", {{"why", why}});
  };
  http_.on_refusal([full = refusals("full"), share = refusals("address_full"), rate = refusals("too_many_requests"),
                    room = refusals("made_room"), slow = refusals("too_slow")](net::HttpRefusal why) {
    Counter* const counters[] = {full, share, rate, room, slow};
    counters[static_cast<size_t>(why)]->add();
  });
}

}  // namespace sdr::transport
