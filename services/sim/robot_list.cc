// SPDX-License-Identifier: Apache-2.0
#include "sim/robot_list.h"

#include "base/log.h"
#include "robot/description.h"
#include "sim/simulation.h"

namespace sdr::sim {

schema::RobotList read_robot_list(const std::filesystem::path& robots_dir) {
  schema::RobotList list;
  for (const std::string& name : robot::list_robots(robots_dir)) {
    const Result<robot::Description> description = robot::read_description(robots_dir / name);
    if (!description) {
      log_warning("A robot is left out", {{"robot", name}, {"reason", description.error().message()}});
      continue;
    }
    schema::RobotInfo info;
    info.name = name;
    info.title = description->title;
    info.about = description->summary;
    info.twist_limits = limits_of(*description);
    for (const robot::Camera& camera : description->cameras) info.cameras.push_back(camera.name);
    info.joints.emplace();
    for (const robot::Joint& joint : description->joints) info.joints->push_back(joint.name);
    info.gripper = description->arm.has_value();
    list.robots.push_back(std::move(info));
  }
  return list;
}

}  // namespace sdr::sim
