// SPDX-License-Identifier: Apache-2.0
// How many WebRTC viewers one core serves, how soon and at what cost. See README.md.

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/common/flags.h"
#include "bench/common/server.h"
#include "bench/srtp/segmented_sends.h"
#include "viewers.h"

namespace sdr::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kServerCore = 0, kViewerCore = 1;
constexpr double kBound_ms = 16;         // p99, ring to socket
constexpr double kLostAtMost = 0.001;    // of packets: more is a breakdown
constexpr double kPacketsPerFrame = 15;  // of Server::kFrameBytes; frames that left together are told apart by it
constexpr size_t kStep = 250, kMost = 2000;

struct Arguments {
  int viewers = -1;  // the usual numbers, then more as long as it holds
  int seconds = 8;
  bool data = true;
  int threads = 0;  // of media, beside the server's own
};

struct Round {
  size_t viewers = 0, ended = 0;
  RtcTotals totals;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, cpu = 0, gbit_s = 0, gbit_per_core_s = 0, kb_per_viewer = 0;
  double frames = 0, frames_wanted = 0;  ///< of all viewers
};

/// The server's core; with media threads it has a core for each besides, those from 2 on, and begins where we are.
int core_for_server(int threads) {
  setenv("SDR_TRANSPORT_RTC_THREADS", std::to_string(threads).c_str(), 1);
  if (threads == 0) return kServerCore;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(kServerCore, &cores);
  for (int i = 0; i < threads; ++i) CPU_SET(static_cast<size_t>(2 + i), &cores);
  sched_setaffinity(0, sizeof cores, &cores);
  return -1;
}

/// The server with more and more viewers, and what it had to begin with.
class Run {
 public:
  explicit Run(const Arguments& arguments)
      : arguments_(arguments), server_(core_for_server(arguments.threads), kViewerCore), viewers_(arguments.data) {
    pin_to_core(kViewerCore);
  }

  bool start() { return server_.wait_until_ready(); }
  bool open(size_t count) {
    // The first one brings what all share: the kept packets, the stack of the channels.
    if (count > 0 && viewers_.count() == 0) {
      if (!viewers_.open_all(server_.port(), 1)) return false;
      viewers_.run(1500ms);
      memory_with_one_ = server_.process().memory_bytes();
    }
    return viewers_.open_all(server_.port(), count);
  }
  Round measure() {
    viewers_.run(1500ms);
    viewers_.reset_totals();
    const double cpu = server_.process().cpu_s();
    const uint64_t frames = server_.frames();
    const auto start = std::chrono::steady_clock::now();
    viewers_.run(std::chrono::seconds(arguments_.seconds));
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double used = server_.process().cpu_s() - cpu;
    Round round;
    round.viewers = viewers_.count();
    round.ended = viewers_.ended();
    round.totals = viewers_.totals();
    round.p50_ms = viewers_.arrival().quantile_ms(0.5);
    round.p95_ms = viewers_.arrival().quantile_ms(0.95);
    round.p99_ms = viewers_.arrival().quantile_ms(0.99);
    round.cpu = used / wall;
    const double bits = 8 * static_cast<double>(round.totals.bytes);
    round.gbit_s = bits / wall / 1e9;
    round.gbit_per_core_s = bits / used / 1e9;
    round.frames = static_cast<double>(round.totals.packets) / kPacketsPerFrame;
    round.frames_wanted = static_cast<double>((server_.frames() - frames) * round.viewers);
    if (round.viewers > 1) {
      const double grown =
          static_cast<double>(server_.process().memory_bytes()) - static_cast<double>(memory_with_one_);
      round.kb_per_viewer = std::max(0.0, grown) / 1024 / static_cast<double>(round.viewers - 1);
    }
    return round;
  }

 private:
  const Arguments arguments_;
  Server server_;
  RtcViewers viewers_;
  uint64_t memory_with_one_ = 0;
};

void report(const Round& r, double limit_gbit) {
  const double ratio = r.gbit_per_core_s / limit_gbit;
  const double lost = r.totals.packets == 0 ? 0
                                            : static_cast<double>(r.totals.lost_packets) /
                                                  static_cast<double>(r.totals.packets + r.totals.lost_packets);
  const double missed = r.frames_wanted <= 0 ? 0 : std::max(0.0, 1 - r.frames / r.frames_wanted);
  std::printf("%zu viewers, 60 fps of %zu bytes\n", r.viewers, Server::kFrameBytes);
  if (r.viewers > 0) {
    std::printf("  ring to socket  p50 %.2f  p95 %.2f  p99 %.2f ms\n", r.p50_ms, r.p95_ms, r.p99_ms);
    std::printf("  %.2f Gbit/s, %.2f per second of the core: %.2f of the limit (%.2f); %.1f KB per viewer\n", r.gbit_s,
                r.gbit_per_core_s, ratio, limit_gbit, r.kb_per_viewer);
    std::printf("  frames %llu (missed %.4f %%), packets lost %llu (%.4f %%), sessions ended %zu\n",
                static_cast<unsigned long long>(r.frames), 100 * missed,
                static_cast<unsigned long long>(r.totals.lost_packets), 100 * lost, r.ended);
  }
  std::printf("  CPU %.2f %% of a core\n", r.cpu * 100);
  std::printf(
      "{\"bench\":\"webrtc\",\"viewers\":%zu,\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"p99_ms\":%.3f,\"gbit_s\":%.3f,\"gbit_"
      "per_"
      "core_s\":%.3f,\"limit_gbit_s\":%.3f,\"over_limit\":%.4f,\"kb_per_viewer\":%.2f,\"frames\":%llu,\"missed\":%.6f,"
      "\"lost_packets\":%llu,\"ended\":%zu,\"cpu\":%.4f}\n",
      r.viewers, r.p50_ms, r.p95_ms, r.p99_ms, r.gbit_s, r.gbit_per_core_s, limit_gbit, ratio, r.kb_per_viewer,
      static_cast<unsigned long long>(r.frames), missed, static_cast<unsigned long long>(r.totals.lost_packets),
      r.ended, r.cpu);
  std::fflush(stdout);
}

bool holds(const Round& round) {
  const double packets = static_cast<double>(round.totals.packets);
  return round.p99_ms < kBound_ms && static_cast<double>(round.totals.lost_packets) <= kLostAtMost * packets &&
         round.ended == 0;
}

/// Gbit/s of a second of a core: the same bytes encrypted with bare AES-128-GCM and sent in segments.
double measure_limit(size_t peers) {
  double best = 0;
  std::thread sender([&] {
    pin_to_core(kServerCore);
    for (int i = 0; i < 3; ++i) {  // the better, since what else the machine does only takes away
      best = std::max(best, measure_sends({.peers = peers, .frames = 60}, kViewerCore).gbit_per_core_s);
    }
  });
  sender.join();
  return best;
}

int run(const Arguments& arguments) {
  const bool usual = arguments.viewers < 0;
  const std::vector<size_t> counts =
      usual ? std::vector<size_t>{0, 10, 100, 750, 1000} : std::vector{static_cast<size_t>(arguments.viewers)};
  const double limit_gbit = measure_limit(std::max<size_t>(10, counts.back()));
  Run run(arguments);
  if (!run.start()) {
    std::fprintf(stderr, "the transport does not come up\n");
    return 1;
  }
  size_t held = 0;
  const auto once = [&](size_t count) {
    if (!run.open(count)) {
      std::printf("%zu viewers do not connect and see a picture within a minute\n", count);
      return false;
    }
    const Round round = run.measure();
    report(round, limit_gbit);
    if (holds(round)) held = count;
    return holds(round);
  };
  bool good = true;
  for (const size_t count : counts) good = once(count);
  for (size_t count = counts.back() + kStep; usual && good && count <= kMost; count += kStep) {
    good = once(count);
  }
  std::printf("the most that held: %zu viewers\n", held);
  return 0;
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  Flags flags("webrtc");
  flags.add("viewers", &arguments.viewers,
            {.help = "-1: 0, 10, 100, 750, 1000, then more while it holds", .least = -1, .most = 10000});
  flags.add("seconds", &arguments.seconds, {.help = "that frames are counted", .least = 1, .most = 600});
  flags.add("data", &arguments.data, {.help = "with both data channels"});
  flags.add("threads", &arguments.threads, {.help = "of media, beside the server's own", .least = 0, .most = 8});
  flags.read(argc, argv);
  return arguments;
}

}  // namespace
}  // namespace sdr::bench

int main(int argc, char** argv) {
  using namespace sdr::bench;
  const Arguments arguments = read_arguments(argc, argv);
  raise_descriptor_limit();
  pin_to_core(kViewerCore);
  return run(arguments);
}
