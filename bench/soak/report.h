// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "findings.h"

namespace sdr::bench {

/// As text and as one line of JSON.
void report(const SoakOptions& options, const SoakFindings& findings);

}  // namespace sdr::bench
