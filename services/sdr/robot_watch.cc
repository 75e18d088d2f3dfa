// SPDX-License-Identifier: Apache-2.0
#include "sdr/robot_watch.h"

#include "bus/typed.h"

namespace sdr::command {

struct RobotWatch::Impl {
  Impl(EventLoop& loop, bus::BusConfig config) : bus(loop, registry, std::move(config)) {}

  Registry registry;
  bus::Bus bus;
  std::optional<schema::SafetyState> last;
};

RobotWatch::RobotWatch(EventLoop& loop, bus::BusConfig bus, Changed changed)
    : impl_(std::make_unique<Impl>(loop, std::move(bus))) {
  bus::subscribe<schema::SafetyState>(impl_->bus, "telemetry.safety.state",
                                      [&impl = *impl_, changed = std::move(changed)](const schema::SafetyState& state) {
                                        const std::optional<RobotChange> change = describe_change(impl.last, state);
                                        impl.last = state;
                                        if (change) changed(*change);
                                      });
  impl_->bus.start();
}

RobotWatch::~RobotWatch() = default;

}  // namespace sdr::command
