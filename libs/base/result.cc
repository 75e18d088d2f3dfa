// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>

namespace sdr {

Error system_error(std::string context) { return system_error(std::move(context), errno); }

}  // namespace sdr
