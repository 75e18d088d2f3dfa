// SPDX-License-Identifier: Apache-2.0
#include "robot/flat_shadows.h"

#include <algorithm>
#include <cstring>

namespace sdr::robot {
namespace {

constexpr double kShadow[4] = {0.160, 0.185, 0.225, 1.0};  // on the common floor; numeric "shadow_rgba" says otherwise
constexpr float kThin = 0.002f;                            // what is left of the height, so that normals stay defined
constexpr float kSmall = 0.045f;   // m: shapes within this radius, trimmings mostly, throw no shadow of their own
constexpr float kAbove = 0.0015f;  // m over the ground, so that the two do not fight

double number_of(const mjModel& model, const char* name, int index, double fallback) {
  const int id = mj_name2id(&model, mjOBJ_NUMERIC, name);
  return id >= 0 && index < model.numeric_size[id] ? model.numeric_data[model.numeric_adr[id] + index] : fallback;
}

}  // namespace

void FlatShadows::prepare(const mjModel& model) {
  for (int i = 0; i < model.nlight; ++i) {
    if (model.light_type[i] != mjLIGHT_DIRECTIONAL) continue;
    const mjtNum* direction = model.light_dir + 3 * i;
    if (direction[2] >= -0.1) continue;
    for (int axis = 0; axis < 2; ++axis) slope_[axis] = static_cast<float>(-direction[axis] / direction[2]);
    break;
  }
  for (int i = 0; i < 4; ++i) rgba_[i] = static_cast<float>(number_of(model, "shadow_rgba", i, kShadow[i]));
  ground_ = static_cast<float>(number_of(model, "shadow_ground", 0, 0.0));
}

void FlatShadows::press(const mjvGeom& from, mjvGeom& to) const {
  to = from;
  // Rows of the pressed frame: x and y slide along the light with height, z keeps a trace.
  for (int column = 0; column < 3; ++column) {
    const float z = from.mat[6 + column];
    to.mat[column] = from.mat[column] + slope_[0] * z;
    to.mat[3 + column] = from.mat[3 + column] + slope_[1] * z;
    to.mat[6 + column] = kThin * z;
  }
  const float height = from.pos[2] - ground_;
  to.pos[0] = from.pos[0] + slope_[0] * height;
  to.pos[1] = from.pos[1] + slope_[1] * height;
  to.pos[2] = ground_ + kAbove + kThin * height;
  std::copy(rgba_, rgba_ + 4, to.rgba);
  to.matid = -1;
  to.texid = -1;
  to.emission = to.specular = to.shininess = to.reflectance = 0.0f;
  to.category = mjCAT_DECOR;
  to.objtype = mjOBJ_UNKNOWN;
  to.objid = -1;
  to.segid = -1;
  to.transparent = rgba_[3] < 0.995f;
}

void FlatShadows::add(const mjModel& model, mjvScene& scene) const {
  const int count = scene.ngeom;
  for (int i = 0; i < count && scene.ngeom < scene.maxgeom; ++i) {
    const mjvGeom& geom = scene.geoms[i];
    if (geom.objtype != mjOBJ_GEOM || geom.type == mjGEOM_PLANE || geom.rgba[3] < 0.9f) continue;
    if (model.geom_bodyid[geom.objid] == 0 && geom.pos[2] <= ground_) continue;  // the ground itself
    const bool trimming = model.geom_contype[geom.objid] == 0 && geom.modelrbound < kSmall;
    if (trimming) continue;
    press(geom, scene.geoms[scene.ngeom]);
    ++scene.ngeom;
  }
}

}  // namespace sdr::robot
