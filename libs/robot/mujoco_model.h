// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mujoco/mujoco.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "robot/state.h"

// MuJoCo's handles with owners, for this library's own sources only.

namespace sdr::robot {

struct DeleteModel {
  void operator()(mjModel* model) const { mj_deleteModel(model); }
};
struct DeleteData {
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using ModelPtr = std::unique_ptr<mjModel, DeleteModel>;
using DataPtr = std::unique_ptr<mjData, DeleteData>;

class SceneModel {
 public:
  SceneModel(ModelPtr handle, std::shared_ptr<const Description> about)
      : model(std::move(handle)), description(std::move(about)) {}

  const ModelPtr model;
  const std::shared_ptr<const Description> description;
};

/// Loads and compiles an MJCF file. Error: Errc::bad_model with MuJoCo's own words, on one line.
Result<ModelPtr> load_mjcf(const std::filesystem::path& path);

}  // namespace sdr::robot
