// SPDX-License-Identifier: Apache-2.0
#include "soak.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace sdr::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

#ifdef SDR_HEAP_COUNTER
constexpr const char* kHeapCounter = SDR_HEAP_COUNTER;
#else
constexpr const char* kHeapCounter = "";
#endif

constexpr double kFirstCycle = 0.1;   // of the time: allocators have what they keep
constexpr size_t kStayers = 2;        // of each kind
constexpr Duration kForgotMax = 90s;  // consent and handshakes end after 30 s

std::string end_of(const std::string& path) {
  std::ifstream file(path, std::ios::ate);
  file.seekg(-std::min<std::streamoff>(file.tellg(), 4000), std::ios::end);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Soak::Soak(const SoakOptions& options, std::function<int()> interrupts)
    : options_(options),
      interrupts_(std::move(interrupts)),
      server_(-1, -1, kHeapCounter),
      crowd_(scene_, options.viewers, options.seed) {
  scene_.http_port = server_.port();
}

SoakFindings Soak::run() {
  if (!server_.wait_until_ready()) {
    findings_.broke("the transport does not come up");
    return findings_;
  }
  run_for(2s);
  findings_.cold = sample_now();
  measure_one_viewer();
  hold_one();
  scene_.staying = {};
  const Minutes all(options_.minutes);
  cycle(all * kFirstCycle);
  findings_.idle_before = see_off();
  const uint64_t visitors = crowd_.total().came;
  cycle(all * (1 - kFirstCycle));
  findings_.second_cycle_visitors = crowd_.total().came - visitors;
  findings_.conclude(samples_);
  findings_.idle_after = see_off();
  tell_of_visitors();
  findings_.judge_what_is_left();
  if (!server_.process().alive()) findings_.broke("the transport died");
  if (const int status = server_.process().end(); status != 0) {
    findings_.broke("the transport ended with " + std::to_string(status));
  }
  if (!findings_.broken.empty()) findings_.last_words = end_of(server_.folder() + "/transport.log");
  return findings_;
}

// As bench webrtc does: the first one brings what all share.
void Soak::measure_one_viewer() {
  const size_t others = std::max<size_t>(2, options_.viewers) - 1;
  stay(rtc_viewer_kind(), 1);
  run_for(2s);
  const Sample with_one = sample_now();
  stay(rtc_viewer_kind(), others);
  run_for(3s);
  const Sample with_all = sample_now();
  findings_.kb_per_viewer = (with_all.kb - with_one.kb) / static_cast<double>(others);
  findings_.resident_kb_per_viewer = (with_all.resident_kb - with_one.resident_kb) / static_cast<double>(others);
  stayers_leave();
  (void)see_off();
}

void Soak::hold_one() {
  stay(rtc_viewer_kind(), 1);
  run_for(2s);
  samples_.clear();
  run_for(std::min(Minutes(1), Minutes(options_.minutes * kFirstCycle)));
  findings_.one = growth_of(samples_, &Sample::kb);
  stayers_leave();
}

void Soak::cycle(Minutes time) {
  stay(rtc_viewer_kind(), kStayers);
  stay(ws_viewer_kind(), kStayers);
  samples_.clear();
  const Time start = Steady::now();
  crowd_comes_ = true;
  run_for(time);
  crowd_comes_ = false;
  findings_.minutes += Minutes(Steady::now() - start).count();
  for (const Stayer& stayer : staying_) {
    const bool lost = !stayer.visit->wrong().empty() && !scene_.pauses.any_since(stayer.pauses);
    findings_.stayers_lost += lost ? 1 : 0;
  }
  stayers_leave();
}

void Soak::stay(const Kind& kind, size_t count) {
  for (size_t i = 0; i < count && interrupts_() == 0; ++i) {
    const uint64_t pauses = scene_.pauses.count();
    auto visit = kind.make(scene_, scene_.staying, static_cast<uint32_t>(staying_.size() + 1));
    if (visit->come()) {
      staying_.push_back({&kind, std::move(visit), pauses});
    } else if (!scene_.pauses.any_since(pauses)) {
      return findings_.broke("a viewer who was to stay was refused");
    }
    run_for(20ms);
  }
}

void Soak::stayers_leave() {
  for (const Stayer& stayer : staying_) stayer.visit->leave();
  staying_.clear();
}

// Who was there has missed what came meanwhile, and may be ended for having said nothing.
void Soak::stayers_come_again() {
  pauses_seen_ = scene_.pauses.count();
  const std::vector<Stayer> before = std::exchange(staying_, {});
  for (const Stayer& stayer : before) {
    stayer.visit->leave();
    stay(*stayer.kind, 1);
  }
}

Sample Soak::see_off() {
  if (interrupts_() > 0 && patience_ == 0) std::printf("waiting for the sessions of those who vanished to lapse\n");
  patience_ = 1;
  crowd_.all_leave();
  const Time end = Steady::now() + kForgotMax;
  Sample sample;
  do {
    run_for(2s);  // also after the last one went, for what goes with it in a later turn
    const bool was_empty = sample.empty();
    sample = sample_now();
    if (was_empty) break;
  } while (server_.process().alive() && interrupts_() <= patience_ && Steady::now() < end);
  const bool patient = interrupts_() <= patience_ && server_.process().alive();
  if (!sample.empty() && patient) findings_.broke("sessions are left over");
  patience_ = 0;
  return sample;
}

void Soak::run_for(Minutes time) {
  const Time end = Steady::now() + std::chrono::duration_cast<Duration>(time);
  while (Steady::now() < end && interrupts_() <= patience_ && server_.process().alive()) turn();
}

void Soak::turn() {
  scene_.loop.run_once(5ms);
  if (scene_.pauses.count() != pauses_seen_) stayers_come_again();
  const Time now = Steady::now();
  if (now >= next_look_) {
    next_look_ = now + 25ms;
    if (scene_.sctp.next_time() && *scene_.sctp.next_time() <= now) scene_.sctp.on_time(now);
    for (const Stayer& stayer : staying_) stayer.visit->on_time(now);
    if (crowd_comes_) crowd_.go_on(now);
  }
  if (now >= next_sample_) {
    next_sample_ = now + 1s;
    sample();
  }
}

void Soak::sample() {
  samples_.push_back(sample_now());
  Sample& sample = samples_.back();
  sample.minute = Minutes(Steady::now() - start_).count();
  sample.visitors = crowd_.total().came;
  if (sample.minute >= minutes_told_ + 1) progress();
}

void Soak::tell_of_visitors() {
  findings_.total = crowd_.total();
  findings_.kinds = crowd_.tallies();
  findings_.complaints = crowd_.complaints();
  findings_.staying = scene_.staying;
  findings_.passing = scene_.passing;
  findings_.pauses = scene_.pauses.count();
  findings_.pauses_s = scene_.pauses.seconds();
  if (findings_.total.refused + findings_.total.failed + findings_.stayers_lost > 0) {
    findings_.broke("viewers were refused or let down");
  }
}

void Soak::progress() {
  const Sample& now = samples_.back();
  const Tally total = crowd_.total();
  const Sample& before = samples_[samples_.size() - std::min<size_t>(samples_.size(), 30)];
  const double wall_s = (now.minute - before.minute) * 60;
  minutes_told_ = static_cast<int>(now.minute);
  std::printf(
      "minute %3d: %3.0f sessions, %3.0f WebSockets, %6.0f KB resident, %6.0f in use, %3zu descriptors, %zu threads, "
      "CPU %4.1f %%; %llu came, %llu refused, %llu failed\n",
      minutes_told_, now.rtc, now.ws, now.resident_kb, now.kb, now.descriptors, now.threads,
      wall_s > 0 ? 100 * (now.cpu_s - before.cpu_s) / wall_s : 0.0, static_cast<unsigned long long>(total.came),
      static_cast<unsigned long long>(total.refused), static_cast<unsigned long long>(total.failed));
  std::fflush(stdout);
}

}  // namespace sdr::bench
