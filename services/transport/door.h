// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/metrics.h"
#include "net/address_limits.h"
#include "transport/identity.h"
#include "transport/token_file.h"

// Who is let in, and as what (stream.md, Access): tokens where some are configured, else everybody in one role. Who
// guesses is held off: after 10 wrong tokens from one address (100 from loopback, where a proxy stands for everybody)
// it is one more each 6 s (100 ms), and nothing is compared before.
//
// Thread: the loop's. Time is passed in. Bounds: those of TokenTable and AddressRates. Errors: tokens that cannot be
// read are a ConfigError at the start; later the old ones stay in force and the log says why.

namespace sdr::transport {

class Door {
 public:
  enum class Answer { kWelcome, kNoToken, kWrongToken, kTooManyWrong };
  struct Verdict {
    Answer answer = Answer::kNoToken;
    Identity identity;  // of who is welcome
  };

  /// `without_token`: everybody's role where no token is configured.
  Door(TokenFile tokens, schema::Role without_token, Registry& registry);

  bool token_needed() const { return !table_.empty(); }
  /// Decides on what somebody shows; nothing or an empty text is no token. Counts each refusal.
  Verdict let_in(std::optional<std::string_view> token, const net::Address& from, Time now);
  /// Once in a while: reads the file again where it has changed. True: ask still_known() about those who are in.
  bool refresh();
  /// Whether that token still gives that role.
  bool still_known(const Identity& identity) const;

 private:
  net::AddressRates& wrong_ones(const net::Address& from) { return from.is_loopback() ? wrong_near_ : wrong_far_; }

  TokenFile file_;
  TokenTable table_;
  const schema::Role without_token_;
  net::AddressRates wrong_far_, wrong_near_;
  Counter& missing_;
  Counter& wrong_;
  Counter& too_many_;
  Counter& welcome_;
};

}  // namespace sdr::transport
