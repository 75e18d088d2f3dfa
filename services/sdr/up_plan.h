// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sdr/run_folder.h"
#include "sdr/share.h"
#include "sdr/supervisor.h"
#include "sdr/up_options.h"

// Which processes one `sdr up` consists of, with their flags and environment. Pure but for looking where programs lie.

namespace sdr::command {

/// nats-server, sdr-sim, sdr-transport, in the order of their start. Throws ConfigError where a program is missing.
std::vector<ServiceSpec> plan_services(const UpOptions& options, const Ports& ports, const RunFolder& folder,
                                       const Share& share);

/// The program of that name in the PATH or in the usual system folders; empty where there is none.
std::filesystem::path find_program(const std::string& name);

}  // namespace sdr::command
