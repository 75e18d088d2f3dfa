// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "schema/actions.h"
#include "transport/token.h"

namespace sdr::transport {

/// What is known of who is behind a connection. A value.
struct Identity {
  schema::Role role = schema::Role::viewer;
  std::string name;                  // of the token; may be empty
  std::optional<TokenDigest> token;  // nothing where none was needed
};

}  // namespace sdr::transport
