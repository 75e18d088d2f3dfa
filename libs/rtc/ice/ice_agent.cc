// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/ice_agent.h"

#include <algorithm>

namespace sdr::rtc {

IceAgent::IceAgent(const IceConfig& config, const IceCredentials& local, IceEvents& events, IceCounters& counters,
                   Time now)
    : config_(config), events_(events), counters_(counters), local_(local), deadline_(now + config.connect_timeout) {}

std::span<const uint8_t> IceAgent::on_stun(const StunMessage& message, const Address& from, Time now,
                                           StunAnswerBuffer& out) {
  if (over_ || !message.is_binding_request()) {
    ++counters_.ignored;
    return {};
  }
  const IceCredentials* const credentials = authenticate(message);
  if (credentials == nullptr) {
    ++counters_.refused;
    return answer_refusal(message, out);
  }
  const std::string_view password = credentials->password();
  if (message.unknown_count > 0) {
    ++counters_.unknown_attributes;
    return answer_error(message, 420, "Unknown Attribute", password, out);
  }
  if (message.controlled) {  // RFC 8445 7.3.1.1, from the side that never controls
    ++counters_.role_conflicts;
    return answer_error(message, 487, "Role Conflict", password, out);
  }
  ++counters_.answered;
  const auto answer = answer_success(message, from, password, out);
  note_request(from, message.use_candidate, credentials == &local_, now);
  return answer;
}

/// The credentials that the request was made with: those of now, or those from before a restart.
const IceCredentials* IceAgent::authenticate(const StunMessage& message) const {
  if (!message.username || !message.has_integrity()) return nullptr;
  const std::string_view ufrag = local_ufrag_of(*message.username);
  const IceCredentials* credentials = nullptr;
  if (ufrag == local_.ufrag()) {
    credentials = &local_;
  } else if (previous_ && ufrag == previous_->ufrag()) {
    credentials = &*previous_;
  }
  return credentials != nullptr && has_valid_integrity(message, credentials->password()) ? credentials : nullptr;
}

void IceAgent::note_request(const Address& from, bool nominated, bool is_current, Time now) {
  if (is_current) retire_previous();
  Remote& remote = remember(from);
  remote.last_request = ++requests_;
  remote.heard = now;
  const bool names_another = nominated && selected_ != from;
  if (!selected_ || (!has_traffic_ && names_another)) select(remote);
  if (selected_ == from) {
    nominated_ = nominated_ || nominated;
    deadline_ = now + config_.consent_timeout;
  }
}

void IceAgent::on_packet(const Address& from, bool authenticated) {
  const Remote* const remote = find(from);
  if (over_ || remote == nullptr) return;
  // Not a late packet from where the browser was before: it has asked from there since the last move.
  const bool is_news = remote->last_request > requests_at_selection_;
  const bool moves = selected_ != from && (has_traffic_ ? authenticated && is_news : authenticated || !nominated_);
  if (moves) {
    if (has_traffic_) ++counters_.moves;
    select(*remote);
  }
  has_traffic_ = has_traffic_ || authenticated;
}

void IceAgent::on_time(Time now) {
  if (over_ || now < deadline_) return;
  end(selected_ ? IceEnd::kConsentLost : IceEnd::kNeverConnected);
}

void IceAgent::restart(const IceCredentials& local) {
  retire_previous();
  previous_ = local_;
  local_ = local;
}

void IceAgent::close() {
  if (closed_) return;
  over_ = closed_ = true;
  selected_.reset();
  for (size_t i = 0; i < remote_count_; ++i) events_.on_address_forgotten(remotes_[i].address);
  remote_count_ = 0;
  retire_previous();
  events_.on_credentials_retired(local_);
}

std::optional<Time> IceAgent::next_time() const { return over_ ? std::nullopt : std::optional<Time>(deadline_); }

IceAgent::Remote& IceAgent::remember(const Address& address) {
  if (Remote* const known = find(address)) return *known;
  size_t place = remote_count_;
  if (remote_count_ == kAddressesMax) {
    place = selected_ == remotes_[0].address ? 1 : 0;
    for (size_t i = place + 1; i < kAddressesMax; ++i) {
      const bool older = remotes_[i].last_request < remotes_[place].last_request;
      if (older && selected_ != remotes_[i].address) place = i;
    }
    ++counters_.forgotten;
    events_.on_address_forgotten(remotes_[place].address);
  } else {
    ++remote_count_;
  }
  remotes_[place] = {address, 0, Time()};
  events_.on_address(address);
  return remotes_[place];
}

IceAgent::Remote* IceAgent::find(const Address& address) {
  return const_cast<Remote*>(static_cast<const IceAgent*>(this)->find(address));
}

const IceAgent::Remote* IceAgent::find(const Address& address) const {
  const auto end = remotes_.begin() + static_cast<std::ptrdiff_t>(remote_count_);
  const auto found =
      std::find_if(remotes_.begin(), end, [&](const Remote& remote) { return remote.address == address; });
  return found == end ? nullptr : &*found;
}

void IceAgent::select(const Remote& remote) {
  selected_ = remote.address;
  requests_at_selection_ = requests_;
  nominated_ = false;
  deadline_ = remote.heard + config_.consent_timeout;
  events_.on_selected(remote.address);
}

void IceAgent::retire_previous() {
  if (!previous_) return;
  events_.on_credentials_retired(*previous_);
  previous_.reset();
}

void IceAgent::end(IceEnd why) {
  over_ = true;
  selected_.reset();
  events_.on_end(why);
}

}  // namespace sdr::rtc
