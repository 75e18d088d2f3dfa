// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

namespace sdr::bench {

std::optional<Outcome> run_iceoryx() { return std::nullopt; }

}  // namespace sdr::bench
