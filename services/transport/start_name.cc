// SPDX-License-Identifier: Apache-2.0
#include "transport/start_name.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>

#include "base/config.h"

namespace sdr::transport {

std::string make_start_name() {
  uint64_t chance = 0;
  // So few bytes come whole; only a signal can come before them (getrandom(2)).
  while (::getrandom(&chance, sizeof chance, 0) != static_cast<ssize_t>(sizeof chance)) {
    if (errno != EINTR) throw ConfigError("the kernel has no random numbers");
  }
  std::string name(8, '\0');  // 41 bits
  for (char& letter : name) {
    letter = "0123456789abcdefghijklmnopqrstuvwxyz"[chance % 36];
    chance /= 36;
  }
  return name;
}

}  // namespace sdr::transport
