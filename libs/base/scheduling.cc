// SPDX-License-Identifier: Apache-2.0
#include "base/scheduling.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace sdr {
namespace {

// struct sched_attr of the kernel, of which older C libraries know nothing: sched_setattr(2).
struct Attributes {
  uint32_t size = sizeof(Attributes), policy = SCHED_OTHER;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime_ns = 0, deadline_ns = 0, period_ns = 0;
};
static_assert(sizeof(Attributes) == 48);

std::optional<Attributes> attributes() {
  Attributes now;
  if (::syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) != 0) return std::nullopt;
  return now;
}

void ask_for_turns_of(Duration length) {
  auto wanted = attributes();
  if (!wanted || wanted->policy != SCHED_OTHER) return;  // somebody gave it a class of its own: that one knows better
  wanted->flags = 0;
  wanted->runtime_ns = static_cast<uint64_t>(length.count());
  (void)::syscall(SYS_sched_setattr, 0, &*wanted, 0);  // a wish
}

}  // namespace

void ask_to_wake_soon() { ask_for_turns_of(std::chrono::microseconds(100)); }

void ask_for_long_turns() { ask_for_turns_of(std::chrono::milliseconds(10)); }

std::optional<Duration> turn_length() {
  const auto now = attributes();
  if (!now || now->runtime_ns == 0) return std::nullopt;
  return Duration(static_cast<int64_t>(now->runtime_ns));
}

}  // namespace sdr
