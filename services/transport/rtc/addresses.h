// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/socket.h"
#include "rtc/ice/address.h"

// Between the kernel's form of an address and the protocols', and at which addresses this machine can be reached.
//
// Thread: any; values.

namespace sdr::transport {

/// IPv4 becomes its IPv6-mapped form, so that one peer has one address whatever the socket says.
rtc::Address to_rtc(const net::Address& address, rtc::Transport transport = rtc::Transport::kUdp);
/// In the family of the socket that sends there.
net::Address to_net(const rtc::Address& address, int family);

/// What a browser is told to call: `announced` ("192.0.2.1" or "192.0.2.1:8189") first, then the bound address or,
/// where that is every interface's, those of the interfaces that are up, link-local ones left out. For ICE-TCP as well
/// where `tcp` says so. Errors: one of `announced` is no address.
Result<std::vector<rtc::Address>> reachable_addresses(const net::Address& bound,
                                                      const std::vector<std::string>& announced, bool tcp);

}  // namespace sdr::transport
