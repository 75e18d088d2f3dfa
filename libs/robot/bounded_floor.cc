// SPDX-License-Identifier: Apache-2.0
#include "robot/bounded_floor.h"

#include <algorithm>

namespace sdr::robot {
namespace {

constexpr mjtNum kTiles = 32;  // along a side: enough for the light to change over the floor
// Of the way to the edge, which is as far as anything is drawn.
constexpr float kFogBegins = 0.05f;
constexpr float kFogIsAll = 0.375f;

}  // namespace

void BoundedFloor::prepare(mjModel& copy) {
  reach_ = 0.0f;
  sizes_.assign(copy.geom_size, copy.geom_size + 3 * copy.ngeom);
  const float far = copy.vis.map.zfar;  // in extents, as the fog's distances
  const mjtNum reach = static_cast<mjtNum>(far) * copy.stat.extent;
  for (size_t i = 0; i < static_cast<size_t>(copy.ngeom); ++i) {
    mjtNum* const size = &sizes_[3 * i];
    if (copy.geom_type[i] != mjGEOM_PLANE || (size[0] > 0 && size[1] > 0)) continue;
    std::replace(size, size + 2, mjtNum{0}, reach);
    size[2] = 2 * reach / kTiles;
    reach_ = static_cast<float>(reach);
  }
  copy.geom_size = sizes_.data();
  if (!bounded()) return;
  copy.vis.map.fogstart = kFogBegins * far;
  copy.vis.map.fogend = kFogIsAll * far;
  std::copy(std::begin(copy.vis.rgba.haze), std::end(copy.vis.rgba.haze), copy.vis.rgba.fog);
}

void BoundedFloor::apply(mjvScene& scene) const {
  for (mjvGeom* geom = scene.geoms; geom != scene.geoms + scene.ngeom; ++geom) {
    if (geom->type == mjGEOM_PLANE) std::replace(geom->size, geom->size + 2, 0.0f, reach_);
  }
}

}  // namespace sdr::robot
