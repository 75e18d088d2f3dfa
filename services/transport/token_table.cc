// SPDX-License-Identifier: Apache-2.0
#include "transport/token_table.h"

#include <algorithm>

namespace sdr::transport {
namespace {

using schema::Role;

constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::string_view kSpaces = " \t\r";

Error bad(std::string what) { return Error(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

/// Takes the first word off a line.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSpaces), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kSpaces));
  line.remove_prefix(word.size());
  return word;
}

/// Names go into the log and to other clients.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '@';
  };
  return name.size() <= TokenTable::kNameMax && std::all_of(name.begin(), name.end(), fits);
}

std::optional<TokenDigest> digest_of(std::string_view token) {
  if (token.starts_with(kDigestPrefix)) return digest_from_hex(token.substr(kDigestPrefix.size()));
  if (!is_token(token)) return std::nullopt;
  return digest_token(token);
}

}  // namespace

std::string_view role_name(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operator_:
      return "operator";
    case Role::admin:
      break;
  }
  return "admin";
}

std::optional<Role> role_from(std::string_view name) {
  for (const Role role : {Role::viewer, Role::operator_, Role::admin}) {
    if (name == role_name(role)) return role;
  }
  return std::nullopt;
}

Result<TokenTable> TokenTable::parse(std::string_view text) {
  if (text.size() > kTextMax) return bad("more than 64 KiB");
  TokenTable table;
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const Status added = table.add_line(line.substr(0, line.find('#')));
    if (!added) return bad("line " + std::to_string(number) + ": " + added.error().context());
  }
  return table;
}

Status TokenTable::add_line(std::string_view line) {
  const std::string_view role_word = take_word(line);
  if (role_word.empty()) return Status();
  const std::string_view token = take_word(line), name = take_word(line);
  const std::optional<Role> role = role_from(role_word);
  if (!role || token.empty() || !take_word(line).empty())
    return bad("expected ROLE TOKEN [NAME], ROLE viewer, operator or admin");
  return add(*role, token, name);
}

Status TokenTable::add(Role role, std::string_view token, std::string_view name) {
  const std::optional<TokenDigest> digest = digest_of(token);
  if (!digest) return bad("a token is 16 to 512 letters, digits and -._~+/, or sha256: and 64 digits 0-9a-f");
  if (!is_name(name)) return bad("a name is up to 32 letters, digits and -_.@");
  if (find(*digest) != nullptr) return bad("this token stands there twice");
  if (tokens_.size() == kTokensMax) return bad("more than 256 tokens");
  tokens_.push_back({role, std::string(name), *digest});
  return Status();
}

const KnownToken* TokenTable::find(const TokenDigest& digest) const {
  const KnownToken* found = nullptr;
  for (const KnownToken& known : tokens_) {
    if (same_digest(known.digest, digest)) found = &known;
  }
  return found;
}

}  // namespace sdr::transport
