// SPDX-License-Identifier: Apache-2.0
#include "crowd.h"

#include <algorithm>
#include <cmath>

namespace sdr::bench {
namespace {

using std::chrono::milliseconds;

// Most stay for seconds, so that thousands come in half an hour; the mean is some ten.
constexpr milliseconds kStayLeast{1000}, kStayMean{9000}, kStayMost{45'000}, kEmptyMean{700};
constexpr Duration kPictureMax = std::chrono::seconds(10);

milliseconds draw(std::mt19937_64& random, milliseconds mean) {
  const double share = (static_cast<double>(random() >> 11) + 1) / 9007199254740992.0;  // (0, 1]
  return milliseconds(static_cast<int64_t>(-std::log(share) * static_cast<double>(mean.count())));
}

size_t draw_kind(std::mt19937_64& random) {
  unsigned weights = 0;
  for (const Kind& kind : all_kinds()) weights += kind.weight;
  auto rest = static_cast<unsigned>(random() % weights);
  size_t kind = 0;
  while (rest >= all_kinds()[kind].weight) rest -= all_kinds()[kind++].weight;
  return kind;
}

}  // namespace

Crowd::Crowd(Scene& scene, size_t places, uint64_t seed) : scene_(scene), tallies_(all_kinds().size()) {
  for (size_t i = 0; i < places; ++i) places_.emplace_back(seed * 1'000'003 + i);
}

void Crowd::go_on(Time now) {
  for (Place& place : places_) {
    if (place.visit) look_after(place, now);
    if (now < place.until) continue;
    if (place.visit) {
      leave(place, now);
    } else if (place.until == Time{}) {
      place.until = now + draw(place.random, kEmptyMean);  // the first of all, so that not all come at once
    } else {
      come(place, now);
    }
  }
}

void Crowd::come(Place& place, Time now) {
  place.kind = draw_kind(place.random);
  const milliseconds stay = std::min(kStayLeast + draw(place.random, kStayMean), kStayMost);
  const auto seed = static_cast<uint32_t>(place.random());
  place.visit = all_kinds()[place.kind].make(scene_, scene_.passing, seed);
  place.came = now;
  place.pauses = scene_.pauses.count();
  place.until = now + stay;
  ++tallies_[place.kind].came;
  if (place.visit->come()) return;
  blame(&Tally::refused, place, "was refused");
  place.visit.reset();
}

void Crowd::look_after(Place& place, Time now) {
  place.visit->on_time(now);
  if (!all_kinds()[place.kind].watches) return;
  std::string wrong = place.visit->wrong();
  if (wrong.empty() && !place.visit->sees() && now - place.came > kPictureMax) wrong = "no picture in ten seconds";
  if (wrong.empty()) return;
  blame(&Tally::failed, place, wrong);
  place.visit.reset();
  place.until = now + draw(place.random, kEmptyMean);
}

void Crowd::leave(Place& place, Time now) {
  place.visit->leave();
  const bool watches = all_kinds()[place.kind].watches;
  if (const std::string wrong = watches ? place.visit->wrong() : ""; !wrong.empty()) {
    blame(&Tally::failed, place, wrong);
  } else if (watches && !place.visit->sees()) {
    ++tallies_[place.kind].brief;
  }
  place.visit.reset();
  place.until = now + draw(place.random, kEmptyMean);
}

void Crowd::all_leave() {
  for (Place& place : places_) {
    if (place.visit) leave(place, std::chrono::steady_clock::now());
    place.until = Time{};
  }
}

Tally Crowd::total() const {
  Tally sum;
  for (const Tally& tally : tallies_) {
    sum.came += tally.came;
    sum.refused += tally.refused;
    sum.failed += tally.failed;
    sum.brief += tally.brief;
    sum.excused += tally.excused;
  }
  return sum;
}

size_t Crowd::here() const {
  return static_cast<size_t>(
      std::count_if(places_.begin(), places_.end(), [](const Place& place) { return place.visit != nullptr; }));
}

void Crowd::blame(uint64_t Tally::*count, const Place& place, const std::string& what) {
  if (scene_.pauses.any_since(place.pauses)) {
    ++tallies_[place.kind].excused;
    return;
  }
  ++(tallies_[place.kind].*count);
  if (complaints_.size() == kComplaintsMax) return;
  complaints_.push_back(std::string(all_kinds()[place.kind].name) + ": " + what);
}

}  // namespace sdr::bench
