// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

namespace sdr::bus {

/// What the NATS client library says, as its own status number, in its own words.
const std::error_category& nats_category();

}  // namespace sdr::bus
