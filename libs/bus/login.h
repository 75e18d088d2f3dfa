// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/config.h"

// How a service logs in to NATS: options that every service has under the same names, so that one way of handing out
// credentials serves all. A password comes by the environment or from a file, since a command line can be read by
// everybody on the machine. Thread: main's, at start.

namespace sdr::bus {

struct BusLogin {
  std::string user;  // empty: none, or as the URL says
  std::string password;
  std::string password_file;
};

/// nats_user (SDR_NATS_USER), nats_password (SDR_NATS_PASSWORD), nats_password_file (SDR_NATS_PASSWORD_FILE).
void describe(BusLogin& values, Options& options);

/// The password, read where a file is named, without the line's end. Throws ConfigError.
std::string password_of(const BusLogin& login);

}  // namespace sdr::bus
