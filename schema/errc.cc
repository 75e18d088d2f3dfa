// SPDX-License-Identifier: Apache-2.0
#include "schema/errc.h"

#include <string>

namespace sdr::schema {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "schema"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::not_json:
        return "not valid JSON";
      case Errc::too_large:
        return "too large";
      case Errc::wrong_kind:
        return "of the wrong kind";
      case Errc::missing:
        return "missing";
      case Errc::out_of_range:
        return "out of range";
      case Errc::not_in_list:
        return "not one of the allowed values";
      case Errc::truncated:
        return "ends too early";
      case Errc::trailing_bytes:
        return "has bytes left over";
      case Errc::unknown_action:
        return "unknown action";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& error_category() {
  static const Category category;
  return category;
}

}  // namespace sdr::schema
