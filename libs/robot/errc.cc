// SPDX-License-Identifier: Apache-2.0
#include "robot/errc.h"

#include <string>

namespace sdr::robot {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "robot"; }

  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::unknown_robot:
        return "there is no such robot";
      case Errc::bad_description:
        return "the robot's description is wrong";
      case Errc::bad_model:
        return "the robot's model is wrong";
      case Errc::renderer_missing:
        return "no off-screen OpenGL renderer";
      case Errc::renderer_failed:
        return "the renderer failed";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& category() {
  static const Category instance;
  return instance;
}

}  // namespace sdr::robot
