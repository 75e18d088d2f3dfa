// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "schema/types.h"

namespace sdr::safety {

/// The answer to a command, as telemetry.command.ack carries it. The words are constants: a verdict costs nothing.
struct Verdict {
  schema::AckStatus status = schema::AckStatus::ok;
  std::string_view detail = {};

  bool ok() const { return status == schema::AckStatus::ok; }
};

inline Verdict refused(std::string_view why) { return {schema::AckStatus::refused, why}; }

}  // namespace sdr::safety
