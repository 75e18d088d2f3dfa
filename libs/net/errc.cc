// SPDX-License-Identifier: Apache-2.0
#include "net/errc.h"

#include <string>

namespace sdr::net {
namespace {

class NetCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "net"; }

  std::string message(int value) const override {
    switch (static_cast<NetError>(value)) {
      case NetError::kBadAddress:
        return "expected HOST:PORT with a numeric address, as in 127.0.0.1:8080";
      case NetError::kBadPath:
        return "not a path that is served";
      case NetError::kNotFound:
        return "no such file";
      case NetError::kTooLarge:
        return "the file is too large to serve";
      case NetError::kBadCertificate:
        return "not a certificate and its key";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& net_category() {
  static const NetCategory category;
  return category;
}

}  // namespace sdr::net
