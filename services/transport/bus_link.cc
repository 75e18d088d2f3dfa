// SPDX-License-Identifier: Apache-2.0
#include "transport/bus_link.h"
namespace sdr::transport {
class BusLink::Impl {};
BusLink::BusLink(EventLoop&, Registry&, BusLinkOptions, Hooks) {}
BusLink::~BusLink() = default;
bool BusLink::connected() const { return false; }
bool BusLink::publish(std::string_view, std::string_view) { return false; }
void BusLink::want_values(bool) {}
}  // namespace sdr::transport
