// SPDX-License-Identifier: Apache-2.0
#include "transport/door.h"

#include "base/config.h"
#include "base/log.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

Counter& refusals(Registry& registry, const char* why) {
  return registry.counter("access_refused_total", "Times that somebody was not let in", {{"why", why}});
}

/// The words of an error; what the system says of it only where it was the system's.
std::string words(const Error& error) {
  return error.code().category() == std::system_category() ? error.message() : error.context();
}

}  // namespace

Door::Door(TokenFile tokens, schema::Role without_token, Registry& registry)
    : file_(std::move(tokens)),
      without_token_(without_token),
      far_{net::AddressRates({.burst = 10, .interval = 6s}), net::AddressRates({.burst = 200, .interval = 20ms})},
      near_{net::AddressRates({.burst = 100, .interval = 100ms}), net::AddressRates({.burst = 1000, .interval = 1ms})},
      missing_(refusals(registry, "no_token")),
      wrong_(refusals(registry, "wrong_token")),
      too_many_(refusals(registry, "too_many_wrong_tokens")),
      welcome_(registry.counter("access_granted_total", "Times that a token was shown that is known")) {
  if (!file_.configured()) return;
  Result<TokenTable> loaded = file_.load();
  if (!loaded) throw ConfigError("access tokens: " + words(loaded.error()));
  table_ = std::move(*loaded);
  log_info("access tokens are asked for", {{"known", table_.size()}});
}

Door::Verdict Door::let_in(std::optional<std::string_view> token, const net::Address& from, Time now) {
  if (!token_needed()) return {Answer::kWelcome, {without_token_, {}, {}}};
  if (!token || token->empty()) {
    missing_.add();
    return {Answer::kNoToken, {}};
  }
  Patience& wrong_ones = patience(from);
  if (wrong_ones.compared.exhausted(from, now)) return tell_to_wait();
  const KnownToken* const known = table_.find(digest_token(*token));
  if (known != nullptr) {  // costs nothing, whatever its neighbours did
    welcome_.add();
    return {Answer::kWelcome, {known->role, known->name, known->digest}};
  }
  (void)wrong_ones.compared.allow(from, now);  // takes one: exhausted() has said that there is one
  if (!wrong_ones.polite.allow(from, now)) return tell_to_wait();
  wrong_.add();
  return {Answer::kWrongToken, {}};
}

Door::Verdict Door::tell_to_wait() {
  too_many_.add();
  return {Answer::kTooManyWrong, {}};
}

bool Door::refresh() {
  if (!file_.configured() || !file_.changed()) return false;
  Result<TokenTable> loaded = file_.load();
  if (!loaded) {
    log_error("the access tokens stay as they are: " + words(loaded.error()));
    return false;
  }
  table_ = std::move(*loaded);
  log_info("access tokens read again", {{"known", table_.size()}});
  return true;
}

bool Door::still_known(const Identity& identity) const {
  if (!identity.token) return true;
  const KnownToken* const known = table_.find(*identity.token);
  return known != nullptr && known->role == identity.role;
}

}  // namespace sdr::transport
