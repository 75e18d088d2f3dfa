// SPDX-License-Identifier: Apache-2.0
#include "findings.h"

#include <algorithm>

namespace sdr::bench {
namespace {

constexpr double kRefill = 0.1;  // of a cycle: until those who vanish are as many as those whom consent ends
constexpr uint64_t kVisitorsToJudge = 1000;

}  // namespace

void SoakFindings::broke(const std::string& what) {
  if (std::find(broken.begin(), broken.end(), what) == broken.end()) broken.push_back(what);
}

void SoakFindings::conclude(std::span<const Sample> samples) {
  const auto refill = static_cast<size_t>(kRefill * static_cast<double>(samples.size()));
  const std::vector<Sample> like = of_like_load(samples.subspan(refill));
  many = growth_of(like, &Sample::kb);
  many_resident = growth_of(like, &Sample::resident_kb);
  if (like.size() < 2) return;
  const Sample &first = like.front(), &last = like.back(), &middle = like[like.size() / 2];
  cpu = (last.cpu_s - first.cpu_s) / 60 / (last.minute - first.minute);
  usual_rtc = middle.rtc;
  usual_ws = middle.ws;
}

void SoakFindings::judge_what_is_left() {
  if (!idle_before.answered || !idle_after.answered) return broke("the transport does not answer");
  if (idle_after.descriptors != idle_before.descriptors) broke("descriptors are left over");
  const bool enough = second_cycle_visitors >= kVisitorsToJudge;
  if (enough && idle_kb_per_thousand() > kb_per_viewer)
    broke("memory grows by more than a viewer per thousand visitors");
}

}  // namespace sdr::bench
