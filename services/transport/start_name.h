// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sdr::transport {

/// Eight random digits and letters. The robot side takes what bears the name of an earlier start for a repetition of
/// it, and a wall clock that went back tells no two starts apart: what the transport sends by itself, and its clients,
/// are named by chance. Throws ConfigError where the kernel has no random numbers.
std::string make_start_name();

}  // namespace sdr::transport
