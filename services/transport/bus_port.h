// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sdr::transport {

/// What the transport's logic needs of the bus; BusLink is the real one. Subjects are without the namespace.
/// Thread: the loop's.
class BusPort {
 public:
  virtual ~BusPort() = default;
  virtual bool connected() const = 0;
  /// Hands the message over at once. False where it cannot go: nothing is kept for later, since a command that comes
  /// late is worse than none.
  [[nodiscard]] virtual bool publish(std::string_view subject, std::string_view payload) = 0;
};

}  // namespace sdr::transport
