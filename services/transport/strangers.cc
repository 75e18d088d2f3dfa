// SPDX-License-Identifier: Apache-2.0
#include "transport/hub.h"

// The hub's connections that have yet to show a token.

namespace sdr::transport {

bool Hub::full_for(const net::Address& peer) const {
  if (options_.loopback_is_free && peer.is_loopback()) return false;
  return per_address_.count(peer) >= options_.clients_per_address_max;
}

void Hub::let_in(Client& stranger, Identity identity) {
  if (stranger.closing || stranger.broken()) return;
  const auto node = strangers_.extract(stranger.fd());
  SDR_ASSERT(!node.empty(), "who is let in was a stranger");
  clients_[stranger.fd()] = std::move(node.mapped());
  stranger.identity = std::move(identity);
  show_counts();
  join(stranger);
}

// The one who has had the most of its time goes: whoever means well needs a fraction of it.
void Hub::make_room_for_stranger() {
  if (strangers_.size() < options_.strangers_max) return;
  Client* oldest = nullptr;
  for (const auto& [fd, stranger] : strangers_) {
    if (stranger->closing || stranger->broken()) continue;
    if (oldest == nullptr || stranger->came_at < oldest->came_at) oldest = stranger.get();
  }
  if (oldest == nullptr) return;  // all are on their way out
  pushed_out_.add();
  close(*oldest, net::WsClose::kTryAgainLater, "too many wait to be let in");
  let_go(*oldest);
}

void Hub::sweep_strangers(Time now) {
  for (const auto& [fd, stranger] : strangers_) {
    if (stranger->closing || stranger->broken() || now - stranger->came_at < options_.auth_max) continue;
    late_.add();
    close(*stranger, kTokenNeeded, "a token is needed");
  }
}

}  // namespace sdr::transport
