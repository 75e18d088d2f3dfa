// SPDX-License-Identifier: Apache-2.0
#include "bus/login.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace sdr::bus {

void describe(BusLogin& values, Options& options) {
  options.add("nats_user", &values.user, {.help = "this service's user on the bus", .env = "SDR_NATS_USER"});
  options.add("nats_password", &values.password,
              {.help = "its password; by the environment, since flags can be read by everybody on this machine",
               .env = "SDR_NATS_PASSWORD",
               .secret = true});
  options.add("nats_password_file", &values.password_file,
              {.help = "a file with the password, in its place", .env = "SDR_NATS_PASSWORD_FILE"});
}

std::string password_of(const BusLogin& login) {
  if (login.password_file.empty()) return login.password;
  if (!login.password.empty()) throw ConfigError("nats_password_file: there is a nats_password already");
  std::ifstream file(login.password_file);
  std::string password;
  if (!file || !std::getline(file, password)) {
    throw ConfigError("nats_password_file: " + login.password_file + ": " +
                      (file.is_open() ? "is empty" : std::strerror(errno)));
  }
  if (!password.empty() && password.back() == '\r') password.pop_back();
  return password;
}

}  // namespace sdr::bus
