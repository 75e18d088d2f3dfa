// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/actions.h"
#include "transport/token.h"

// Who may do what: the tokens that are known, each with a role and, where one was given, a name.
//
// Thread: one. Bounds: 256 tokens, 64 KiB of text. Errors name the line and what is expected there, never what stands
// there: it could be a token.

namespace sdr::transport {

struct KnownToken {
  schema::Role role = schema::Role::viewer;
  std::string name;
  TokenDigest digest{};
};

class TokenTable {
 public:
  static constexpr size_t kTokensMax = 256, kTextMax = 64 * 1024, kNameMax = 32;

  /// Lines of `ROLE TOKEN [NAME]`; empty ones and what follows '#' are skipped. TOKEN is the token or sha256:DIGEST.
  static Result<TokenTable> parse(std::string_view text);

  /// One more. Errors: not a token, known already, one too many.
  Status add(schema::Role role, std::string_view token, std::string_view name = {});

  bool empty() const { return tokens_.empty(); }
  size_t size() const { return tokens_.size(); }
  /// Compares with every one of them, whichever fits. Null: none does.
  const KnownToken* find(const TokenDigest& digest) const;

 private:
  Status add_line(std::string_view line);

  std::vector<KnownToken> tokens_;
};

std::string_view role_name(schema::Role role);
std::optional<schema::Role> role_from(std::string_view name);

}  // namespace sdr::transport
