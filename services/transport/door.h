// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/metrics.h"
#include "net/address_limits.h"
#include "transport/identity.h"
#include "transport/token_file.h"

// Who is let in, and as what (stream.md, Access): tokens where some are configured, else everybody in one role.
//
// Who guesses is told to wait: after 10 wrong tokens from one address (100 from loopback, where a proxy stands for
// everybody), but for one each 6 s (100 ms). A right token is let in all the while, since behind one address there are
// neighbours who did nothing wrong: who shows wrong ones learns only that they are wrong, told to wait or not. What
// bounds guessing is how often an address gets an answer that depends on what it shows: 200 wrong tokens at once, then
// 50 a second (1000 and 1000 from loopback), as many as requests are taken from one address anyway. Beyond that nothing
// is compared. A token that make_token() made has 256 bits.
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
  /// What wrong tokens cost an address of one kind.
  struct Patience {
    net::AddressRates polite;    // that many are called wrong; whoever shows more is told to wait
    net::AddressRates compared;  // that many are looked at
  };

  Verdict tell_to_wait();
  Patience& patience(const net::Address& from) { return from.is_loopback() ? near_ : far_; }

  TokenFile file_;
  TokenTable table_;
  const schema::Role without_token_;
  Patience far_, near_;
  Counter& missing_;
  Counter& wrong_;
  Counter& too_many_;
  Counter& welcome_;
};

}  // namespace sdr::transport
